"""A face close up, with a hand that holds a thin tool: drawn from a track of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour
from model.datasets.athletics.light import Light, Outfit, shade, vivid

HEIGHT = 1.6
# Face coordinates are metres from its middle, x to the picture's right, y up.
EYE = np.array([0.032, 0.022])
MOUTH = np.array([0.0, -0.057])
_OVAL = np.array(
    [(0.0, 0.112), (0.04, 0.106), (0.066, 0.08), (0.075, 0.035), (0.074, -0.01), (0.068, -0.048),
     (0.052, -0.083), (0.03, -0.106), (0.0, -0.114)]
)  # fmt: skip
_LIP = np.array([(-0.026, 0.0), (-0.012, 0.009), (0.0, 0.006), (0.012, 0.009), (0.026, 0.0)])
_LOW_LIP = np.array([(0.026, 0.0), (0.012, -0.012), (0.0, -0.014), (-0.012, -0.012), (-0.026, 0.0)])


@dataclass(frozen=True)
class FaceTrack:
    """What head and hand do, per frame.

    roll: degrees; turn, nod: metres by which the features shift; blink_T2: of the eye on the
    picture's left and right, 1 closed; mouth: opening, 0 to 1; tip_T2: the tool's tip in face
    coordinates; side: +1 the hand comes from the picture's right; tool: length, metres.
    """

    roll_T: Array
    turn_T: Array
    nod_T: Array
    blink_T2: Array
    mouth_T: Array
    tip_T2: Array
    side: float
    tool: float
    ink: Colour


class Portrait:
    """One person's face."""

    def __init__(self, track: FaceTrack, outfit: Outfit, rng: np.random.Generator):
        self.track = track
        self.outfit = outfit
        self.wide = float(rng.uniform(0.92, 1.08))
        self.fringe = float(rng.uniform(0.0, 1.0))
        self.volume = float(rng.uniform(0.0, 1.0))
        rose = float(rng.uniform(0.0, 1.0))
        skin = np.array(outfit.skin)
        red = rng.uniform([140, 20, 40], [205, 90, 110])
        lips = (1 - rose) * skin * [0.86, 0.66, 0.66] + rose * red
        self.lips: Colour = (float(lips[0]), float(lips[1]), float(lips[2]))
        self.lid = shade(outfit.skin, 0.86) if rng.uniform() < 0.5 else vivid(rng, (0.35, 0.6))
        self.iris = ((70.0, 46.0, 30.0), (80.0, 110.0, 130.0), (84.0, 96.0, 58.0))[
            int(rng.integers(3))
        ]
        self.brow = shade(outfit.hair, 0.9)

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        """The head and shoulders, then the hand."""
        pen = _Pen(canvas, view, light, self.track, frame, self.wide)
        self._back(pen)
        self._head(pen)
        for k, sign in enumerate((-1.0, 1.0)):
            self._eye(pen, sign, float(self.track.blink_T2[frame, k]))
        self._mouth(pen, float(self.track.mouth_T[frame]))
        self._hand(pen, self.track.tip_T2[frame])

    def _back(self, pen: _Pen) -> None:
        """Hair behind, neck and shoulders."""
        outfit = self.outfit
        if outfit.long_hair:
            hair = [(-0.1, 0.06), (-0.11, -0.2), (0.11, -0.2), (0.1, 0.06)]
            pen.polygon(np.array(hair) * [1 + 0.2 * self.volume, 1], outfit.hair, 0.8, 0.3)
        pen.disc((0.0, 0.03), 0.096 + 0.016 * self.volume, outfit.hair, 0.85, 0.4)
        shirt = [(-0.24, -0.42), (-0.22, -0.24), (-0.13, -0.185), (0.13, -0.185), (0.22, -0.24),
                 (0.24, -0.42)]  # fmt: skip
        neck = [(-0.046, -0.05), (-0.05, -0.18), (-0.02, -0.215), (0.02, -0.215), (0.05, -0.18),
                (0.046, -0.05)]  # fmt: skip
        pen.polygon(np.array(shirt), outfit.top, 0.9, 0.0)
        pen.polygon(np.array(neck), outfit.skin, 0.74, 0.1)

    def _head(self, pen: _Pen) -> None:
        """Ears, face with its shaded side, cheeks, nose, and the hair over the forehead."""
        skin = self.outfit.skin
        for sign in (-1.0, 1.0):
            pen.disc((sign * 0.076, 0.0), 0.016, skin, 0.84, 0.5)
        half = _OVAL[1:-1]
        oval = np.vstack([_OVAL, half[::-1] * [-1, 1]])
        pen.polygon(oval, skin, 1.0, 0.7)
        key = pen.light.key
        dark = np.vstack([half, half[::-1] * [0.74, 0.98]]) * [-key, 1]
        pen.polygon(dark, skin, 1 - 0.8 * pen.light.contrast, 0.7)
        for sign in (-1.0, 1.0):
            pen.disc((sign * 0.042, -0.025), 0.018, shade(skin, 1.04), 1.0, 0.95)
        pen.stroke([(0.004 * key, 0.03), (-0.011 * key, -0.02)], 0.006, skin, 0.84, 1.25)
        pen.stroke([(-0.012, -0.024), (0.0, -0.029), (0.012, -0.024)], 0.005, skin, 0.7, 1.25)
        low = 0.085 - 0.03 * self.fringe
        cap = [(-0.078, 0.02), (-0.083, 0.075), (-0.05, 0.118), (0.0, 0.13), (0.05, 0.118),
               (0.083, 0.075), (0.078, 0.02), (0.062, low), (0.02, low + 0.014),
               (-0.03, low + 0.006), (-0.06, low - 0.01)]  # fmt: skip
        pen.polygon(np.array(cap), self.outfit.hair, 1.05, 0.6)

    def _eye(self, pen: _Pen, sign: float, blink: float) -> None:
        x, y = sign * EYE[0], EYE[1]
        pen.ellipse((x, y + 0.004), 0.019, 0.013, self.lid, 0.95)
        opening = 0.0085 * (1 - blink)
        if opening > 0.001:
            pen.ellipse((x, y), 0.0155, opening, (240.0, 238.0, 234.0), 0.95)
            pen.ellipse((x, y), min(0.0068, opening), min(0.0068, opening), self.iris, 1.0)
            pupil = min(0.0033, opening)
            pen.ellipse((x, y), pupil, pupil, (14.0, 12.0, 12.0), 1.0)
        arch = np.array([(-0.017, -0.001), (-0.008, opening), (0.006, opening), (0.018, 0.002)])
        pen.stroke(arch * [sign, 1] + [x, y], 0.0036, (26.0, 20.0, 20.0), 1.0, 1.0)
        brow = np.array([(-0.018, 0.016), (-0.002, 0.022), (0.02, 0.017)]) * [sign, 1]
        pen.stroke(brow + np.array([x, y]), 0.0055, self.brow, 1.0, 1.0)

    def _mouth(self, pen: _Pen, opening: float) -> None:
        gap = 0.012 * opening
        if gap > 0.001:
            pen.ellipse((MOUTH[0], MOUTH[1]), 0.021, gap + 0.002, (70.0, 22.0, 26.0), 1.0)
        upper = np.vstack([_LIP, _LIP[1:-1][::-1] * [1, 0.0]])
        lower = np.vstack([_LOW_LIP, _LOW_LIP[1:-1][::-1] * [1, 0.0]])
        pen.polygon(upper + MOUTH + [0, 0.5 * gap], self.lips, 0.9, 1.1)
        pen.polygon(lower + MOUTH - [0, 0.7 * gap], self.lips, 1.05, 1.1)

    def _hand(self, pen: _Pen, tip: Array) -> None:
        """Tool, thumb and fingers around it, the back of the hand and the forearm."""
        track, skin = self.track, self.outfit.skin
        side = track.side
        along = np.array([0.62 * side, -0.78])
        across = np.array([0.78 * side, 0.62])
        grip = tip + track.tool * along
        palm = grip + 0.055 * along + 0.012 * across
        wrist = palm + np.array([0.035 * side, -0.06])
        elbow = wrist + np.array([0.10 * side, -0.34])
        pen.limb(elbow, wrist, 0.046, 0.028, skin, 0.92)
        if self.outfit.sleeves:
            pen.limb(elbow, wrist + 0.4 * (elbow - wrist), 0.06, 0.042, self.outfit.top, 0.95)
        pen.limb(palm, wrist, 0.036, 0.027, skin, 0.95)
        for k in (3, 2):
            knuckle = palm + (0.012 * k - 0.03) * across * -1.0 + 0.012 * along
            joint = knuckle - 0.030 * along + (0.006 * k) * across
            pen.limb(knuckle, joint, 0.012, 0.010, skin, 0.84)
            pen.limb(joint, joint + 0.022 * along - 0.02 * across, 0.010, 0.009, skin, 0.8)
        pen.bar(tip, grip + 0.05 * along, 0.0075, track.ink)
        for shift, gain in ((-0.010, 0.96), (0.014, 1.02)):
            knuckle = palm + 1.6 * shift * across - 0.01 * along
            joint = knuckle - 0.034 * along + 0.7 * shift * across
            pen.limb(knuckle, joint, 0.012, 0.010, skin, gain)
            pen.limb(joint, grip - 0.004 * along, 0.010, 0.008, skin, gain * 1.03)


