"""The television camera: follows with lag, tilts and zooms with the athlete, shakes a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model.datasets.athletics.body import Array


@dataclass(frozen=True)
class View:
    """The camera at one frame.

    x: metres of the picture's centre on the runway; pixels: screen pixels per metre there;
    horizon: screen row of eye height; distance: metres from the camera to the runway;
    eye: camera height, metres; slant: metres of sideways shift per metre of depth, the
    oblique view of a camera that does not stand square to the runway.
    """

    width: int
    height: int
    x: float
    pixels: float
    horizon: float
    distance: float
    eye: float
    slant: float
    speed: float

    def scale(self, z: float) -> float:
        """Screen pixels per metre at depth z."""
        return self.pixels * self.distance / (self.distance + z)

    def project(self, points_N3: Array) -> Array:
        """World points (N, 3) to screen points (N, 2)."""
        z = points_N3[:, 2]
        s = self.pixels * self.distance / (self.distance + z)
        sx = 0.5 * self.width + s * (points_N3[:, 0] + self.slant * z - self.x)
        sy = self.horizon + s * (self.eye - points_N3[:, 1])
        out = np.empty((len(s), 2))
        out[:, 0], out[:, 1] = sx, sy
        return out

    def point(self, x: float, y: float, z: float) -> Array:
        """One world point on the screen, (2,)."""
        return np.asarray(self.project(np.array([[x, y, z]]))[0])


@dataclass(frozen=True)
class Camera:
    """Where the camera stands and how it moves; arrays are per frame."""

    width: int
    height: int
    distance: float
    eye: float
    slant: float
    x_T: Array
    pixels_T: Array
    horizon_T: Array

    def view(self, frame: int) -> View:
        """Where the camera looks at `frame`."""
        before = max(frame - 1, 0)
        return View(
            self.width,
            self.height,
            float(self.x_T[frame]),
            float(self.pixels_T[frame]),
            float(self.horizon_T[frame]),
            self.distance,
            self.eye,
            self.slant,
            float(self.x_T[frame] - self.x_T[before]),
        )


@dataclass(frozen=True)
class Framing:
    """What an action asks of the camera.

    figure: share of the picture height taken by a standing athlete during the run-up (range);
    wide: zoom when the athlete is `high` metres above standing height; look: how strongly the
    picture rises with the athlete, 0 to 1; follows: a panning camera beside a runway, or one on a
    tripod that keeps the athlete in the picture; away: its distance, metres (range); above: its
    height, metres (range); partial: by how much of the picture the athlete may be off its middle.
    """

    figure: tuple[float, float]
    wide: float
    high: float
    look: float
    follows: bool = True
    away: tuple[float, float] = (10.0, 16.0)
    above: tuple[float, float] = (1.2, 2.4)
    partial: float = 0.10


def draw_camera(
    rng: np.random.Generator,
    framing: Framing,
    root_T2: Array,
    body_height: float,
    size: tuple[int, int],
    fps: float,
) -> Camera:
    """A camera following the athlete's root path (T, 2)."""
    width, height = size
    n = len(root_T2)
    pixels = float(rng.uniform(*framing.figure)) * height / body_height
    distance = float(rng.uniform(14.0, 24.0))
    eye = float(rng.uniform(1.5, 4.2))
    lag = float(rng.uniform(0.15, 0.4)) * fps
    lead = float(rng.uniform(-0.05, 0.28)) * width / pixels
    rise = np.clip(root_T2[:, 1] - 0.55 * body_height, 0.0, None)
    rise = gaussian_filter1d(rise, 0.16 * fps, mode="nearest")
    # The operator opens the zoom ahead of the jump and closes it slowly.
    ahead = int(0.3 * fps)
    wanted = np.concatenate([rise[ahead:], np.full(ahead, rise[-1])])
    closeness = np.clip(gaussian_filter1d(wanted, 0.3 * fps, mode="nearest") / framing.high, 0, 1)
    zoom = 1.0 - (1.0 - framing.wide) * closeness
    zoom = zoom * (1.0 + 0.05 * drift(rng, n, 1.5 * fps))
    x = gaussian_filter1d(root_T2[:, 0], lag, mode="nearest")
    x = _continue_run(x, root_T2[:, 0], lag)
    pixels_T = pixels * zoom
    x = x + lead * _settle(n, fps) + 0.30 * drift(rng, n, 0.8 * fps) + shake(rng, n, 0.004)
    floor = float(rng.uniform(0.78, 0.88)) * height
    tilt = framing.look * rise * pixels_T + height * (0.012 * drift(rng, n, 0.7 * fps))
    horizon = floor - pixels_T * eye + tilt + shake(rng, n, 0.0016 * height)
    slant = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.08, 0.26))
    return Camera(width, height, distance, eye, slant, x, pixels_T, horizon)


def _continue_run(smooth_T: Array, path_T: Array, lag: float) -> Array:
    """Undo the flattening of the filter at the first frame: the camera is already panning."""
    n = len(path_T)
    speed = path_T[1] - path_T[0]
    padded = np.concatenate([path_T[0] + speed * np.arange(-int(6 * lag) - 1, 0), path_T])
    return np.asarray(gaussian_filter1d(padded, lag, mode="nearest")[-n:])


def _settle(n: int, fps: float) -> Array:
    """Space ahead of the runner, given up towards the end of the clip."""
    t = np.arange(n) / n
    return np.asarray(1.0 - np.clip((t - 0.6) / 0.3, 0, 1) ** 2)


def drift(rng: np.random.Generator, n: int, scale: float) -> Array:
    """A smooth random walk of about unit size."""
    noise = gaussian_filter1d(rng.standard_normal(n + 200), scale, mode="wrap")[100 : 100 + n]
    return np.asarray(np.clip(noise * np.sqrt(2.0 * np.sqrt(np.pi) * scale), -2, 2))


def shake(rng: np.random.Generator, n: int, size: float) -> Array:
    """Hand tremor: faster and smaller than drift."""
    return np.asarray(size * gaussian_filter1d(rng.standard_normal(n), 0.8))
