"""Coverage and redundancy against a plain walk over every pair of frames."""

import numpy as np
import pytest

from model.features import representation
from model.features.representation import quality


def histograms(T: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).gamma(0.1, size=(T, 256))
    return (rows / rows.sum(1, keepdims=True)).astype(np.float32)


def solid(*bins: int) -> np.ndarray:
    """Frames of one colour each."""
    return np.eye(256, dtype=np.float32)[list(bins)]


@pytest.mark.parametrize("pairs", [representation.PAIRS, 7])
def test_by_walking_over_every_pair(monkeypatch, pairs):
    monkeypatch.setattr(representation, "PAIRS", pairs)
    colours_TD, index_K = histograms(30), np.array([0, 4, 11, 29])
    likeness_TT = np.array([[np.minimum(a, b).sum() for b in colours_TD] for a in colours_TD])
    found = quality(colours_TD, index_K)
    assert found["coverage"] == pytest.approx(likeness_TT[:, index_K].max(1).mean(), abs=1e-6)
    others = [max(likeness_TT[i, j] for j in index_K if j != i) for i in index_K]
    assert found["redundancy"] == pytest.approx(np.mean(others), abs=1e-6)


def test_known_answers():
    colours_TD = solid(1, 1, 1, 2)
    assert quality(colours_TD, np.array([0])) == {"coverage": 0.75, "redundancy": 0.0}
    assert quality(colours_TD, np.array([0, 3])) == {"coverage": 1.0, "redundancy": 0.0}
    assert quality(colours_TD, np.array([0, 1])) == {"coverage": 0.75, "redundancy": 1.0}
    assert quality(colours_TD, np.array([0, 1, 3]))["redundancy"] == pytest.approx(2 / 3)


def test_long_clips_are_sampled_evenly(monkeypatch):
    monkeypatch.setattr(representation, "MOST", 3)
    colours_TD = solid(*range(9))
    every = np.arange(9)
    assert quality(colours_TD, every) == {"coverage": 1.0, "redundancy": 0.0}
    # Of nine frames those in the middle of each third count: 1, 4, 7.
    assert quality(colours_TD, np.array([1, 2, 3]))["coverage"] == pytest.approx(1 / 3)
    colours_TD[5] = colours_TD[4]
    assert quality(colours_TD, every)["redundancy"] == pytest.approx(1 / 3)
