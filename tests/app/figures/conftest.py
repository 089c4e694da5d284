"""Values to draw."""

import numpy as np
import pytest

from model.types import Curve, FrameScores, Keyframes


@pytest.fixture
def steps() -> FrameScores:
    phi_S = np.array([0.1, 0.2, 0.4, 0.25, 0.05])
    gate_S = np.array([0.9, 0.2, 0.7, 0.5, 0.1])
    index_S = np.array([0, 3, 6, 9, 12])
    return FrameScores(index_S, index_S / 30, phi_S, gate_S, gate_S > 0.5)


@pytest.fixture
def methods() -> dict[str, Keyframes]:
    time_N = np.linspace(0, 1, 11)
    curve = Curve(time_N, time_N**2, "distance", "bits", threshold=0.5)
    index_K = np.array([2, 5])
    kept = Keyframes("sms", index_K, np.array([0.2, 0.55]), np.ones(2), curves={"d": curve})
    alone = Keyframes("uniform", index_K, np.array([0.2, 0.5]), np.ones(2))
    return {"sms": kept, "uniform": alone}
