"""The run-up that the horizontal and vertical jumps share, and the timeline of a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from model.datasets.athletics.body import N_CHANNELS, Array, Build, Channel, ankle_over_toe
from model.datasets.athletics.gait import Gait
from model.datasets.athletics.scene import Phase


@dataclass(frozen=True)
class RunUp:
    """A run that puts one foot down for the take-off at time `touchdown` with the hip at x = 0.

    speed: metres per second at the end; slow: share of it at the beginning; foot: take-off side.
    """

    gait: Gait
    speed: float
    slow: float
    touchdown: float
    foot: str

    def travel(self, times_T: Array) -> Array:
        """Hip x in metres at times up to the touchdown."""
        fine = np.linspace(min(0.0, float(times_T.min())), self.touchdown, 2000)
        ramp = np.clip(fine / (0.75 * self.touchdown), 0, 1)
        speed = self.speed * (self.slow + (1 - self.slow) * ramp * (2 - ramp))
        x = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(fine))])
        return np.asarray(np.interp(times_T, fine, x - x[-1]))

    def root(self, times_T: Array) -> Array:
        """Hip positions (T, 2)."""
        x = self.travel(times_T)
        return np.stack([x, self.gait.hip_height(self.phase(x))], axis=1)

    def phase(self, x_T: Array) -> Array:
        """Cycle phase of the right leg at hip positions."""
        return x_T / self.gait.stride + (0.0 if self.foot == "R" else 0.5)

    def poses(self, times_T: Array) -> Array:
        root = self.root(times_T)
        return self.gait.poses(self.phase(root[:, 0]), root)


def draw_gait(rng: np.random.Generator, build: Build, speed: float) -> Gait:
    """A runner whose stride suits the speed."""
    cadence = float(rng.uniform(1.95, 2.2)) * np.sqrt(1.8 / build.height)
    return Gait(
        build,
        stride=speed / cadence,
        bounce=float(rng.uniform(0.025, 0.045)),
        lean=float(rng.uniform(4.0, 10.0)),
        yaw=float(rng.uniform(-14.0, 14.0)),
    )


def pose(**degrees: float) -> Array:
    """A keypose from channel names in lower case; what is not named is 0."""
    out = np.zeros(N_CHANNELS)
    for name, value in degrees.items():
        out[Channel[name.upper()]] = value
    return out


def key(at: float, **degrees: float) -> tuple[float, dict[str, float]]:
    """A keypose in words: when, and the angles that are not 0."""
    return at, degrees


def sided(foot: str, **degrees: float) -> Array:
    """A keypose with `_t` for the take-off side and `_f` for the free side."""
    free = "l" if foot == "R" else "r"
    names = {"_t": f"_{foot.lower()}", "_f": f"_{free}"}
    return pose(**{k[:-2] + names.get(k[-2:], k[-2:]): v for k, v in degrees.items()})


def between(keys: list[tuple[float, Array]], times_T: Array) -> Array:
    """Poses (T, C) through keyposes, without overshoot; held outside their range.

    Each angle takes the shorter way round from key to key.
    """
    at = np.array([k[0] for k in keys])
    table = np.unwrap(np.stack([k[1] for k in keys]), period=360.0, axis=0)
    return np.asarray(PchipInterpolator(at, table)(np.clip(times_T, at[0], at[-1])))


def planted_ankle(build: Build, toe_x: float, pitch_T: Array, floor: float = 0.0) -> Array:
    """Ankle path (T, 2) of a foot whose toes stay at `toe_x`."""
    toe = np.tile([toe_x, floor], (len(pitch_T), 1))
    return ankle_over_toe(build, toe, pitch_T)


def phases_from(
    bounds: list[tuple[str, float, bool]], fps: float, n_frames: int
) -> tuple[Phase, ...]:
    """Contiguous phases from (name, start second, decisive); an empty last one is dropped."""
    starts = [min(round(t * fps), n_frames) for _, t, _ in bounds] + [n_frames]
    return tuple(
        Phase(name, a, b, decisive)
        for (name, _, decisive), a, b in zip(bounds, starts[:-1], starts[1:], strict=True)
        if b > a
    )
