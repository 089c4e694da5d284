"""Steps in one decode: the frames of the step clock, with the flow the one pass would give them."""

import numpy as np
import pytest

from model.errors import UnreadableVideo
from model.features.steps import StepClock
from model.training.steps import decoded_steps
from model.video.decode import open_clip
from model.video.flow import FlowAdder, make_flow
from tests.clips import grey_frames, moving_square, write_clip


def joined(path, rate, flow="dis", **options):
    batches = list(decoded_steps(path, rate, flow, **options))
    names = ("index_N", "times_N", "frames_NHWC", "flows_NHW2")
    return [np.concatenate([getattr(batch, name) for batch in batches]) for name in names]


def one_pass(path):
    """Every frame and its flow, as an analysis computes them."""
    with open_clip(path) as stream:
        batches = list(FlowAdder(make_flow("dis"))(stream))
    names = ("times_N", "frames_NHWC", "flows_NHW2")
    return [np.concatenate([getattr(batch, name) for batch in batches]) for name in names]


@pytest.mark.slow
@pytest.mark.parametrize(("T", "rate"), [(33, 0), (33, 0.78125), (36, 4)])
def test_steps_are_those_of_the_one_pass(tmp_path, T, rate):
    """33: the last of two batches is a single frame, and at 25 / 32 steps a second a step."""
    path = write_clip(tmp_path / "a.mp4", moving_square(T))
    times_T, frames_THWC, flows_THW2 = one_pass(path)
    chosen = StepClock(rate).pick(times_T)
    index, times, frames, flows = joined(path, rate)
    np.testing.assert_array_equal(index, chosen)
    np.testing.assert_array_equal(times, times_T[chosen])
    np.testing.assert_array_equal(frames, frames_THWC[chosen])
    np.testing.assert_array_equal(flows, flows_THW2[chosen])


@pytest.mark.slow
def test_the_last_frame_repeats_the_flow_before_it(tmp_path):
    _, _, _, flows = joined(write_clip(tmp_path / "a.mp4", moving_square(33)), 0)
    np.testing.assert_array_equal(flows[-1], flows[-2])
    assert np.abs(flows[-1]).max() > 1


@pytest.mark.slow
def test_a_single_frame_has_no_flow(tmp_path):
    index, times, frames, flows = joined(write_clip(tmp_path / "a.mp4", grey_frames(1)), 4)
    assert (index.tolist(), times.tolist(), frames.shape) == ([0], [0.0], (1, 224, 224, 3))
    assert flows.shape == (1, 224, 224, 2)
    assert not flows.any()


@pytest.mark.slow
def test_larger_frames_have_flow_in_the_same_unit(tmp_path):
    """The square moves 4 of 96 pixels a frame: 9.33 of the 224 grid, whatever is decoded."""
    path = write_clip(tmp_path / "a.mp4", moving_square(6, step=4))
    for side in (128, 224, 320):
        _, _, frames, flows = joined(path, 0, side=side)
        width = max(side, 224)
        assert frames.shape[1:3] == (width, width)
        rows, columns = (
            slice(width * 36 // 96, width * 52 // 96),
            slice(width // 16, width * 3 // 16),
        )
        assert np.median(flows[0, rows, columns, 0]) == pytest.approx(4 / 96 * 224, rel=0.05)


def test_an_unreadable_file_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(UnreadableVideo):
        list(decoded_steps(tmp_path / "a.mp4", 4, "dis"))
