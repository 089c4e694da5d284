"""What all jumps into the water share: stance, raising the arms, take-off, entry, coming up."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.datasets.athletics.body import Array, Build, forward
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.coast import draw_ledge
from model.datasets.athletics.motion import GRAVITY, path, stand
from model.datasets.athletics.runup import between, key, phases_from, pose
from model.datasets.athletics.scene import Action, Performance
from model.datasets.athletics.water import splash

_CROUCH_S = 0.45
_EDGE = -0.12
_UNDER_S = 0.9

Keys = list[tuple[float, dict[str, float]]]


@dataclass(frozen=True)
class _Timeline:
    """Seconds at which the parts begin; metres above the water; metres per second."""

    raise_: float
    crouch: float
    toe_off: float
    entry: float
    end: float
    high: float
    lift: float
    forward: float


class Dive(Action):
    """A jump from a ledge. A subclass says how it flies and which end comes first."""

    family = "coast"
    framing = Framing(
        figure=(0.26, 0.40), wide=1.0, high=1.0, look=1.0, follows=False,
        away=(13.0, 20.0), above=(2.5, 5.5), partial=0.12,
    )  # fmt: skip
    head_first: ClassVar[bool]
    rocky: ClassVar[float]

    @abstractmethod
    def flight(self, rng: np.random.Generator) -> Keys:
        """Keyposes of the flight at fractions of its time."""

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        k = build.height / 1.8
        time = _draw_timeline(rng, k, self.head_first)
        n = round(time.end * fps)
        times = np.arange(n) / fps
        root = _root(times, time, k)
        yaw = float(rng.uniform(-24, 24))
        keys = [(at, pose(yaw=yaw, **p)) for at, p in _stance(time, rng)]
        air = time.entry - time.toe_off
        keys += [(time.toe_off + f * air, pose(**{"yaw": yaw, **p})) for f, p in self.flight(rng)]
        keys += [(time.entry + s, pose(**{"yaw": yaw, **p})) for s, p in _AFTER]
        poses = between(keys, times)
        dry = times <= time.toe_off
        ground = root[dry] - [0.0, time.high]
        poses[dry] = stand(build, ground, poses[dry], (_EDGE - 0.06 * k, _EDGE))
        phases = phases_from(
            [
                ("stance", 0.0, False),
                ("flight", time.toe_off - 0.1, True),
                ("entry", time.entry - 0.12, True),
                ("aftermath", time.entry + 0.45, False),
            ],
            fps,
            n,
        )
        entry = round(time.entry * fps)
        moments = {"take-off": round(time.toe_off * fps), "entry": entry}
        place = (float(root[min(entry, n - 1), 0]), -0.05)
        size = float(rng.uniform(0.7, 1.3))
        drops = splash(rng, entry, fps, place, size, int(220 * size))
        ledge = draw_ledge(rng, time.high, bool(rng.uniform() < self.rocky))
        joints = forward(build, root, poses)
        return Performance(build, phases, moments, root, joints, np.zeros(n), (ledge, drops))


def _draw_timeline(rng: np.random.Generator, k: float, head_first: bool) -> _Timeline:
    high = float(rng.uniform(5.0, 9.0))
    lift = float(rng.uniform(2.6, 4.0))
    # The hips are an arm and a trunk, or the legs, above what touches the water first.
    drop = high + (0.98 - (1.05 if head_first else 0.85)) * k
    fall = float((lift + np.sqrt(lift * lift + 2 * GRAVITY * drop)) / GRAVITY)
    raise_ = float(rng.uniform(0.5, 2.0))
    crouch = raise_ + float(rng.uniform(0.9, 2.2))
    toe_off = crouch + _CROUCH_S
    entry = toe_off + fall
    end = entry + float(rng.uniform(1.0, 2.6))
    return _Timeline(raise_, crouch, toe_off, entry, end, high, lift, float(rng.uniform(0.9, 1.6)))


def _root(times: Array, time: _Timeline, k: float) -> Array:
    """Hip path: standing, crouching, flying, sinking, coming up again."""
    up = time.high
    stance = path(
        [(0.0, -0.13, up + 0.95 * k), (time.crouch - 0.15, -0.13, up + 0.95 * k),
         (time.crouch + 0.22, -0.22, up + 0.72 * k), (time.toe_off, 0.02, up + 0.98 * k)],
        times,
    )  # fmt: skip
    t = np.clip(times, time.toe_off, time.entry) - time.toe_off
    x = 0.02 + time.forward * t
    y = up + 0.98 * k + time.lift * t - 0.5 * GRAVITY * t * t
    air = time.entry - time.toe_off
    end_x = 0.02 + time.forward * air
    end_y = up + 0.98 * k + time.lift * air - 0.5 * GRAVITY * air * air
    s = times - time.entry
    after = path(
        [(0.0, end_x, end_y), (0.07, end_x, end_y - 0.8), (0.2, end_x + 0.1, -1.5),
         (0.5, end_x + 0.3, -1.9), (_UNDER_S, end_x + 0.6, -1.2), (1.3, end_x + 0.8, -0.62 * k),
         (3.5, end_x + 1.6, -0.66 * k)],
        s,
    )  # fmt: skip
    root = np.where((times > time.toe_off)[:, None], np.stack([x, y], axis=1), stance)
    return np.asarray(np.where((s > 0)[:, None], after, root))


def _stance(time: _Timeline, rng: np.random.Generator) -> Keys:
    """Standing, raising the arms, swinging them down in the crouch and up for the take-off."""
    high = float(rng.uniform(80, 175))
    up = 0.5 * (time.raise_ + time.crouch)
    still = key(0.0, lean=2, head=0, hip_r=4, hip_l=4, arm_r=4, arm_l=-2, elbow_r=10, elbow_l=12)[1]
    return [
        (0.0, still),
        (time.raise_, still),
        (up, {**still, "lean": -2.0, "arm_r": high, "arm_l": high - 6}),
        (time.crouch - 0.12, {**still, "lean": -2.0, "arm_r": high, "arm_l": high - 6}),
        (time.crouch + 0.2, {**still, "lean": 34.0, "head": -14.0, "arm_r": -40.0, "arm_l": -46.0}),
        (time.toe_off, {**still, "lean": 8.0, "head": 0.0, "arm_r": 160.0, "arm_l": 154.0,
                        "hip_r": -6.0, "hip_l": -6.0, "foot_r": -50.0, "foot_l": -50.0}),
    ]  # fmt: skip


_AFTER: Keys = [
    key(0.6, lean=60, hip_r=10, hip_l=20, knee_r=30, knee_l=40, arm_r=90, arm_l=80, elbow_r=40,
             elbow_l=30),
    key(1.0, lean=20, hip_r=20, hip_l=40, knee_r=60, knee_l=70, arm_r=70, arm_l=80, elbow_r=40,
             elbow_l=30),
    key(1.4, lean=8, hip_r=40, hip_l=20, knee_r=70, knee_l=60, arm_r=90, arm_l=60, elbow_r=20,
             elbow_l=50),
    key(1.9, lean=10, hip_r=20, hip_l=45, knee_r=60, knee_l=70, arm_r=60, arm_l=95, elbow_r=50,
             elbow_l=20),
    key(2.6, lean=8, hip_r=45, hip_l=20, knee_r=70, knee_l=60, arm_r=95, arm_l=60, elbow_r=20,
             elbow_l=50),
]  # fmt: skip
