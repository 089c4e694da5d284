"""What archery and tai chi share: standing at ease, raising both arms slowly, lowering them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.datasets.athletics.body import Array, Build, Joint, forward
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.motion import path, stand
from model.datasets.athletics.runup import between, key, phases_from, pose
from model.datasets.athletics.scene import Action, Performance, Prop

Keys = list[tuple[float, dict[str, float]]]
_REST = key(0.0, lean=0, head=0, arm_r=4, elbow_r=14, arm_l=8, elbow_l=16)[1]
_RAISED = key(0.0, lean=-1, head=0, arm_r=84, elbow_r=12, arm_l=88, elbow_l=6)[1]


@dataclass(frozen=True)
class Bounds:
    """Seconds at which the arms rise, the action's own part begins and stops, the clip ends."""

    rise: float
    start: float
    stop: float
    end: float


class Standing(Action):
    """One round: ease, raising, the action's own part, lowering, ease.

    own: the name of that part; lasts: seconds it takes (range).
    """

    family = "park"
    framing = Framing(
        figure=(0.50, 0.72), wide=1.0, high=1.0, look=1.0, follows=False,
        away=(8.0, 16.0), above=(1.0, 2.2), partial=0.16,
    )  # fmt: skip
    own: ClassVar[str]
    lasts: ClassVar[tuple[float, float]]

    @abstractmethod
    def form(self, rng: np.random.Generator, lasts: float) -> tuple[Keys, list[tuple[float, ...]]]:
        """Keyposes and (second, x, sink) of the hips, metres, in seconds from its beginning."""

    @abstractmethod
    def props(
        self, rng: np.random.Generator, times: Array, bounds: Bounds, joints_TJ3: Array
    ) -> tuple[Prop, ...]:
        """What is held."""

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        k = build.height / 1.8
        rise = float(rng.uniform(0.3, 1.4))
        start = rise + float(rng.uniform(1.0, 2.2))
        lasts = float(rng.uniform(*self.lasts))
        stop = start + lasts
        end = min(stop + float(rng.uniform(1.3, 2.8)), 7.9)
        bounds = Bounds(rise, start, stop, end)
        n = round(end * fps)
        times = np.arange(n) / fps
        yaw = float(rng.uniform(-62, 62))
        own, hips = self.form(rng, lasts)
        keys: Keys = [(0.0, _REST), (rise, _REST), (start - 0.15, _RAISED)]
        keys += [(start + s, p) for s, p in own]
        keys += [(stop + 0.2, _RAISED), (stop + 1.3, _REST)]
        turned = [(at, pose(**{**p, "yaw": yaw + p.get("yaw", 0.0)})) for at, p in keys]
        poses = between(turned, times)
        root = _hips(times, bounds, hips, k)
        half = float(rng.uniform(0.11, 0.2)) * k
        # Seen from the front, the feet stand beside each other in depth.
        spread = half * abs(np.cos(np.radians(yaw)))
        poses = stand(build, root, poses, (spread, -spread))
        joints = forward(build, root, poses)
        phases = phases_from(
            [("raising", 0.0, False), (self.own, start, True), ("lowering", stop, False)], fps, n
        )
        moments = {"start": round(start * fps), "end": round(stop * fps) - 1}
        props = self.props(rng, times, bounds, joints)
        return Performance(build, phases, moments, root, joints, np.zeros(n), props)


def _hips(times: Array, bounds: Bounds, own: list[tuple[float, ...]], k: float) -> Array:
    points: list[tuple[float, ...]] = [(0.0, 0.0, 0.0), (bounds.start - 0.2, 0.0, 0.02)]
    points += [(bounds.start + s, x, sink) for s, x, sink in own]
    points += [(bounds.stop + 0.3, 0.0, 0.02), (bounds.stop + 1.2, 0.0, 0.0)]
    moved = path(points, times)
    return np.stack([moved[:, 0] * k, (0.93 - moved[:, 1]) * k], axis=1)


def hand(joints_TJ3: Array, side: str) -> Array:
    """Path (T, 3) of a hand."""
    return np.asarray(joints_TJ3[:, Joint[f"HAND_{side}"]])
