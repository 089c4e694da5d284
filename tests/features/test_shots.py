"""The bounded store of step images."""

import numpy as np
import pytest

from model.errors import InvalidValue
from model.features.shots import ShotCollector
from model.features.types import FrameBatch, Shots
from tests.clips import moving_square, write_clip


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


def test_thinning_takes_the_middles_of_equal_parts():
    shots = collect(100, 0.0)
    thin = shots.thinned(8)
    assert thin.index_S.tolist() == [6, 18, 31, 43, 56, 68, 81, 93]
    assert thin.rgb_SHWC[:, 0, 0, 0].tolist() == thin.index_S.tolist()
    assert shots.thinned(100) is shots


@pytest.mark.slow
@pytest.mark.parametrize("frames", [20, 70])
def test_the_steps_are_those_that_training_sees(tmp_path, frames):
    """A recogniser is fed as its network was: same steps, same pixels, same flow images."""
    from model.networks.frontend import Recipe
    from model.training.clips import step_images
    from model.video.decode import open_clip
    from model.video.flow import FlowAdder, make_flow

    path = write_clip(tmp_path / "square.mp4", moving_square(frames))
    wanted = step_images(path, Recipe(steps_per_second=12.5), side=32, max_steps=6)
    collector = ShotCollector(12.5, 32, flow=True, most=4 * 6)
    with open_clip(path) as stream:
        for batch in FlowAdder(make_flow("dis"))(stream):
            collector.update(batch)
    shots = collector.finish().thinned(6)
    np.testing.assert_array_equal(shots.index_S, wanted.index_T)
    np.testing.assert_allclose(shots.time_S, wanted.time_T)
    np.testing.assert_array_equal(shots.rgb_SHWC, wanted.rgb_THWC)
    np.testing.assert_array_equal(shots.flow_SHWC, wanted.flow_THWC)
