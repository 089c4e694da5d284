"""Things of the stadium that more than one action uses: bystanders, boxes, spray."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model.datasets.athletics.body import N_CHANNELS, Array, Build, Channel, Joint, forward
from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour, Image, paste
from model.datasets.athletics.figure import Painter
from model.datasets.athletics.light import Light, Outfit, shade


@dataclass
class Bystander:
    """A judge or spectator, standing or seated at (x, z), swaying a little."""

    x: float
    z: float
    image: Image
    foot: tuple[float, float]
    density: float
    sway: Array

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        s = view.scale(self.z)
        at = view.point(self.x, 0.0, self.z)
        if not -2.0 * s < at[0] < view.width + 2.0 * s:
            return
        ratio = s / self.density
        h, w = self.image.shape[:2]
        size = (max(int(np.ceil(w * ratio)) + 2, 3), max(int(np.ceil(h * ratio)) + 2, 3))
        left = at[0] - self.foot[0] * ratio
        top = at[1] - self.foot[1] * ratio
        x0, y0 = int(np.floor(left)), int(np.floor(top))
        lean = float(self.sway[frame])
        matrix = np.array(
            [[ratio, lean * ratio, left - x0 - lean * ratio * self.foot[1]], [0, ratio, top - y0]]
        )
        piece = cv2.warpAffine(self.image, matrix, size, flags=cv2.INTER_AREA)
        paste(canvas.image, np.asarray(piece, np.uint8), x0, y0)


def bystander(
    rng: np.random.Generator,
    light: Light,
    outfit: Outfit,
    place: tuple[float, float],
    density: float,
    n_frames: int,
) -> Bystander:
    """Draw one person once; `density` is texture pixels per metre."""
    build = Build(float(rng.uniform(1.6, 1.9)), float(rng.uniform(1.05, 1.35)))
    pose = np.zeros((1, N_CHANNELS))
    pose[0, Channel.YAW] = float(rng.choice([-75.0, -50.0, -110.0, 20.0, 160.0]))
    pose[0, Channel.LEAN] = float(rng.uniform(-2, 3))
    for side in ("R", "L"):
        pose[0, Channel[f"HIP_{side}"]] = float(rng.uniform(-4, 8))
        pose[0, Channel[f"ARM_{side}"]] = float(rng.uniform(-12, 15))
        pose[0, Channel[f"ELBOW_{side}"]] = float(rng.choice([8.0, 20.0, 80.0]))
    height = build.thigh + build.shank + build.sole
    if rng.uniform() < 0.4:
        for side in ("R", "L"):
            pose[0, Channel[f"HIP_{side}"]] = 85.0
            pose[0, Channel[f"KNEE_{side}"]] = 85.0
        height = build.shank + build.sole
    joints = forward(build, np.array([[0.0, height]]), pose)[0]
    screen = joints[:, :2] * [density, -density]
    image, left, top = Painter(build, outfit, light).patch(screen, joints[:, 2], density)
    t = np.arange(n_frames)
    sway = 0.012 * np.sin(t / float(rng.uniform(9, 20)) + float(rng.uniform(0, 6)))
    return Bystander(place[0], place[1], image, (-float(left), -float(top)), density, sway)


@dataclass(frozen=True)
class Box:
    """An upright block: [x0, x1] x [y0, y1] x [z0, z1], with a seam and a band of trim."""

    x0: float
    x1: float
    y0: float
    y1: float
    z0: float
    z1: float
    colour: Colour
    trim: Colour

    @property
    def z(self) -> float:
        return self.z1

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        top = self._quad(
            view, [(self.x0, self.z0), (self.x1, self.z0), (self.x1, self.z1), (self.x0, self.z1)]
        )
        canvas.convex(top, light.on(self.colour, 1.12))
        for x, gain in ((self.x0, 0.62), (self.x1, 0.70)):
            canvas.convex(self._end(view, x), light.on(self.colour, gain))
        canvas.convex(top, light.on(self.colour, 1.12))
        self._front(canvas, view, light, self.y0, self.y1, shade(self.colour, 0.82))
        step = (self.y1 - self.y0) * 0.34
        self._front(canvas, view, light, self.y0 + step, self.y0 + 1.2 * step, self.trim)
        self._front(canvas, view, light, self.y1 - 0.06, self.y1, shade(self.colour, 0.6))

    def _quad(self, view: View, ring: list[tuple[float, float]]) -> Array:
        return view.project(np.array([[x, self.y1, z] for x, z in ring]))

    def _end(self, view: View, x: float) -> Array:
        ring = [(self.y0, self.z0), (self.y1, self.z0), (self.y1, self.z1), (self.y0, self.z1)]
        return view.project(np.array([[x, y, z] for y, z in ring]))

    def _front(
        self, canvas: Canvas, view: View, light: Light, y0: float, y1: float, colour: Colour
    ) -> None:
        ring = np.array(
            [
                [self.x0, y0, self.z0],
                [self.x1, y0, self.z0],
                [self.x1, y1, self.z0],
                [self.x0, y1, self.z0],
            ]
        )
        canvas.convex(view.project(ring), light.on(colour))


@dataclass(frozen=True)
class Spray:
    """Grains thrown up at one frame, each on its own ballistic path; metres and seconds.

    gain: brightness of each grain relative to the colour; cloud: size of the dust's cloud, 1 that
    of a landing.
    """

    start: int
    fps: float
    origin_N3: Array
    velocity_N3: Array
    size_N: Array
    gain_N: Array
    colour: Colour
    z: float = -0.05
    cloud: float = 1.0

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        t = (frame - self.start) / self.fps
        if t < 0 or t > 1.2:
            return
        at = self.origin_N3 + self.velocity_N3 * t
        at[:, 1] -= 4.905 * t * t
        live = at[:, 1] > 0
        if t < 0.6:
            self._dust(canvas, view, light, t)
        s = view.scale(self.z)
        pixels = np.rint(view.project(at[live]) - 0.5).astype(int)
        width = np.maximum(np.rint(self.size_N[live] * s), 1).astype(int)
        gain = self.gain_N[live, None]
        grains = np.clip(np.array(light.on(self.colour)) * gain, 0, 255)
        for dy, dx in np.ndindex(int(width.max(initial=1)), int(width.max(initial=1))):
            x, y = pixels[:, 0] + dx, pixels[:, 1] + dy
            shown = (width > max(dx, dy)) & (x >= 0) & (y >= 0)
            shown &= (x < view.width) & (y < view.height)
            below = canvas.image[y[shown], x[shown]]
            mixed = 0.3 * below + 0.7 * grains[shown]
            canvas.image[y[shown], x[shown]] = mixed.astype(np.uint8)

    def _dust(self, canvas: Canvas, view: View, light: Light, t: float) -> None:
        """The cloud of fine sand, fading."""
        centre = view.point(float(self.origin_N3[:, 0].mean()) + 0.5 * t, 0.12 + 0.4 * t, self.z)
        s = view.scale(self.z)
        rx, ry = (0.45 + 1.8 * t) * s * self.cloud, (0.25 + 1.1 * t) * s * self.cloud
        h, w = int(2 * ry) + 3, int(2 * rx) + 3
        yy, xx = np.mgrid[0:h, 0:w]
        r2 = ((xx - w / 2) / rx) ** 2 + ((yy - h / 2) / ry) ** 2
        cover = 0.75 * (1 - t / 0.6) * np.clip(1 - r2, 0, 1)
        layer = np.empty((h, w, 4), np.uint8)
        layer[:, :, :3] = cover[:, :, None] * np.array(light.on(self.colour))
        layer[:, :, 3] = 255 * cover
        paste(canvas.image, layer, int(centre[0] - w / 2), int(centre[1] - h / 2))


@dataclass(frozen=True)
class Dent:
    """The hole that a landing leaves in the sand, from one frame on."""

    x: float
    start: int
    fps: float
    colour: Colour
    z: float = 0.6

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        age = (frame - self.start) / self.fps
        if age < 0:
            return
        grow = min(1.0, 0.35 + age / 0.3)
        s = view.scale(0.0)
        flat = view.eye / view.distance
        for dx, dz, size, gain in (
            (0.0, 0.0, 1.0, 0.80),
            (0.12, -0.25, 0.6, 0.66),
            (0.5, 0.3, 0.4, 1.10),
        ):
            at = view.point(self.x + dx * grow, 0.0, dz)
            rx = 0.62 * size * grow * s
            canvas.ellipse(at, rx, max(0.75 * rx * flat, 1.0), 0.0, light.on(self.colour, gain))


_BONES = (
    (Joint.PELVIS, Joint.NECK, 0.075),
    (Joint.NECK, Joint.HEAD, 0.055),
    *((Joint[f"{a}_{s}"], Joint[f"{b}_{s}"], r) for s in "RL" for a, b, r in (
        ("HIP", "KNEE", 0.042), ("KNEE", "ANKLE", 0.026), ("HEEL", "TOE", 0.018),
        ("SHOULDER", "ELBOW", 0.026), ("ELBOW", "HAND", 0.02),
    )),
)  # fmt: skip


def cast_shadow(
    frame: Image, view: View, light: Light, build: Build, joints_J3: Array, floor: float
) -> None:
    """Darken the ground where the figure stands between it and the light."""
    ground = joints_J3.copy()
    lift = np.clip(joints_J3[:, 1] - floor, 0, None)
    ground[:, 0] += light.throw[0] * lift
    ground[:, 2] += light.throw[1] * lift
    ground[:, 1] = floor
    points = view.project(ground)
    s = view.pixels * build.height
    low = np.clip(np.floor(points.min(axis=0) - 0.1 * s), 0, [view.width, view.height]).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + 0.1 * s), 0, [view.width, view.height]).astype(int)
    if (high - low).min() < 2:
        return
    mask = Canvas(np.zeros((*(high - low)[::-1], 3), np.uint8), (float(low[0]), float(low[1])))
    for a, b, radius in _BONES:
        pair = points[[a, b]]
        # The ground is seen at a low angle: shadows of round limbs are flat.
        mask.capsule(pair[0], pair[1], radius * s * 0.55, radius * s * 0.55, (255, 255, 255))
    cover = cv2.blur(mask.image, (3, 3))
    keep = cv2.convertScaleAbs(cover, alpha=-light.shadow, beta=0)
    region = frame[low[1] : high[1], low[0] : high[0]]
    region[:] = cv2.multiply(region, cv2.bitwise_not(keep), scale=1 / 255.0)
