"""The bounded store of step images."""

import numpy as np
import pytest

from model.errors import InvalidValue
from model.features.shots import ShotCollector
from model.features.types import FrameBatch, Shots


def batches(T, fps=25.0, size=8, sizes=(7, 32, 5), flow=False):
    """T frames, frame t of grey t % 256, in batches of changing sizes; flow is (t, 0)."""
    start = 0
    while start < T:
        N = min(sizes[start % len(sizes)], T - start)
        number_N = np.arange(start, start + N)
        frames = np.broadcast_to((number_N % 256)[:, None, None, None], (N, size, size, 3))
        flows = np.zeros((N, size, size, 2), np.float32)
        flows[..., 0] = number_N[:, None, None]
        yield FrameBatch(start, number_N / fps, frames.astype(np.uint8), flows if flow else None)
        start += N


def collect(T, rate, most=256, **options):
    collector = ShotCollector(rate, 8, flow=options.get("flow", False), most=most)
    for batch in batches(T, **options):
        collector.update(batch)
    return collector.finish()


def test_steps_keep_their_frames_indices_and_times():
    shots = collect(50, 5.0)
    assert shots.index_S.tolist() == list(range(0, 50, 5))
    assert shots.time_S.tolist() == [index / 25 for index in range(0, 50, 5)]
    assert shots.rgb_SHWC[:, 0, 0, 0].tolist() == shots.index_S.tolist()
    assert shots.flow_SHWC is None
    assert shots.stride == 1


@pytest.mark.parametrize(("T", "stride"), [(16, 1), (17, 2), (32, 2), (33, 4), (500, 32)])
def test_too_many_steps_are_halved_and_stay_even(T, stride):
    shots = collect(T, 0.0, most=16)
    assert shots.stride == stride
    assert shots.index_S.tolist() == list(range(0, T, stride))
    assert len(shots) <= 16
    assert shots.rgb_SHWC[:, 3, 3, 1].tolist() == [t % 256 for t in range(0, T, stride)]


def test_the_store_never_holds_more_than_it_may():
    collector = ShotCollector(0.0, 8, flow=False, most=16)
    for batch in batches(5000):
        collector.update(batch)
        assert len(collector._kept) <= 16


def test_flow_images_are_quantised_as_in_training():
    shots = collect(25, 0.0, flow=True)
    u_S = shots.flow_SHWC[:, 4, 4, 0]
    wanted = np.floor(255 * (np.minimum(shots.index_S, 20) + 20) / 40 + 0.5)
    assert u_S.tolist() == wanted.tolist()
    assert set(np.unique(shots.flow_SHWC[..., 1])) == {128}  # no vertical motion


def test_without_the_flow_that_is_wanted_it_says_so():
    collector = ShotCollector(0.0, 8, flow=True)
    with pytest.raises(InvalidValue, match="optical flow"):
        collector.update(next(batches(5)))
    with pytest.raises(InvalidValue, match="at least one frame"):
        collector.finish()


def test_nearest_steps_of_keyframes():
    index_S = np.array([0, 10, 20, 30])
    shots = Shots(index_S, index_S / 25, np.zeros((4, 8, 8, 3), np.uint8))
    assert shots.nearest(np.array([0, 14, 15, 16, 29, 99])).tolist() == [0, 1, 2, 3]
    assert shots.nearest(np.array([15])).tolist() == [1]  # of two as near the earlier


def test_thinning_keeps_both_ends_and_spreads_evenly():
    shots = collect(100, 0.0)
    thin = shots.thinned(12)
    assert thin.index_S.tolist() == [0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99]
    assert thin.rgb_SHWC[:, 0, 0, 0].tolist() == thin.index_S.tolist()
    assert shots.thinned(100) is shots
