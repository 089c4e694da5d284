"""Javelin throw: run-up, withdrawal of the arm, throw over a blocking leg, recovery."""

from __future__ import annotations

import numpy as np

from model.datasets.athletics.body import Array, Build, Channel, Joint, forward, reach_leg
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.equipment import Stick
from model.datasets.athletics.ground import Marking
from model.datasets.athletics.light import vivid
from model.datasets.athletics.motion import GRAVITY, joint_path, path
from model.datasets.athletics.runup import RunUp, between, draw_gait, phases_from, pose
from model.datasets.athletics.scene import Action, Performance

_WITHDRAWAL_S = 0.75
_RELEASE_S = 0.20
_STOP_S = 1.1
# Upper arm, elbow and angle of the javelin, relative to the touchdown of the blocking foot.
_ARM: list[tuple[float, ...]] = [
    (-_WITHDRAWAL_S, 128.0, 112.0, 4.0),
    (-0.50, 40.0, 90.0, 8.0),
    (-0.28, -74.0, 20.0, 14.0),
    (0.02, -88.0, 10.0, 20.0),
    (0.10, -140.0, 62.0, 26.0),
    (_RELEASE_S, -226.0, 26.0, 34.0),
    (0.32, -300.0, 14.0, 34.0),
    (0.55, -352.0, 24.0, 34.0),
    (1.2, -344.0, 30.0, 34.0),
]


class JavelinThrow(Action):
    """One throw; the right arm throws, the left foot blocks."""

    name = "JavelinThrow"
    framing = Framing(figure=(0.34, 0.46), wide=0.9, high=0.8, look=0.4)

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        k = build.height / 1.8
        speed = float(rng.uniform(7.0, 8.8))
        gait = draw_gait(rng, build, speed)
        block = float(rng.uniform(1.8, 3.8))
        run = RunUp(gait, speed, float(rng.uniform(0.62, 0.9)), block, "L")
        n = round((block + _STOP_S + float(rng.uniform(0.5, 2.6))) * fps)
        times = np.arange(n) / fps
        t = times - block
        root, poses = _body(build, run, times, t, k)
        arm = path(_ARM, t)
        poses[:, Channel.ARM_R], poses[:, Channel.ELBOW_R] = arm[:, 0], arm[:, 1]
        joints = forward(build, root, poses)
        javelin = _javelin(rng, t, joints[:, Joint.HAND_R], np.radians(arm[:, 2]))
        phases = phases_from(
            [
                ("run-up", 0.0, False),
                ("withdrawal", block - _WITHDRAWAL_S, True),
                ("throw", block, True),
                ("aftermath", block + 0.5, False),
            ],
            fps,
            n,
        )
        moments = {"block": round(block * fps), "release": round((block + _RELEASE_S) * fps)}
        line = float(rng.uniform(3.0, 4.5))
        markings = (Marking(line, line + 0.08, -3.0, 3.0, (240.0, 240.0, 236.0), 2.0),)
        return Performance(build, phases, moments, root, joints, np.zeros(n), (javelin,), markings)


def _body(build: Build, run: RunUp, times: Array, t: Array, k: float) -> tuple[Array, Array]:
    """Root and poses without the throwing arm; t counts from the touchdown of the left foot."""
    early = t < 0
    hip = float(run.gait.hip_height(run.phase(np.zeros(1)))[0])
    root = path(
        [(0.0, 0.0, hip), (0.12, 0.48 * k, 0.97 * k), (0.3, 0.92 * k, 1.0 * k),
         (0.55, 1.42 * k, 0.9 * k), (0.85, 1.66 * k, 0.9 * k), (_STOP_S, 1.70 * k, 0.96 * k),
         (9.0, 1.70 * k, 0.96 * k)],
        t,
    )  # fmt: skip
    root[early] = run.root(times[early])
    start = run.poses(np.array([run.touchdown]))[0]
    yaw = run.gait.yaw
    left = {"arm_l": 60.0, "elbow_l": 40.0}
    keys = [
        (0.0, start),
        (0.12, pose(lean=-6, yaw=yaw - 14, head=4, arm_l=96, elbow_l=20)),
        (0.24, pose(lean=22, yaw=yaw + 14, head=-6, arm_l=10, elbow_l=70)),
        (0.5, pose(lean=38, yaw=yaw + 18, head=-20, arm_l=-40, elbow_l=50)),
        (0.9, pose(lean=16, yaw=yaw, head=-6, **left)),
        (1.5, pose(lean=4, yaw=yaw, arm_l=10, elbow_l=15)),
    ]
    poses = between(keys, t)
    # The trunk turns away while the arm goes back.
    poses[early] = run.poses(times[early])
    back = path([(-_WITHDRAWAL_S, 0.0), (-0.3, 1.0), (0.0, 1.0), (0.1, 0.0)], t)[:, 0]
    poses[:, Channel.LEAN] -= 13.0 * back
    poses[:, Channel.ARM_L] += back * (85.0 - poses[:, Channel.ARM_L])
    poses[:, Channel.ELBOW_L] += back * (30.0 - poses[:, Channel.ELBOW_L])
    return root, _feet(build, run, t, root, poses, k)


def _feet(build: Build, run: RunUp, t: Array, root: Array, poses: Array, k: float) -> Array:
    """The left foot blocks, the right one steps past it and stops the body."""
    late = t >= 0
    zero = np.array([[0.0, float(run.gait.hip_height(run.phase(np.zeros(1)))[0])]])
    start = run.poses(np.array([run.touchdown]))
    right = joint_path(build, zero, start, Joint.ANKLE_R)[0]
    block = run.gait.touchdown_x - 0.9 * build.foot
    sole = build.sole
    out = poses.copy()
    steps = {
        "L": [(0.0, block, sole, -4.0), (0.3, block + 0.02, sole, -10.0),
              (0.5, block + 0.1, 0.35 * k, -80.0), (0.85, 1.1 * k, 0.30 * k, -40.0),
              (1.15, 1.62 * k, sole, 0.0), (9.0, 1.62 * k, sole, 0.0)],
        "R": [(0.0, right[0], right[1], -70.0), (0.18, 0.4 * k, 0.30 * k, -50.0),
              (0.42, 1.80 * k, sole, 0.0), (9.0, 1.80 * k, sole, 0.0)],
    }  # fmt: skip
    for side, points in steps.items():
        foot = path(points, t[late])
        out[late] = reach_leg(build, root[late], out[late], side, foot[:, :2], foot[:, 2])
    return out


def _javelin(rng: np.random.Generator, t: Array, hand_T3: Array, angle_T: Array) -> Stick:
    """Held until the release, then on its ballistic path."""
    half = 1.3
    along = half * np.stack([np.cos(angle_T), np.sin(angle_T)], axis=1)
    middle = hand_T3.copy()
    gone = t >= _RELEASE_S
    s = t[gone] - _RELEASE_S
    speed, rise = float(rng.uniform(17.0, 23.0)), np.radians(float(rng.uniform(28.0, 38.0)))
    first = hand_T3[gone][0]
    middle[gone, 0] = first[0] + speed * np.cos(rise) * s
    middle[gone, 1] = first[1] + speed * np.sin(rise) * s - 0.5 * GRAVITY * s * s
    middle[gone, 2] = first[2]
    return Stick(middle, along, 0.03, vivid(rng, (0.5, 0.8)))
