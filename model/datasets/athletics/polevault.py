"""Pole vault: run-up with the pole, plant, swing and turn over the bar, fall on the mat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from model.datasets.athletics.body import (
    Array,
    Build,
    Joint,
    forward,
    reach_arm,
    reach_leg,
)
from model.datasets.athletics.camera import Framing
from model.datasets.athletics.ground import Marking
from model.datasets.athletics.light import shade, vivid
from model.datasets.athletics.pole import Landing, Pole, PoleTrack, Uprights, lower_grip
from model.datasets.athletics.props import Box
from model.datasets.athletics.runup import (
    RunUp,
    between,
    draw_gait,
    key,
    phases_from,
    planted_ankle,
    pose,
)
from model.datasets.athletics.scene import Action, Performance, Prop

_G = 9.81
_MAT = 0.8
_MAT_EDGE = 0.55
_PLANT_S = 0.40
_TOE_OFF = -0.26
_POP = 0.16


@dataclass(frozen=True)
class _Timeline:
    """Seconds at which the parts begin; `grip` is the height of the upper hand on the pole, m."""

    plant: float
    touchdown: float
    toe_off: float
    release: float
    landing: float
    end: float
    speed: float
    grip: float


class PoleVault(Action):
    """One attempt from run-up to lying on the mat; the take-off foot is the left one."""

    name = "PoleVault"
    since = "1"
    framing = Framing(figure=(0.32, 0.42), wide=0.70, high=2.2, look=0.80)

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        k = build.height / 1.8
        speed = float(rng.uniform(7.0, 8.8))
        gait = draw_gait(rng, build, speed)
        time = _draw_timeline(rng, k, speed)
        run = RunUp(gait, speed, float(rng.uniform(0.62, 0.9)), time.touchdown, "L")
        n = round(time.end * fps)
        times = np.arange(n) / fps
        vault = _Vault(build, time, run, float(rng.uniform(34.0, 62.0)))
        root, poses, tracks = vault.motion(times)
        bar = (vault.apex[0] + 0.02, vault.apex[1] - 0.24 * k)
        phases = phases_from(
            [
                ("run-up", 0.0, False),
                ("plant", time.plant, True),
                ("vault", time.toe_off, True),
                ("landing", time.landing, True),
            ],
            fps,
            n,
        )
        moments = {
            "take-off": round(time.toe_off * fps),
            "release": round(time.release * fps),
            "apex": int(np.argmax(root[:, 1])),
            "touch-down": round(time.landing * fps),
        }
        props, markings = _apparatus(rng, vault.box_x, bar, tracks)
        joints = forward(build, root, poses)
        floor = np.where(root[:, 0] > vault.box_x + _MAT_EDGE, _MAT, 0.0)
        return Performance(build, phases, moments, root, joints, floor, props, markings)


def _draw_timeline(rng: np.random.Generator, k: float, speed: float) -> _Timeline:
    grip = float(rng.uniform(3.2, 4.1))
    contact = (0.40 - _TOE_OFF) * k / (0.92 * speed)
    swing = float(rng.uniform(0.90, 1.05))
    # Hips at release are about an arm and a trunk above the upper hand.
    apex = grip + 0.62 * k + _POP
    up = np.sqrt(2 * _G * _POP) / _G
    fall = float(up + np.sqrt(2 * (apex - _MAT - 0.2) / _G))
    share = float(rng.uniform(0.555, 0.605))
    action = _PLANT_S + contact + swing + fall
    total = float(np.clip((action + rng.uniform(0.28, 0.7)) / (1 - share), 0.0, 7.0))
    plant = min(share * total, total - action - 0.24)
    touchdown = plant + _PLANT_S
    toe_off = touchdown + contact
    release = toe_off + swing
    return _Timeline(plant, touchdown, toe_off, release, release + fall, total, 0.84 * speed, grip)


class _Vault:
    """The vaulter and the pole, part by part."""

    def __init__(self, build: Build, time: _Timeline, run: RunUp, carry: float):
        self.build, self.time, self.run, self.carry = build, time, run, carry
        self.k = build.height / 1.8
        self.hip = float(run.gait.hip_height(run.phase(np.zeros(1)))[0])
        self.box_x = 0.0
        # The pole meets the back of the box while the take-off foot is down.
        self.stuck = 0.4 * time.touchdown + 0.6 * time.toe_off
        hand = self._ground_hand(np.array([self.stuck]))[0]
        self.box_x = float(hand[0] + np.sqrt(time.grip**2 - hand[1] ** 2))
        keys = between(self._keys(), np.array([time.release]))
        hand = self._swing_hand(np.array([time.release]))
        self.release = (hand - self._hand_offset(keys))[0]
        late = np.array([time.release - 0.04, time.release])
        path = self._swing_hand(late) - self._hand_offset(between(self._keys(), late))
        self.drift = float(np.clip((path[1, 0] - path[0, 0]) / 0.04, 0.9, 1.6))
        self.lift = float(np.sqrt(2 * _G * _POP))
        up = self.lift / _G
        self.apex = (float(self.release[0] + self.drift * up), float(self.release[1] + _POP))

    def motion(self, times: Array) -> tuple[Array, Array, PoleTrack]:
        """Root path (T, 2), poses (T, C) and the pole at every frame."""
        time, run = self.time, self.run
        ground = times < time.toe_off
        hanging = (times >= time.toe_off) & (times < time.release)
        root = self._ground_root(times)
        poses = between(self._keys(), times)
        early = times < time.touchdown
        poses[early] = run.poses(times[early])
        hand = self._ground_hand(times)
        hand[~ground] = self._swing_hand(times[~ground])
        root[hanging] = hand[hanging] - self._hand_offset(poses[hanging])
        flying = times >= time.release
        root[flying] = self._fall(times[flying])
        poses = self._plant_foot(times, root, poses)
        track = self._pole(times, hand)
        return root, self._grasp(times, root, poses, track), track

    def _hand_offset(self, poses: Array) -> Array:
        """Upper hand relative to the root, (T, 2)."""
        zero = np.zeros((len(poses), 2))
        return forward(self.build, zero, poses)[:, Joint.HAND_R, :2]

    def _ground_root(self, times: Array) -> Array:
        """Run, then the contact of the take-off foot."""
        time = self.time
        root = self.run.root(np.minimum(times, time.touchdown))
        off = np.array([(0.40 - _TOE_OFF) * self.k, 1.01 * self.k])
        contact = CubicHermiteSpline(
            [time.touchdown, time.toe_off],
            [[0.0, self.hip], off],
            [[time.speed / 0.84, -0.2], [time.speed, 1.6]],
        )
        late = times >= time.touchdown
        root[late] = contact(np.clip(times[late], time.touchdown, time.toe_off))
        return np.asarray(root)

    def _ground_hand(self, times: Array) -> Array:
        """Upper hand: at the hip while running, raised overhead for the plant."""
        time, k = self.time, self.k
        at = [time.plant, time.plant + 0.16, time.plant + 0.30, time.touchdown, time.toe_off]
        reach = 0.955 * self.build.trunk + 0.96 * (self.build.upper_arm + self.build.forearm)
        offset = [
            (-0.16 * k, 0.10 * k),
            (0.16 * k, 0.34 * k),
            (0.27 * k, 0.70 * k),
            (0.12 * k, reach - 0.06 * k),
            (0.06 * k, reach),
        ]
        carried = PchipInterpolator(at, offset)(np.clip(times, at[0], at[-1]))
        return np.asarray(self._ground_root(times) + carried)

    def _swing_hand(self, times: Array) -> Array:
        """Upper hand on the bent pole, from the chord's length and angle."""
        time = self.time
        before = np.array([self.stuck, 0.5 * (self.stuck + time.toe_off), time.toe_off])
        to_hand = self._ground_hand(before) - [self.box_x, 0.0]
        chord = np.hypot(to_hand[:, 0], to_hand[:, 1]) / time.grip
        angle = np.degrees(np.arctan2(to_hand[:, 1], -to_hand[:, 0]))
        swing = time.release - time.toe_off
        at = np.concatenate([before, time.toe_off + swing * np.array([0.22, 0.42, 0.6, 0.8, 1.0])])
        low = 0.74
        chords = np.concatenate([chord, [0.82, low, low + 0.05, 0.92, 0.99]])
        first = float(angle[-1])
        rise = first + (87.0 - first) * np.array([0.24, 0.5, 0.70, 0.88, 1.0])
        angles = np.concatenate([angle, rise])
        c = PchipInterpolator(at, chords)(times) * time.grip
        a = np.radians(PchipInterpolator(at, angles)(times))
        return np.stack([self.box_x - c * np.cos(a), c * np.sin(a)], axis=1)

    def _keys(self) -> list[tuple[float, Array]]:
        """Keyposes from the touchdown of the take-off foot to the mat."""
        time, yaw = self.time, self.run.gait.yaw
        start = self.run.poses(np.array([time.touchdown]))[0]
        off = time.toe_off
        swing = time.release - off
        fall = time.landing - time.release
        keys = [(time.touchdown, start)]
        keys += [(off + f * swing, pose(**{"yaw": yaw, **p})) for f, p in _SWING]
        keys += [(time.release + f * fall, pose(**p)) for f, p in _FALL]
        keys += [(time.landing + s, pose(**p)) for s, p in _REST]
        return keys

    def _fall(self, times: Array) -> Array:
        """Ballistic path over the bar, then the mat gives way and springs back."""
        time = self.time
        t = times - time.release
        x = self.release[0] + self.drift * t
        y = self.release[1] + self.lift * t - 0.5 * _G * t * t
        end = time.landing - time.release
        low = self.release[1] + self.lift * end - 0.5 * _G * end * end
        s = np.array([0.0, 0.12, 0.34, 0.55, 3.0])
        rest = PchipInterpolator(s, [low, _MAT - 0.16, _MAT + 0.12, _MAT + 0.06, _MAT + 0.06])
        after = np.maximum(times - time.landing, 0.0)
        landed = times >= time.landing
        stop = self.release[0] + self.drift * end + 0.3 * (1 - np.exp(-after * self.drift / 0.3))
        return np.stack([np.where(landed, stop, x), np.where(landed, rest(after), y)], axis=1)

    def _plant_foot(self, times: Array, root: Array, poses: Array) -> Array:
        """Hold the take-off foot where it came down."""
        time = self.time
        down = (times >= time.touchdown) & (times <= time.toe_off)
        if not down.any():
            return poses
        s = (times[down] - time.touchdown) / (time.toe_off - time.touchdown)
        pitch = PchipInterpolator([0, 0.5, 1], [-6.0, -8.0, -56.0])(s)
        ankle = planted_ankle(self.build, self.run.gait.touchdown_x, pitch)
        out = poses.copy()
        out[down] = reach_leg(self.build, root[down], poses[down], "L", ankle, pitch)
        return out

    def _pole(self, times: Array, hand: Array) -> PoleTrack:
        """The pole at every frame: carried, planted, bent, falling back."""
        time = self.time
        aim = np.degrees(np.arctan2(-hand[:, 1], self.box_x - hand[:, 0]))
        at = [0.0, 0.55 * time.plant, time.plant, time.plant + 0.16]
        carried = PchipInterpolator(at, [self.carry, 0.55 * self.carry, 14.0, 0.0])
        s = np.clip((times - time.plant - 0.05) / (_PLANT_S - 0.05), 0, 1)
        blend = s * s * (3 - 2 * s)
        angle = (1 - blend) * carried(np.clip(times, 0.0, at[-1])) + blend * aim
        free = times >= self.stuck
        a = np.radians(angle)
        tip = hand + time.grip * np.stack([np.cos(a), np.sin(a)], axis=1)
        tip[free] = [self.box_x, 0.0]
        loose = np.maximum(times - time.release, 0.0)
        back = np.radians(np.maximum(87.0 - 8.0 * loose - 52.0 * loose**2, 3.0))
        fallen = [self.box_x, 0.0] + time.grip * np.stack([-np.cos(back), np.sin(back)], axis=1)
        back_hand = np.where((times >= time.release)[:, None], fallen, hand)
        return PoleTrack(tip, back_hand, time.grip)

    def _grasp(self, times: Array, root: Array, poses: Array, track: PoleTrack) -> Array:
        """Put both hands on the pole, and let go of it at the release."""
        time = self.time
        out = poses.copy()
        ground = times < time.toe_off
        out[ground] = reach_arm(self.build, root[ground], out[ground], "R", track.hand_T2[ground])
        near = times < time.release
        at = lower_grip(track, 0.52 * self.k)
        held = reach_arm(self.build, root[near], out[near], "L", at[near])
        # The lower hand lets go first.
        hold = np.clip((time.release - 0.06 - times[near]) / 0.18, 0, 1)[:, None]
        out[near] += hold * hold * (3 - 2 * hold) * (held - out[near])
        return out


