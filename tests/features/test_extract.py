"""The one pass: flow only when someone needs it, each descriptor once, whoever asks."""

import numpy as np
import pytest

from model.errors import Cancelled, InvalidParameter
from model.features.extract import Stopwatch, extract
from model.features.types import FrameBatch
from model.video.flow import FlowAlgorithm, make_flow
from tests.clips import moving_square


def batches(T=10, size=4):
    frames = np.stack(moving_square(T, size=48))
    for start in range(0, T, size):
        chunk = frames[start : start + size]
        yield FrameBatch(start, np.arange(start, start + len(chunk)) / 25, chunk)


class CountingFlow:
    """A flow algorithm that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, previous_HW, next_HW):
        self.calls += 1
        return np.zeros((*previous_HW.shape, 2), np.float32)

    @property
    def algorithm(self):
        return FlowAlgorithm("counting", self)


class RecordingAttention:
    """Notes what it is given."""

    def __init__(self):
        self.starts, self.flows, self.finished = [], [], 0

    def update(self, batch):
        self.starts.append(batch.start)
        self.flows.append(batch.flows_NHW2.shape)

    def partial(self):
        return None

    def finish(self):
        self.finished += 1
        return self


def test_no_flow_when_nobody_needs_it():
    flow = CountingFlow()
    features = extract(batches(), ["histogram", "quality"], None, flow.algorithm)
    assert flow.calls == 0
    assert set(features.descriptors) == {"histogram", "quality"}
    assert all(len(rows) == 10 for rows in features.descriptors.values())
    assert features.gate is None
    np.testing.assert_allclose(features.times_T, np.arange(10) / 25)


def test_flow_once_a_pair_for_all_who_need_it():
    flow, attention = CountingFlow(), RecordingAttention()
    features = extract(batches(), ["motion", "motion"], attention, flow.algorithm)
    assert flow.calls == 9
    assert attention.starts == [0, 4, 8]
    assert attention.flows == [(4, 48, 48, 2), (4, 48, 48, 2), (2, 48, 48, 2)]
    assert attention.finished == 1
    assert features.gate is attention
    assert features.descriptors["motion"].shape == (10,)


def test_attention_alone_still_gets_flow():
    flow = CountingFlow()
    extract(batches(), [], RecordingAttention(), flow.algorithm)
    assert flow.calls == 9


def test_batch_sizes_do_not_matter():
    wanted, flow = ["histogram", "motion", "quality", "tracks"], make_flow("dis")
    whole = extract(batches(size=10), wanted, None, flow)
    for size in (1, 3, 4):
        parts = extract(batches(size=size), wanted, None, flow)
        for name in wanted:
            np.testing.assert_allclose(
                parts.descriptors[name], whole.descriptors[name], rtol=1e-5, atol=1e-6
            )


def test_nothing_wanted_still_gives_times():
    features = extract(batches(), [], None, CountingFlow().algorithm)
    assert features.T == 10
    assert features.descriptors == {}


def test_after_batch_counts_and_can_stop_the_pass():
    done = []
    extract(batches(), [], None, CountingFlow().algorithm, after_batch=done.append)
    assert done == [4, 8, 10]

    def stop(frames_done):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        extract(batches(), [], None, CountingFlow().algorithm, after_batch=stop)


def test_an_unknown_descriptor_names_the_known_ones():
    with pytest.raises(InvalidParameter, match="no descriptor 'smell'") as caught:
        extract(batches(), ["smell"], None, CountingFlow().algorithm)
    assert "histogram" in caught.value.hint


def test_seconds_by_stage():
    stopwatch = Stopwatch()
    extract(batches(), ["motion"], None, make_flow("dis"), stopwatch=stopwatch)
    assert set(stopwatch.seconds) == {"decode", "flow", "motion"}
    assert all(seconds >= 0 for seconds in stopwatch.seconds.values())
