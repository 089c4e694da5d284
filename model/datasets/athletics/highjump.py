"""High jump: run-up, take-off from one foot, back over the bar, fall on the mat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from model.datasets.athletics.body import Array, Build, forward, reach_leg
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.ground import Marking
from model.datasets.athletics.light import vivid
from model.datasets.athletics.motion import GRAVITY, path
from model.datasets.athletics.pole import Landing, Uprights
from model.datasets.athletics.props import Box
from model.datasets.athletics.runup import (
    RunUp,
    between,
    draw_gait,
    key,
    phases_from,
    planted_ankle,
    sided,
)
from model.datasets.athletics.scene import Action, Performance, Prop

_MAT = 0.65
_PENULTIMATE_S = 0.2
_OFF_X, _OFF_Y = 0.62, 1.06


@dataclass(frozen=True)
class _Timeline:
    """Seconds at which the parts begin; speeds in metres per second."""

    touchdown: float
    toe_off: float
    apex: float
    landing: float
    end: float
    forward: float
    lift: float


class HighJump(Action):
    """One attempt from run-up to sitting on the mat."""

    name = "HighJump"
    framing = Framing(figure=(0.33, 0.45), wide=0.84, high=1.0, look=0.5)

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        k = build.height / 1.8
        speed = float(rng.uniform(7.0, 8.8))
        gait = draw_gait(rng, build, speed)
        time = _draw_timeline(rng, k, speed)
        foot = str(rng.choice(["R", "L"]))
        run = RunUp(gait, speed, float(rng.uniform(0.62, 0.9)), time.touchdown, foot)
        n = round(time.end * fps)
        times = np.arange(n) / fps
        early = times < time.touchdown
        root = _root(times, time, k, float(gait.hip_height(np.zeros(1))[0]), speed)
        root[early] = run.root(times[early])
        poses = between(_keys(time, run), times)
        poses[early] = run.poses(times[early])
        poses = _plant(build, times, time, run, root, poses)
        phases = phases_from(
            [
                ("run-up", 0.0, False),
                ("take-off", time.touchdown - _PENULTIMATE_S, True),
                ("flight", time.toe_off, True),
                ("landing", time.landing, True),
                ("aftermath", time.landing + 0.6, False),
            ],
            fps,
            n,
        )
        moments = {
            "take-off": round(time.toe_off * fps),
            "apex": round(time.apex * fps),
            "touch-down": round(time.landing * fps),
        }
        apex = root[moments["apex"]]
        props, markings = _apparatus(rng, float(apex[0]), float(apex[1]) - 0.2 * k)
        floor = np.where(root[:, 0] > apex[0] + 0.2, _MAT, 0.0)
        joints = forward(build, root, poses)
        return Performance(build, phases, moments, root, joints, floor, props, markings)


def _draw_timeline(rng: np.random.Generator, k: float, speed: float) -> _Timeline:
    ahead, lift = float(rng.uniform(3.2, 4.2)), float(rng.uniform(3.8, 4.5))
    contact = 1.25 * _OFF_X * k / (0.5 * (speed + ahead))
    rise = lift / GRAVITY
    fall = float(np.sqrt(2 * (_OFF_Y * k + 0.5 * lift * rise - _MAT - 0.2) / GRAVITY))
    action = _PENULTIMATE_S + contact + rise + fall
    touchdown = float(rng.uniform(1.5, 3.4))
    after = float(rng.uniform(0.7, 2.4))
    toe_off = touchdown + contact
    end = min(touchdown + action + after, 7.6)
    apex = toe_off + rise
    return _Timeline(touchdown, toe_off, apex, apex + fall, end, ahead, lift)


def _root(times: Array, time: _Timeline, k: float, hip: float, speed: float) -> Array:
    """Hip path from the touchdown of the take-off foot on."""
    off = np.array([_OFF_X * k, _OFF_Y * k])
    contact = CubicHermiteSpline(
        [time.touchdown, time.toe_off],
        [[0.0, hip], off],
        [[speed, -0.4], [time.forward, time.lift]],
    )
    t = np.clip(times, time.toe_off, time.landing) - time.toe_off
    flight = np.stack(
        [off[0] + time.forward * t, off[1] + time.lift * t - 0.5 * GRAVITY * t * t], axis=1
    )
    root = np.where(
        (times > time.toe_off)[:, None],
        flight,
        contact(np.clip(times, time.touchdown, time.toe_off)),
    )
    end = flight[times <= time.landing][-1]
    late = times >= time.landing
    rest = path(
        [(0.0, 0.0, end[1]), (0.12, 0.3, _MAT - 0.1), (0.34, 0.5, _MAT + 0.16),
         (0.6, 0.6, _MAT + 0.08), (9.0, 0.6, _MAT + 0.08)],
        times[late] - time.landing,
    )  # fmt: skip
    root[late] = rest + np.array([end[0], 0.0])
    return np.asarray(root)


_CLEAR: list[tuple[float, dict[str, float]]] = [
    key(0.0, lean=-6, head=4, hip_t=-16, knee_t=4, foot_t=-35, hip_f=88, knee_f=96, foot_f=-10,
               arm_t=150, elbow_t=40, arm_f=140, elbow_f=60),
    key(0.22, yaw=70, lean=16, head=-4, hip_t=-12, knee_t=16, foot_t=-40, hip_f=56, knee_f=84,
                foot_f=-20, arm_t=164, elbow_t=30, arm_f=120, elbow_f=40),
    key(0.40, yaw=150, lean=58, head=12, hip_t=-14, knee_t=44, foot_t=-30, hip_f=8, knee_f=66,
                foot_f=-25, arm_t=120, elbow_t=30, arm_f=60, elbow_f=30),
    key(0.52, yaw=180, lean=86, head=30, hip_t=-26, knee_t=80, foot_t=-30, hip_f=-22, knee_f=76,
                foot_f=-30, arm_t=20, elbow_t=20, arm_f=12, elbow_f=20),
    key(0.74, yaw=182, lean=108, head=-10, hip_t=40, knee_t=60, foot_t=-20, hip_f=46, knee_f=52,
                foot_f=-20, arm_t=40, elbow_t=20, arm_f=50, elbow_f=20),
    key(1.0, yaw=182, lean=118, head=-34, hip_t=88, knee_t=14, foot_t=-10, hip_f=94, knee_f=12,
               foot_f=-10, arm_t=84, elbow_t=10, arm_f=90, elbow_f=10),
]  # fmt: skip
_REST: list[tuple[float, dict[str, float]]] = [
    key(0.25, yaw=182, lean=110, head=-30, hip_t=110, knee_t=40, hip_f=116, knee_f=36, arm_t=100,
                elbow_t=10, arm_f=110, elbow_f=10),
    key(0.7, yaw=184, lean=86, head=-12, hip_t=84, knee_t=84, hip_f=92, knee_f=80, arm_t=60,
               elbow_t=30, arm_f=70, elbow_f=30),
    key(1.3, yaw=184, lean=34, head=-14, hip_t=86, knee_t=88, hip_f=92, knee_f=80, arm_t=-8,
               elbow_t=20, arm_f=-14, elbow_f=20),
    key(2.2, yaw=184, lean=18, head=-4, hip_t=84, knee_t=86, hip_f=92, knee_f=80, arm_t=40,
               elbow_t=70, arm_f=60, elbow_f=70),
]  # fmt: skip


def _keys(time: _Timeline, run: RunUp) -> list[tuple[float, Array]]:
    """Keyposes from the touchdown of the take-off foot to sitting on the mat."""
    flight = time.landing - time.toe_off
    start = run.poses(np.array([time.touchdown]))[0]
    keys = [(time.touchdown, start)]
    keys += [(time.toe_off + f * flight, sided(run.foot, **p)) for f, p in _CLEAR]
    keys += [(time.landing + s, sided(run.foot, **p)) for s, p in _REST]
    return keys


def _plant(
    build: Build, times: Array, time: _Timeline, run: RunUp, root: Array, poses: Array
) -> Array:
    """Hold the take-off foot where it came down."""
    out = poses.copy()
    down = (times >= time.touchdown) & (times <= time.toe_off)
    if down.any():
        s = (times[down] - time.touchdown) / (time.toe_off - time.touchdown)
        pitch = PchipInterpolator([0, 0.5, 1], [-6.0, -8.0, -58.0])(s)
        ankle = planted_ankle(build, run.gait.touchdown_x, pitch)
        out[down] = reach_leg(build, root[down], out[down], run.foot, ankle, pitch)
    return out


def _apparatus(
    rng: np.random.Generator, x: float, bar: float
) -> tuple[tuple[Prop, ...], tuple[Marking, ...]]:
    """Uprights with the bar at x, and the mat behind it."""
    colour = vivid(rng, (0.28, 0.45))
    trim = (236.0, 236.0, 236.0) if rng.uniform() < 0.6 else vivid(rng, (0.4, 0.6))
    steel = (206.0, 208.0, 212.0) if rng.uniform() < 0.5 else vivid(rng, (0.4, 0.55))
    mat = Box(x + 0.12, x + 3.6, 0.0, _MAT, -2.4, 2.4, colour, trim)
    frame = Uprights(x, bar, 2.0, steel)
    markings = (Marking(x - 0.4, x + 4.2, -3.2, 3.2, (96.0, 98.0, 104.0), 4.0),)
    return (Landing(mat), frame.far, frame, frame.near), markings
