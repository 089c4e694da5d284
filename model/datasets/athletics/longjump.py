"""Long jump: run-up, take-off from the board, flight in hang or hitch-kick style, sand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from model.datasets.athletics.body import Array, Build, forward, reach_leg
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.ground import Marking
from model.datasets.athletics.props import Box, Dent, Spray
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

_G = 9.81
_SAND = (222.0, 200.0, 152.0)
_TOE_OFF = -0.30
_LANDING_HIP = 0.50
_REACH = 0.62
_SLIDE = 0.28
_PENULTIMATE_S = 0.22


@dataclass(frozen=True)
class _Timeline:
    """Seconds at which the parts begin, and the ballistic flight."""

    penultimate: float
    touchdown: float
    toe_off: float
    landing: float
    end: float
    speed: float
    lift: float


class LongJump(Action):
    """One attempt from run-up to standing in the pit."""

    name = "LongJump"
    since = "1"
    framing = Framing(figure=(0.34, 0.46), wide=0.86, high=0.8, look=0.45)

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        k = build.height / 1.8
        speed = float(rng.uniform(7.6, 9.6))
        gait = draw_gait(rng, build, speed)
        foot = str(rng.choice(["R", "L"]))
        time = _draw_timeline(rng, k, speed)
        run = RunUp(gait, speed, float(rng.uniform(0.62, 0.9)), time.touchdown, foot)
        n = round(time.end * fps)
        times = np.arange(n) / fps
        root = _root(times, time, k, gait.hip_height(np.zeros(1))[0])
        before = times < time.touchdown
        root[before] = run.root(times[before])
        poses = _poses(times, time, run, str(rng.choice(["hang", "hitch"])))
        poses[before] = run.poses(times[before])
        poses = _plant_feet(build, times, time, run, root, poses)
        phases = phases_from(
            [
                ("run-up", 0.0, False),
                ("take-off", time.penultimate, True),
                ("flight", time.toe_off, True),
                ("landing", time.landing, True),
                ("aftermath", time.landing + 0.9, False),
            ],
            fps,
            n,
        )
        moments = {
            "take-off": round(time.toe_off * fps),
            "apex": int(np.argmax(np.where(times < time.landing, root[:, 1], -1.0))),
            "touch-down": round(time.landing * fps),
        }
        heel = _hip_at_landing(time, k) + _REACH * k
        props, markings = _pit(rng, heel, moments["touch-down"], fps, 0.40 * k)
        joints = forward(build, root, poses)
        return Performance(build, phases, moments, root, joints, np.zeros(n), props, markings)


def _draw_timeline(rng: np.random.Generator, k: float, speed: float) -> _Timeline:
    contact = (0.40 - _TOE_OFF) * k / (0.96 * speed)
    lift = float(rng.uniform(2.7, 3.6))
    drop = (1.0 - _LANDING_HIP) * k
    flight = (lift + np.sqrt(lift * lift + 2 * _G * drop)) / _G
    share = float(rng.uniform(0.57, 0.68))
    action = _PENULTIMATE_S + contact + flight
    after = float(rng.uniform(0.5, 1.9))
    total = float(np.clip((action + after) / (1 - share), 3.4, 7.0))
    penultimate = share * total
    touchdown = penultimate + _PENULTIMATE_S
    toe_off = touchdown + contact
    return _Timeline(
        penultimate, touchdown, toe_off, float(toe_off + flight), total, 0.92 * speed, lift
    )


def _hip_at_toe_off(k: float) -> Array:
    return np.array([(0.40 - _TOE_OFF) * k, 1.0 * k])


def _hip_at_landing(time: _Timeline, k: float) -> float:
    return float(_hip_at_toe_off(k)[0] + time.speed * (time.landing - time.toe_off))


def _root(times: Array, time: _Timeline, k: float, hip: float) -> Array:
    """Hip path from the touchdown of the take-off foot on."""
    off = _hip_at_toe_off(k)
    contact = CubicHermiteSpline(
        [time.touchdown, time.toe_off],
        [[0.0, hip], off],
        [[time.speed / 0.92, -0.3], [time.speed, time.lift]],
    )
    t = times - time.toe_off
    flight = np.stack([off[0] + time.speed * t, off[1] + time.lift * t - 0.5 * _G * t * t], axis=1)
    x = _hip_at_landing(time, k)
    sit = x + (_REACH + _SLIDE) * k
    y = np.array([_LANDING_HIP, 0.33, 0.27, 0.30, 0.42, 0.80, 0.93, 0.93]) * k
    gap = np.array([0.0, 0.10, 0.24, 0.42, 0.62, 1.0, 1.35, 3.0])
    along = np.array(
        [x, sit - 0.42 * k, sit - 0.26 * k, sit - 0.14 * k, sit + 0.02 * k, sit, sit, sit]
    )
    after = PchipInterpolator(time.landing + gap, np.stack([along, y], axis=1))
    root = contact(np.clip(times, time.touchdown, time.toe_off))
    root = np.where((times > time.toe_off)[:, None], flight, root)
    landed = times >= time.landing
    return np.asarray(np.where(landed[:, None], after(np.maximum(times, time.landing)), root))


def _poses(times: Array, time: _Timeline, run: RunUp, style: str) -> Array:
    """Keyposes of take-off, flight and landing."""
    build = run.gait.build
    yaw, foot = run.gait.yaw, run.foot
    at = np.array([time.touchdown])
    flight = time.landing - time.toe_off
    keys = [
        (time.touchdown, run.poses(at)[0]),
        (
            time.toe_off,
            sided(foot, lean=0, yaw=yaw, head=-4, hip_t=-27, knee_t=4, foot_t=-25, hip_f=84,
                  knee_f=98, foot_f=-5, arm_t=62, elbow_t=88, arm_f=-58, elbow_f=62),
        ),
    ]  # fmt: skip
    middle = _HANG if style == "hang" else _HITCH
    keys += [(time.toe_off + f * flight, sided(foot, yaw=yaw, **p)) for f, p in middle]
    down = np.array([time.landing])
    hip = np.array([[_hip_at_landing(time, build.height / 1.8), _LANDING_HIP * build.height / 1.8]])
    touch = sided(foot, yaw=yaw, **_SIT[0][1])[None]
    keys.append((time.landing, _feet_in_sand(build, down, time, hip, touch)[0]))
    keys += [(time.landing + s, sided(foot, yaw=yaw, **p)) for s, p in _SIT[1:]]
    return between(keys, times)


_HANG: list[tuple[float, dict[str, float]]] = [
    key(0.22, lean=-6, head=6, hip_t=-32, knee_t=45, hip_f=42, knee_f=80, foot_t=-30,
                foot_f=-20, arm_t=120, elbow_t=40, arm_f=-90, elbow_f=30),
    key(0.45, lean=-9, head=10, hip_t=-12, knee_t=88, hip_f=-14, knee_f=78, foot_t=-30,
                foot_f=-30, arm_t=172, elbow_t=18, arm_f=-186, elbow_f=12),
    key(0.66, lean=2, head=0, hip_t=48, knee_t=84, hip_f=50, knee_f=80, foot_t=-10,
                foot_f=-10, arm_t=165, elbow_t=14, arm_f=-190, elbow_f=10),
    key(0.86, lean=24, head=-14, hip_t=98, knee_t=38, hip_f=100, knee_f=36, foot_t=8,
                foot_f=8, arm_t=112, elbow_t=12, arm_f=-246, elbow_f=12),
]  # fmt: skip
_HITCH: list[tuple[float, dict[str, float]]] = [
    key(0.20, lean=-4, head=4, hip_t=-22, knee_t=70, hip_f=40, knee_f=30, foot_t=-30,
                foot_f=-15, arm_t=20, elbow_t=40, arm_f=-130, elbow_f=30),
    key(0.42, lean=-8, head=8, hip_t=72, knee_t=92, hip_f=-24, knee_f=28, foot_t=-10,
                foot_f=-25, arm_t=-60, elbow_t=30, arm_f=-210, elbow_f=20),
    key(0.64, lean=0, head=0, hip_t=78, knee_t=40, hip_f=30, knee_f=100, foot_t=0,
                foot_f=-10, arm_t=-160, elbow_t=20, arm_f=-250, elbow_f=15),
    key(0.86, lean=22, head=-14, hip_t=98, knee_t=30, hip_f=92, knee_f=44, foot_t=8,
                foot_f=8, arm_t=-248, elbow_t=12, arm_f=-256, elbow_f=12),
]  # fmt: skip
_SIT: list[tuple[float, dict[str, float]]] = [
    key(0.0, lean=34, head=-20, hip_t=112, knee_t=16, hip_f=112, knee_f=16, foot_t=10,
               foot_f=10, arm_t=70, elbow_t=10, arm_f=70, elbow_f=10),
    key(0.22, lean=44, head=-26, hip_t=130, knee_t=100, hip_f=130, knee_f=100, arm_t=10,
                elbow_t=15, arm_f=12, elbow_f=15),
    key(0.45, lean=30, head=-16, hip_t=130, knee_t=120, hip_f=130, knee_f=120, arm_t=-18,
                elbow_t=12, arm_f=55, elbow_f=12),
    key(0.70, lean=46, head=-22, hip_t=110, knee_t=110, hip_f=110, knee_f=110, arm_t=48,
                elbow_t=14, arm_f=60, elbow_f=10),
    key(1.05, lean=26, head=-8, hip_t=40, knee_t=40, hip_f=40, knee_f=40, arm_t=20,
                elbow_t=20, arm_f=24, elbow_f=25),
    key(1.40, lean=3, head=0, hip_t=5, knee_t=6, hip_f=5, knee_f=6, arm_t=60,
                elbow_t=90, arm_f=70, elbow_f=80),
    key(1.75, lean=-3, head=8, hip_t=3, knee_t=4, hip_f=3, knee_f=4, arm_t=165,
                elbow_t=20, arm_f=160, elbow_f=25),
]  # fmt: skip


def _plant_feet(
    build: Build, times: Array, time: _Timeline, run: RunUp, root: Array, poses: Array
) -> Array:
    """Hold the take-off foot on the board and both feet in the sand."""
    out = poses.copy()
    board = (times >= time.touchdown) & (times <= time.toe_off)
    if board.any():
        s = (times[board] - time.touchdown) / (time.toe_off - time.touchdown)
        pitch = PchipInterpolator([0, 0.5, 1], [-6.0, -8.0, -58.0])(s)
        ankle = planted_ankle(build, run.gait.touchdown_x, pitch)
        out[board] = reach_leg(build, root[board], out[board], run.foot, ankle, pitch)
    sand = times >= time.landing
    if sand.any():
        out[sand] = _feet_in_sand(build, times[sand], time, root[sand], out[sand])
    return out


def _feet_in_sand(build: Build, times: Array, time: _Timeline, root: Array, poses: Array) -> Array:
    """Both heels where they broke the sand, sliding forward while the body comes after."""
    k = build.height / 1.8
    t = times - time.landing
    slide = _SLIDE * k * (1 - np.clip(1 - t / 0.2, 0, 1) ** 2)
    x = _hip_at_landing(time, k) + _REACH * k + slide
    pitch = PchipInterpolator([0, 0.15, 0.5, 0.8, 5], [38.0, 30.0, 12.0, 0.0, 0.0])(t)
    for side, ahead in (("R", 0.05), ("L", -0.05)):
        ankle = np.stack([x + ahead * k, np.full_like(x, 0.9 * build.sole)], axis=1)
        poses = reach_leg(build, root, poses, side, ankle, pitch)
    return poses


def _pit(
    rng: np.random.Generator, heel: float, splash: int, fps: float, board: float
) -> tuple[tuple[Prop, ...], tuple[Marking, ...]]:
    """Board, sand pit with its kerb, the distance boards beside it, and the splash."""
    near, far = board + float(rng.uniform(1.5, 2.6)), heel + float(rng.uniform(2.0, 3.5))
    half = float(rng.uniform(1.35, 1.6))
    kerb = (226.0, 226.0, 222.0) if rng.uniform() < 0.6 else (92.0, 92.0, 96.0)
    markings = (
        Marking(near - 0.3, far + 0.3, -half - 0.22, half + 0.22, kerb, 2.0),
        Marking(near, far, -half, half, _SAND, 11.0),
        Marking(board - 0.12, board + 0.08, -0.58, 0.58, (244.0, 244.0, 240.0), 2.0),
        Marking(board + 0.08, board + 0.18, -0.58, 0.58, (60.0, 140.0, 80.0), 2.0),
    )
    count = 420
    speed = rng.uniform(0.6, 4.2, count)
    tilt = np.radians(rng.uniform(15, 85, count))
    spray = Spray(
        start=splash,
        fps=fps,
        origin_N3=np.column_stack(
            [
                heel + rng.normal(0.1, 0.2, count),
                np.full(count, 0.02),
                rng.normal(-0.1, 0.25, count),
            ]
        ),
        velocity_N3=np.column_stack(
            [speed * np.cos(tilt), 1.15 * speed * np.sin(tilt), rng.normal(0, 0.6, count)]
        ),
        size_N=rng.uniform(0.006, 0.022, count),
        gain_N=rng.uniform(0.78, 1.15, count),
        colour=_SAND,
    )
    dent = Dent(heel + 0.1, splash, fps, _SAND)
    z = half + 0.5
    boards = tuple(
        Box(x, x + 0.34, 0.0, 0.24, z, z + 0.08, (238.0, 238.0, 236.0), (30.0, 60.0, 130.0))
        for x in np.arange(near + 1.0, far, 1.0)
    )
    return (dent, spray, *boards), markings