# Fractions of the swing. Hanging from the upper hand, the trunk leans back as the legs rise.
_SWING: list[tuple[float, dict[str, float]]] = [
    key(0.0, lean=3, head=4, hip_l=-26, knee_l=5, foot_l=-25, hip_r=76, knee_r=84,
               foot_r=-10, arm_r=176, elbow_r=6, arm_l=140, elbow_l=20),
    key(0.16, lean=-4, head=2, hip_l=-38, knee_l=10, foot_l=-35, hip_r=58, knee_r=78,
                foot_r=-20, arm_r=168, elbow_r=4, arm_l=140, elbow_l=30),
    key(0.36, lean=-34, head=0, hip_l=52, knee_l=12, foot_l=-35, hip_r=72, knee_r=64,
                foot_r=-25, arm_r=142, elbow_r=4, arm_l=110, elbow_l=30),
    key(0.54, lean=-94, head=-4, hip_l=104, knee_l=36, foot_l=-35, hip_r=104, knee_r=48,
                foot_r=-30, arm_r=84, elbow_r=6, arm_l=60, elbow_l=30),
    key(0.70, lean=-146, head=-2, hip_l=62, knee_l=20, foot_l=-40, hip_r=66, knee_r=24,
                foot_r=-40, arm_r=36, elbow_r=14, arm_l=30, elbow_l=30),
    key(0.84, yaw=60, lean=-172, head=0, hip_l=14, knee_l=6, foot_l=-45, hip_r=20, knee_r=10,
                foot_r=-45, arm_r=40, elbow_r=90, arm_l=30, elbow_l=80),
    key(1.0, yaw=160, lean=-176, head=4, hip_l=10, knee_l=4, foot_l=-45, hip_r=16, knee_r=8,
               foot_r=-45, arm_r=150, elbow_r=40, arm_l=70, elbow_l=90),
]  # fmt: skip
# Fractions of the time from release to the mat: pike over the bar, open, fall on the back.
_FALL: list[tuple[float, dict[str, float]]] = [
    key(0.17, yaw=178, lean=-122, head=10, hip_l=62, knee_l=8, foot_l=-40, hip_r=70, knee_r=14,
                foot_r=-40, arm_r=128, elbow_r=20, arm_l=110, elbow_l=40),
    key(0.36, yaw=184, lean=-62, head=14, hip_l=46, knee_l=16, foot_l=-30, hip_r=56, knee_r=22,
                foot_r=-30, arm_r=150, elbow_r=25, arm_l=160, elbow_l=25),
    key(0.62, yaw=186, lean=-6, head=0, hip_l=34, knee_l=34, foot_l=-15, hip_r=50, knee_r=44,
                foot_r=-15, arm_r=120, elbow_r=25, arm_l=100, elbow_l=25),
    key(0.97, yaw=184, lean=52, head=-18, hip_l=76, knee_l=42, foot_l=-10, hip_r=86, knee_r=50,
                foot_r=-10, arm_r=84, elbow_r=20, arm_l=74, elbow_l=20),
]  # fmt: skip
_REST: list[tuple[float, dict[str, float]]] = [
    key(0.14, yaw=184, lean=76, head=-24, hip_l=96, knee_l=60, foot_l=-10, hip_r=104, knee_r=64,
                foot_r=-10, arm_r=110, elbow_r=20, arm_l=96, elbow_l=20),
    key(0.40, yaw=184, lean=84, head=-8, hip_l=70, knee_l=74, foot_l=-20, hip_r=80, knee_r=80,
                foot_r=-20, arm_r=150, elbow_r=30, arm_l=140, elbow_l=30),
    key(0.90, yaw=184, lean=60, head=-14, hip_l=76, knee_l=96, foot_l=-10, hip_r=84, knee_r=92,
                foot_r=-10, arm_r=60, elbow_r=40, arm_l=40, elbow_l=40),
]  # fmt: skip