def _rounded(points: Array) -> Array:
    """The closed outline with its corners cut twice (Chaikin, 1974)."""
    for _ in range(2):
        after = np.roll(points, -1, axis=0)
        pairs = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], axis=1)
        points = pairs.reshape(-1, 2)
    return points


class _Pen:
    """Draws in face coordinates; `front` says how much a part follows the turn of the head."""

    def __init__(
        self, canvas: Canvas, view: View, light: Light, track: FaceTrack, frame: int, wide: float
    ):
        self.canvas, self.view, self.light, self.wide = canvas, view, light, wide
        angle = np.radians(float(track.roll_T[frame]))
        self._spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        self._shift = np.array([float(track.turn_T[frame]), float(track.nod_T[frame])])

    def _screen(self, points: Array, front: float) -> Array:
        at = (points * [self.wide, 1.0] + front * self._shift) @ self._spin + [0.0, HEIGHT]
        return self.view.project(np.column_stack([at, np.zeros(len(at))]))

    def polygon(self, points: Array, colour: Colour, gain: float, front: float) -> None:
        outline = _rounded(points) if len(points) > 6 else points
        self.canvas.polygon(self._screen(outline, front), self.light.on(colour, gain))

    def disc(
        self, at: tuple[float, float], radius: float, colour: Colour, gain: float, front: float
    ) -> None:
        centre = self._screen(np.array([at]), front)[0]
        self.canvas.disc(centre, radius * self.view.pixels, self.light.on(colour, gain))

    def ellipse(
        self, at: tuple[float, float], rx: float, ry: float, colour: Colour, gain: float
    ) -> None:
        centre, s = self._screen(np.array([at]), 1.0)[0], self.view.pixels
        angle = -float(np.degrees(np.arcsin(self._spin[0, 1])))
        self.canvas.ellipse(centre, rx * s, ry * s, angle, self.light.on(colour, gain))

    def stroke(
        self, points: object, width: float, colour: Colour, gain: float, front: float
    ) -> None:
        line = self._screen(np.asarray(points, dtype=float), front)
        self.canvas.stroke(line, max(width * self.view.pixels, 1.0), self.light.on(colour, gain))

    def limb(self, a: Array, b: Array, ra: float, rb: float, colour: Colour, gain: float) -> None:
        """A finger or forearm with a lit side."""
        ends, s = self._screen(np.stack([a, b]), 1.0), self.view.pixels
        lit = np.array([0.25 * self.light.key, -0.2])
        c = self.light.contrast
        for shift, width, tone in ((0.0, 1.0, 1 - c), (1.0, 0.8, 1.0)):
            self.canvas.capsule(
                ends[0] + shift * ra * s * lit,
                ends[1] + shift * rb * s * lit,
                ra * s * width,
                rb * s * width,
                self.light.on(colour, gain * tone),
            )

    def bar(self, a: Array, b: Array, width: float, colour: Colour) -> None:
        ends, s = self._screen(np.stack([a, b]), 1.0), self.view.pixels
        self.canvas.capsule(ends[0], ends[1], 0.4 * width * s, 0.5 * width * s,
                            self.light.on(colour))  # fmt: skip
        near = ends[0] + 0.18 * (ends[1] - ends[0])
        self.canvas.capsule(ends[0], near, 0.45 * width * s, 0.5 * width * s,
                            self.light.on(shade(colour, 0.5)))  # fmt: skip
