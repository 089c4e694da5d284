"""What is counted beside seconds is by hand; seconds themselves are never asserted."""

import numpy as np
import pytest

from model.errors import InvalidParameter
from model.evaluation import speed
from model.evaluation.speed import ARCH, GATED, SYSTEMS, UNGATED, Cost, Rivals, prepared
from model.recognisers.arch import ARCHRecogniser, sms_steps
from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
from tests.clips import moving_square, write_clip


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return [write_clip(folder / f"{n}.mp4", moving_square(26, step=2 + n)) for n in range(2)]


@pytest.fixture(scope="module")
def rivals():
    return Rivals(RTSAEDSCNNRecogniser.untrained(), ARCHRecogniser.untrained())


@pytest.mark.slow
def test_steps_and_multiply_adds_are_those_of_the_networks(clips, rivals):
    found = rivals.compare(clips, repeats=1)
    assert (found["clips"], found["repeats"]) == (["0.mp4", "1.mp4"], 1)
    own, full, arch = (found["systems"][name] for name in SYSTEMS)
    cost = rivals.dscnn.network.multiply_adds()
    beyond = cost.tails + cost.head
    for n, path in enumerate(clips):
        shots = prepared(rivals.dscnn, path)
        S, M = len(shots), len(rivals.dscnn.open(shots).whole().step_M)
        assert (own["steps_N"][n], own["computed_N"][n]) == (S, M)
        assert own["multiply_adds_N"][n] == cost.clip(S, M)
        assert (full["steps_N"][n], full["computed_N"][n]) == (S, S)
        assert full["multiply_adds_N"][n] == S * (cost.front + beyond) + cost.classifier
        shots = prepared(rivals.arch, path)
        K = len(sms_steps(shots, shots.flow_SHWC))
        assert (arch["steps_N"][n], arch["computed_N"][n]) == (K, K)
    assert own["step_multiply_adds"]["open"] - own["step_multiply_adds"]["closed"] == beyond
    assert full["step_multiply_adds"] == {"every": cost.front + beyond}
    assert own["prepare_s_N"] == full["prepare_s_N"]  # decoded once for both


@pytest.mark.slow
def test_prepared_steps_are_as_many_as_the_rate_says(clips, rivals):
    shots = prepared(rivals.arch, clips[0])
    assert rivals.arch.steps_per_second == 10
    assert len(shots) == 11  # ticks of 0 to 1 second, at 25 frames a second
    assert shots.rgb_SHWC.shape == shots.flow_SHWC.shape == (11, 32, 32, 3)


def test_systems_take_turns_and_medians_are_taken(monkeypatch):
    order, seconds = [], iter([9.0, 1.0, 5.0, 2.0])

    def once(self, path, names):
        order.append(names[0])
        cost = Cost(4, 2, 8, 0.0, next(seconds), 1.0)
        return dict.fromkeys(SYSTEMS, cost)

    monkeypatch.setattr(Rivals, "_once", once)
    monkeypatch.setattr(Rivals, "_about", lambda self, name: {})
    found = Rivals(None, None).compare([speed.Path("a.mp4")], repeats=3)
    assert order == [GATED, GATED, UNGATED, ARCH]  # the first is not counted
    assert found["systems"][GATED]["network_s_N"] == [np.median([1.0, 5.0, 2.0])]


@pytest.mark.parametrize(("paths", "repeats"), [([], 1), (["a.mp4"], 0)])
def test_nothing_to_time_is_refused(paths, repeats):
    with pytest.raises(InvalidParameter):
        Rivals(None, None).compare(paths, repeats)
