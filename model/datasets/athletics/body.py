"""The articulated body: proportions, joint angles, forward and inverse kinematics.

World axes: x along the runway (metres, the run goes towards +x), y up, z away from the camera.
Angles are degrees. Limb angles live in the sagittal plane of the body, counted from "straight
down the trunk" towards the chest, so that a pose keeps its meaning when the whole body turns over.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Channel(IntEnum):
    """Columns of a pose array: what is interpolated between keyposes."""

    LEAN = 0
    YAW = 1
    HEAD = 2
    HIP_R = 3
    KNEE_R = 4
    FOOT_R = 5
    HIP_L = 6
    KNEE_L = 7
    FOOT_L = 8
    ARM_R = 9
    ELBOW_R = 10
    ARM_L = 11
    ELBOW_L = 12


class Joint(IntEnum):
    """Rows of a joint array; the right side is the one nearer to the camera."""

    PELVIS = 0
    NECK = 1
    HEAD = 2
    HIP_R = 3
    KNEE_R = 4
    ANKLE_R = 5
    TOE_R = 6
    HEEL_R = 7
    SHOULDER_R = 8
    ELBOW_R = 9
    HAND_R = 10
    HIP_L = 11
    KNEE_L = 12
    ANKLE_L = 13
    TOE_L = 14
    HEEL_L = 15
    SHOULDER_L = 16
    ELBOW_L = 17
    HAND_L = 18


N_CHANNELS = len(Channel)
N_JOINTS = len(Joint)
SIDES = ("R", "L")


@dataclass(frozen=True)
class Build:
    """Proportions of one person.

    height: metres; girth: thickness of limbs relative to an average athlete.
    Segment lengths are the usual fractions of body height (Winter, Biomechanics, 1990).
    """

    height: float
    girth: float = 1.0

    @property
    def thigh(self) -> float:
        return 0.245 * self.height

    @property
    def shank(self) -> float:
        return 0.246 * self.height

    @property
    def trunk(self) -> float:
        return 0.288 * self.height

    @property
    def upper_arm(self) -> float:
        return 0.180 * self.height

    @property
    def forearm(self) -> float:
        return 0.175 * self.height

    @property
    def foot(self) -> float:
        return 0.115 * self.height

    @property
    def sole(self) -> float:
        """Height of the ankle above a flat sole."""
        return 0.042 * self.height

    @property
    def shoulder_half(self) -> float:
        return 0.105 * self.height

    @property
    def hip_half(self) -> float:
        return 0.050 * self.height


def _axes(poses_TC: Array) -> tuple[Array, Array, Array]:
    """Image-plane directions of chest and crown, and cos/sin of yaw, each (T, 2)."""
    lean = np.radians(poses_TC[:, Channel.LEAN])
    yaw = np.radians(poses_TC[:, Channel.YAW])
    chest = np.stack([np.cos(lean), -np.sin(lean)], axis=1)
    crown = np.stack([np.sin(lean), np.cos(lean)], axis=1)
    return chest, crown, np.stack([np.cos(yaw), np.sin(yaw)], axis=1)


def _to_world(local_T3: Array, poses_TC: Array) -> Array:
    """Body offsets (chest, crown, left) to world offsets (x, y, z), both (T, 3)."""
    chest, crown, yaw = _axes(poses_TC)
    f, u, s = local_T3[:, 0], local_T3[:, 1], local_T3[:, 2]
    across = f * yaw[:, 0] - s * yaw[:, 1]
    plane = across[:, None] * chest + u[:, None] * crown
    depth = f * yaw[:, 1] + s * yaw[:, 0]
    return np.column_stack([plane, depth])


def _sagittal(angle_T: Array, length: float) -> Array:
    """Offset (T, 3) of a segment at an angle from straight down towards the chest."""
    a = np.radians(angle_T)
    return np.column_stack([length * np.sin(a), -length * np.cos(a), np.zeros_like(a)])


def forward(build: Build, root_T2: Array, poses_TC: Array) -> Array:
    """Joint positions (T, N_JOINTS, 3) in metres from root positions (T, 2) and poses (T, C)."""
    n = len(root_T2)
    local = np.zeros((n, N_JOINTS, 3))
    local[:, Joint.NECK, 1] = build.trunk
    head = _sagittal(180.0 - poses_TC[:, Channel.HEAD], 0.115 * build.height)
    local[:, Joint.HEAD] = local[:, Joint.NECK] + head
    for side, sign in (("R", -1.0), ("L", 1.0)):
        hip, knee, ankle, toe, heel, shoulder, elbow, hand = (
            Joint[f"{name}_{side}"]
            for name in ("HIP", "KNEE", "ANKLE", "TOE", "HEEL", "SHOULDER", "ELBOW", "HAND")
        )
        local[:, hip, 2] = sign * build.hip_half
        thigh = poses_TC[:, Channel[f"HIP_{side}"]]
        shank = thigh - poses_TC[:, Channel[f"KNEE_{side}"]]
        foot = shank + 90.0 + poses_TC[:, Channel[f"FOOT_{side}"]]
        local[:, knee] = local[:, hip] + _sagittal(thigh, build.thigh)
        local[:, ankle] = local[:, knee] + _sagittal(shank, build.shank)
        drop = _sagittal(foot - 90.0, build.sole)
        local[:, toe] = local[:, ankle] + _sagittal(foot, build.foot) + drop
        local[:, heel] = local[:, ankle] - _sagittal(foot, 0.3 * build.foot) + drop
        local[:, shoulder, 1] = 0.955 * build.trunk
        local[:, shoulder, 2] = sign * build.shoulder_half
        arm = poses_TC[:, Channel[f"ARM_{side}"]]
        local[:, elbow] = local[:, shoulder] + _sagittal(arm, build.upper_arm)
        bend = arm + poses_TC[:, Channel[f"ELBOW_{side}"]]
        local[:, hand] = local[:, elbow] + _sagittal(bend, build.forearm)
    joints = np.empty_like(local)
    for j in range(N_JOINTS):
        joints[:, j] = _to_world(local[:, j], poses_TC)
    joints[:, :, :2] += root_T2[:, None, :]
    return joints


def _in_body(offset_T2: Array, poses_TC: Array) -> tuple[Array, Array]:
    """A world offset in the image plane as (distance, angle in degrees) in the sagittal plane."""
    chest, crown, yaw = _axes(poses_TC)
    f = np.sum(offset_T2 * chest, axis=1) / np.where(yaw[:, 0] < 0, -1.0, 1.0)
    u = np.sum(offset_T2 * crown, axis=1)
    return np.hypot(f, u), np.degrees(np.arctan2(f, -u))


def _two_bones(reach_T: Array, a: float, b: float) -> tuple[Array, Array]:
    """Angle at the first joint and flexion of the second that reach the distance, in degrees."""
    r = np.clip(reach_T, abs(a - b) + 1e-3, a + b - 1e-4)
    first = np.degrees(np.arccos(np.clip((a * a + r * r - b * b) / (2 * a * r), -1, 1)))
    inner = np.degrees(np.arccos(np.clip((a * a + b * b - r * r) / (2 * a * b), -1, 1)))
    return first, 180.0 - inner


def _joint_at(build: Build, root_T2: Array, poses_TC: Array, joint: Joint) -> Array:
    return forward(build, root_T2, poses_TC)[:, joint, :2]


def reach_leg(
    build: Build, root_T2: Array, poses_TC: Array, side: str, ankle_T2: Array, pitch_T: Array
) -> Array:
    """Poses in which one ankle is at `ankle_T2` and its foot has the world pitch `pitch_T`.

    pitch: degrees, toes above the horizontal positive. A target out of reach is approached.
    """
    out = poses_TC.copy()
    hip = _joint_at(build, root_T2, poses_TC, Joint[f"HIP_{side}"])
    reach, angle = _in_body(ankle_T2 - hip, poses_TC)
    first, flexion = _two_bones(reach, build.thigh, build.shank)
    thigh = _near(angle + first, poses_TC[:, Channel[f"HIP_{side}"]])
    out[:, Channel[f"HIP_{side}"]] = thigh
    out[:, Channel[f"KNEE_{side}"]] = flexion
    out[:, Channel[f"FOOT_{side}"]] = pitch_T + poses_TC[:, Channel.LEAN] - (thigh - flexion)
    return out


def reach_arm(build: Build, root_T2: Array, poses_TC: Array, side: str, hand_T2: Array) -> Array:
    """Poses in which one hand is at `hand_T2`. A target out of reach is approached."""
    out = poses_TC.copy()
    shoulder = _joint_at(build, root_T2, poses_TC, Joint[f"SHOULDER_{side}"])
    reach, angle = _in_body(hand_T2 - shoulder, poses_TC)
    first, flexion = _two_bones(reach, build.upper_arm, build.forearm)
    out[:, Channel[f"ARM_{side}"]] = _near(angle - first, poses_TC[:, Channel[f"ARM_{side}"]])
    out[:, Channel[f"ELBOW_{side}"]] = flexion
    return out


def _near(angle_T: Array, reference_T: Array) -> Array:
    """The same angles, shifted by whole turns to lie nearest the reference."""
    return angle_T - 360.0 * np.round((angle_T - reference_T) / 360.0)


def ankle_over_toe(build: Build, toe_T2: Array, pitch_T: Array) -> Array:
    """Ankle positions (T, 2) of feet whose toes are at `toe_T2` with the given world pitch."""
    p = np.radians(pitch_T)
    along = np.stack([np.cos(p), np.sin(p)], axis=1)
    up = np.stack([-np.sin(p), np.cos(p)], axis=1)
    return toe_T2 - build.foot * along + build.sole * up
