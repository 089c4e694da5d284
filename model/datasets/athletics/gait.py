"""The sprint cycle. It is driven by distance, not time, so a foot on the ground never slides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from model.datasets.athletics.body import (
    N_CHANNELS,
    Array,
    Build,
    Channel,
    ankle_over_toe,
    reach_leg,
)

REFERENCE_HEIGHT = 1.8
# Ankle relative to the hip during the swing, metres for a body of 1.8 m: (phase in swing, x, y).
_SWING = np.array(
    [
        (0.00, -0.44, -0.73),
        (0.15, -0.60, -0.53),
        (0.32, -0.42, -0.34),
        (0.46, -0.14, -0.36),
        (0.60, 0.24, -0.48),
        (0.75, 0.52, -0.57),
        (0.88, 0.48, -0.72),
        (1.00, 0.19, -0.80),
    ]
)
_TOUCHDOWN_X = 0.40
_TOE_OFF_X = -0.44
# World pitch of the foot over the whole cycle: (phase, degrees), stance first.
_PITCH_STANCE = ((0.0, -6.0), (0.5, -8.0), (1.0, -62.0))
_PITCH_SWING = ((0.0, -62.0), (0.15, -105.0), (0.4, -85.0), (0.62, -30.0), (0.8, 2.0), (1.0, -6.0))


@dataclass(frozen=True)
class Gait:
    """One runner's cycle.

    stride: metres per cycle (two steps); bounce: metres; lean: degrees; arms: swing scale.
    """

    build: Build
    stride: float
    bounce: float = 0.035
    lean: float = 7.0
    yaw: float = 0.0
    arms: float = 1.0

    @property
    def scale(self) -> float:
        return self.build.height / REFERENCE_HEIGHT

    @property
    def stance(self) -> float:
        """Share of the cycle during which one foot is on the ground."""
        return (_TOUCHDOWN_X - _TOE_OFF_X) * self.scale / self.stride

    @property
    def touchdown_x(self) -> float:
        """Toe contact ahead of the hip when the foot comes down, metres."""
        return _TOUCHDOWN_X * self.scale

    def hip_height(self, phase_T: Array) -> Array:
        """Metres of the hip above the ground at cycle phases: highest in mid-flight."""
        mid = self.stance / 2
        return self.scale * (0.925 - self.bounce * np.cos(4 * np.pi * (np.asarray(phase_T) - mid)))

    def poses(self, phase_T: Array, root_T2: Array) -> Array:
        """Poses (T, C) at cycle phases of the right leg; the left leg is half a cycle away."""
        phase = np.asarray(phase_T, dtype=float)
        out = np.zeros((len(phase), N_CHANNELS))
        out[:, Channel.LEAN] = self.lean + 1.5 * np.cos(4 * np.pi * phase)
        # The pelvis and shoulders turn with the stride.
        out[:, Channel.YAW] = self.yaw + 5.0 * np.cos(2 * np.pi * (phase - 0.75))
        out[:, Channel.HEAD] = -self.lean * 0.6
        for side, shift in (("R", 0.0), ("L", 0.5)):
            own = np.mod(phase + shift, 1.0)
            out = self._leg(out, side, own, root_T2)
            swing = -np.cos(2 * np.pi * (own - 0.72))
            out[:, Channel[f"ARM_{side}"]] = self.lean + self.arms * (-12.0 + 50.0 * swing)
            out[:, Channel[f"ELBOW_{side}"]] = 92.0 + self.arms * 18.0 * swing
        return out

    def _leg(self, poses_TC: Array, side: str, own_T: Array, root_T2: Array) -> Array:
        ps = self.stance
        in_stance = own_T < ps
        s = np.clip(own_T / ps, 0, 1)
        w = np.clip((own_T - ps) / (1 - ps), 0, 1)
        pitch = np.where(in_stance, _curve(_PITCH_STANCE)(s), _curve(_PITCH_SWING)(w))
        toe = np.stack(
            [
                root_T2[:, 0] + self.scale * (_TOUCHDOWN_X + (_TOE_OFF_X - _TOUCHDOWN_X) * s),
                np.zeros_like(s),
            ],
            axis=1,
        )
        planted = ankle_over_toe(self.build, toe, pitch)
        swinging = root_T2 + self.scale * self._swing_path()(w)
        ankle = np.where(in_stance[:, None], planted, swinging)
        return reach_leg(self.build, root_T2, poses_TC, side, ankle, pitch)

    def _swing_path(self) -> CubicSpline:
        """Hip-relative ankle path whose ends join the stance without a jump."""
        points = _SWING[:, 1:].copy()
        for row, pitch, x, phase in (
            (0, -62.0, _TOE_OFF_X, self.stance),
            (-1, -6.0, _TOUCHDOWN_X, 0.0),
        ):
            hip = self.hip_height(np.array([phase]))[0]
            toe = np.array([[x * self.scale, -hip]])
            points[row] = ankle_over_toe(self.build, toe, np.array([pitch]))[0] / self.scale
        return CubicSpline(_SWING[:, 0], points)


def _curve(keys: tuple[tuple[float, float], ...]) -> PchipInterpolator:
    table = np.array(keys)
    return PchipInterpolator(table[:, 0], table[:, 1])
