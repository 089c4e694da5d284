"""What both strokes share: the wall, the push-off, the glide, and the glide at the end."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from model.datasets.athletics.body import Array, Build, Channel, Joint, forward
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.motion import path
from model.datasets.athletics.runup import between, phases_from, pose
from model.datasets.athletics.scene import Action, Performance, Prop
from model.datasets.athletics.strokes import GLIDE, STROKES
from model.datasets.athletics.water import splash

_PUSH_S = 0.35
_BLEND_S = 0.35


class Swimming(Action):
    """One part of a length: push-off and glide, some cycles of the stroke, glide, standing up."""

    family = "pool"
    framing = Framing(
        figure=(0.50, 0.85), wide=1.0, high=1.0, look=1.0, follows=False,
        away=(9.0, 14.0), above=(2.2, 5.0), partial=0.16,
    )  # fmt: skip
    stroke: ClassVar[str]
    rate: ClassVar[tuple[float, float]]

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        wait = float(rng.uniform(0.2, 1.2))
        push = wait + _PUSH_S
        start = push + float(rng.uniform(0.8, 1.8))
        rate = float(rng.uniform(*self.rate))
        stop = start + max(1.3, round(float(rng.uniform(1.3, 3.2)) * rate) / rate)
        end = min(stop + float(rng.uniform(0.9, 2.8)), 7.9)
        n = round(end * fps)
        times = np.arange(n) / fps
        speed = float(rng.uniform(1.15, 1.65))
        cycles = (np.clip(times, start, stop) - start) * rate
        local, poses = STROKES[self.stroke](build, cycles)
        blend = path([(start - 0.1, 0.0), (start + _BLEND_S, 1.0), (stop, 1.0),
                      (stop + _BLEND_S, 0.0)], times)  # fmt: skip
        calm, rest = _still(build, times, wait, push, stop)
        poses = rest + blend * (_near(poses, rest) - rest)
        root = calm + blend * (local - [0.0, local[0, 1]])
        root[:, 0] += _travel(times, wait, push, start, stop, speed)
        joints = forward(build, root, poses)
        phases = phases_from(
            [("push-off", 0.0, False), ("stroke", start, True), ("glide", stop, False)], fps, n
        )
        moments = {"push-off": round(wait * fps), "stroke": round(start * fps)}
        props = _splashes(rng, joints, fps, round(start * fps), round(stop * fps))
        return Performance(build, phases, moments, root, joints, np.zeros(n), props)


def _still(
    build: Build, times: Array, wait: float, push: float, stop: float
) -> tuple[Array, Array]:
    """Root heights (T, 2) and poses at the wall, gliding, and standing up in the water."""
    h = build.height
    crouch = pose(lean=30, head=10, hip_r=110, knee_r=120, hip_l=96, knee_l=110, arm_r=60,
                  elbow_r=30, arm_l=80, elbow_l=20)  # fmt: skip
    low = pose(lean=76, hip_r=100, knee_r=110, hip_l=96, knee_l=110, foot_r=-20, foot_l=-20,
               arm_r=170, elbow_r=10, arm_l=170, elbow_l=10)  # fmt: skip
    up = pose(lean=4, hip_r=10, knee_r=10, hip_l=4, knee_l=6, arm_r=40, elbow_r=60, arm_l=30,
              elbow_l=70)  # fmt: skip
    tail = stop + 0.9
    keys = [(0.0, crouch), (wait - 0.1, crouch), (wait, low), (push, GLIDE), (tail, GLIDE),
            (tail + 0.7, up)]  # fmt: skip
    depth = -0.035 * h
    high = path(
        [(0.0, 0.0, -0.20 * h), (wait - 0.1, 0.0, -0.20 * h), (push, 0.0, depth - 0.03 * h),
         (push + 0.6, 0.0, depth), (tail, 0.0, depth), (tail + 0.7, 0.0, -0.12 * h)],
        times,
    )  # fmt: skip
    return high, between(keys, times)


def _travel(
    times: Array, wait: float, push: float, start: float, stop: float, speed: float
) -> Array:
    """Metres from the wall, from the speed at every moment."""
    fine = np.linspace(0.0, float(times[-1]) + 0.01, 800)
    pace = path(
        [(0.0, 0.0), (wait, 0.0), (push, 2.4), (start, 1.25 * speed), (start + 0.5, speed),
         (stop, speed), (stop + 0.9, 0.35 * speed), (stop + 1.5, 0.0), (20.0, 0.0)],
        fine,
    )[:, 0]  # fmt: skip
    metres = np.concatenate([[0.0], np.cumsum(0.5 * (pace[1:] + pace[:-1]) * np.diff(fine))])
    return np.asarray(0.45 + np.interp(times, fine, metres))


def _near(poses: Array, reference: Array) -> Array:
    """The same poses, the arms shifted by whole turns to lie nearest the reference."""
    out = poses.copy()
    for arm in (Channel.ARM_R, Channel.ARM_L):
        out[:, arm] -= 360.0 * np.round((out[:, arm] - reference[:, arm]) / 360.0)
    return out


def _splashes(
    rng: np.random.Generator, joints: Array, fps: float, start: int, stop: int
) -> tuple[Prop, ...]:
    """Foam where a hand breaks the surface and, smaller, at the feet."""
    props: list[Prop] = []
    for joint, size in ((Joint.HAND_R, 0.28), (Joint.HAND_L, 0.28), (Joint.ANKLE_R, 0.22)):
        high = joints[start : stop + 1, joint, 1]
        into = np.flatnonzero((high[1:] < 0) & (high[:-1] >= 0)) + start + 1
        for frame in into[:8]:
            x, _, z = joints[frame, joint]
            props.append(splash(rng, int(frame), fps, (float(x), float(z)), size, 26))
    return tuple(props)