def _apparatus(
    rng: np.random.Generator, box_x: float, bar: tuple[float, float], track: PoleTrack
) -> tuple[tuple[Prop, ...], tuple[Marking, ...]]:
    """Pole, planting box, uprights with the bar, and the mat."""
    colour = vivid(rng, (0.28, 0.45))
    trim = (236.0, 236.0, 236.0) if rng.uniform() < 0.6 else vivid(rng, (0.4, 0.6))
    markings = (
        Marking(box_x - 0.75, box_x + 0.15, -0.2, 0.2, (226.0, 226.0, 224.0), 2.0),
        Marking(box_x + 0.15, box_x + 7.5, -3.4, 3.4, (96.0, 98.0, 104.0), 4.0),
    )
    mat = Box(box_x + _MAT_EDGE, box_x + 6.2, 0.0, _MAT, -2.6, 2.6, colour, trim)
    wing = (box_x - 0.5, box_x + 0.9, 0.0, 0.72 * _MAT)
    far_wing = Box(*wing, 0.6, 2.2, shade(colour, 0.95), trim)
    steel = (206.0, 208.0, 212.0) if rng.uniform() < 0.5 else vivid(rng, (0.4, 0.55))
    frame = Uprights(bar[0], bar[1], 2.2, steel)
    pole = Pole(track, shade(vivid(rng, (0.5, 0.75)), 1.0))
    return (Landing(mat), far_wing, frame.far, frame, pole, frame.near), markings
