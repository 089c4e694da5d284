"""Closed steps stay before the gate, in comparisons too: what reaches the tails is counted."""

import numpy as np
import pytest
import torch

from model.analyze import analyze
from model.errors import InvalidValue
from model.features.types import Shots
from model.methods import registry as methods
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.recognisers.report import beyond_gate, recognise
from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
from model.types import Keyframes
from model.weights.registry import SHIPPED
from tests.clips import grey_frames, write_clip

S = 20
CLASSES = ("jump", "run", "throw")


class Counted:
    """A recogniser whose gate opens at known steps, and how many steps its tails computed."""

    def __init__(self, recogniser: RTSAEDSCNNRecogniser, opened: list[int]) -> None:
        self.recogniser, self.network = recogniser, recogniser.network
        self._by_tail = [0, 0]
        for number, tail in enumerate((self.network.s_tail, self.network.t_tail)):
            tail.register_forward_hook(lambda _, x, __, n=number: self._count(n, len(x[0])))
        self.network.open_steps = lambda x_TD: torch.isin(
            torch.arange(len(x_TD)), torch.tensor(opened)
        )
        self.session = recogniser.open(noise(recogniser.size))

    def _count(self, tail: int, steps: int) -> None:
        self._by_tail[tail] += steps

    @property
    def steps(self) -> int:
        assert self._by_tail[0] == self._by_tail[1]
        return self._by_tail[0]


def noise(side: int) -> Shots:
    """Steps at every fourth frame."""
    rgb, flow = np.random.default_rng(0).integers(0, 256, (2, S, side, side, 3), np.uint8)
    return Shots(4 * np.arange(S), np.arange(S) / 10, rgb, flow)


def slim() -> RTSAEDSCNNRecogniser:
    return RTSAEDSCNNRecogniser.untrained()


def wide() -> RTSAEDSCNNRecogniser:
    """As much work behind the gate as before it: nearly as in the paper's widths."""
    torch.manual_seed(0)
    widths = ((256, 256, 256), (8, 8, 8), (8, 8, 8))
    config = DSCNNConfig(CLASSES, 2, widths, cam=8, fusion=8, hidden=8, size=32)
    return RTSAEDSCNNRecogniser(RTSAEDSCNN.untrained(config).eval().requires_grad_(False), {})


def chosen(*index_K: int, budget: tuple[Keyframes, ...] = ()) -> Keyframes:
    index = np.array(index_K)
    return Keyframes("any", index, index / 40, np.ones(len(index)), budget=budget)


@pytest.mark.slow
def test_each_step_that_is_wanted_goes_beyond_the_gate_once() -> None:
    counted = Counted(slim(), [3, 11])
    session = counted.session
    assert session.whole().step_M.tolist() == [3, 11]
    assert counted.steps == session.beyond == 2
    session.streams()
    assert counted.steps == 2  # at the open steps alone
    session.each([np.array([3]), np.array([3, 5]), np.array([5, 11, 19])])
    assert counted.steps == session.beyond == 4  # 5 and 19
    session.on(np.array([20, 41]))  # frames: steps 5 and 10
    assert counted.steps == session.beyond == 5
    assert session.each([]) == []
    with pytest.raises(InvalidValue, match="at least one step of each choice"):
        session.each([np.array([], np.int64)])
    session.whole()
    session.each([np.arange(S)])
    assert counted.steps == session.beyond == S


@pytest.mark.slow
def test_streams_alone_compute_the_open_steps() -> None:
    counted = Counted(slim(), [3, 11])
    assert set(counted.session.streams()) == {"S-Net", "T-Net"}
    assert counted.steps == 2


@pytest.mark.slow
def test_gathered_steps_give_what_they_give_among_all() -> None:
    counted = Counted(slim(), [3, 11])
    network, shots = counted.network, counted.session.shots
    with torch.no_grad():
        x_s, x_t, _ = network.maps(*map(torch.from_numpy, (shots.rgb_SHWC, shots.flow_SHWC)))
        z_s, z_t = network.beyond(x_s, x_t)

    def among_all(step_M, s=1, t=1):
        gate_1S = torch.zeros(1, S)
        gate_1S[0, step_M] = 1
        with torch.no_grad():
            return network.head(s * z_s[None], t * z_t[None], gate_1S).softmax(1)[0].numpy()

    session = counted.session
    choices = [[7], [3, 5, 19], list(range(S))]
    found = [session.whole(), *session.each([np.array(c) for c in choices])]
    expected = [among_all(step_M) for step_M in ([3, 11], *choices)]
    found += list(session.streams().values())
    expected += [among_all([3, 11], t=0), among_all([3, 11], s=0)]
    for prediction, probability_C in zip(found, expected, strict=True):
        np.testing.assert_allclose(prediction.probability_C, probability_C, rtol=1e-4)


KEYFRAMES = {
    "one": chosen(12, 60, budget=(chosen(0), chosen(0, 12))),  # steps 3, 15, 0
    "two": chosen(61, 76),  # steps 15, 19
}


@pytest.mark.slow
def test_slim_layers_behind_the_gate_keep_the_inverse_analysis() -> None:
    counted = Counted(slim(), [3])
    found = recognise(counted.recogniser, counted.session, KEYFRAMES, "dis")
    assert found["whole"]["frames"] == 1
    assert [e["mixed_back"][-1]["frames"] for e in found["methods"].values()] == [S, S]
    assert found["notices"] == ["Keyframes are recognised at the nearest of 20 steps."]
    assert counted.steps == S
    told = beyond_gate(counted.session, found)
    assert told == {"beyond_gate": {"steps": S, "recognition": 1, "comparisons": S - 1}}


@pytest.mark.slow
def test_the_network_that_ships_keeps_it_where_it_spared_the_most() -> None:
    counted = Counted(RTSAEDSCNNRecogniser.load(SHIPPED / "compact.safetensors"), [3])
    found = recognise(counted.recogniser, counted.session, {"one": chosen(12)}, "dis")
    assert counted.steps == found["steps"] == 16  # of the twenty, as in its training
    assert found["methods"]["one"]["mixed_back"][-1]["frames"] == 16


@pytest.mark.slow
def test_wide_ones_compute_what_methods_chose_and_say_what_is_left_out() -> None:
    counted = Counted(wide(), [3])
    found = recognise(counted.recogniser, counted.session, KEYFRAMES, "dis")
    assert counted.steps == 4  # 3, which is open; 15, 0 and 19
    told = beyond_gate(counted.session, found)
    assert told == {"beyond_gate": {"steps": S, "recognition": 1, "comparisons": 3}}
    assert [set(e) & {"mixed_back", "budget"} for e in found["methods"].values()] == [
        {"budget"}, set(),
    ]  # fmt: skip
    cost = counted.network.multiply_adds()
    behind = cost.tails + cost.head
    before = S * (cost.front + cost.gate) + cost.classifier
    percent = round(100 * 16 * behind / (before + 4 * behind))
    assert percent > 25
    assert found["notices"][-1] == (
        f"Discarded steps are not mixed back in: 16 more beyond the gate would add {percent} % to "
        "what recognition has cost. `kairoscope evaluate recognition` does it, on labelled clips."
    )


@pytest.mark.slow
def test_wide_ones_keep_it_where_few_steps_are_left() -> None:
    counted = Counted(wide(), list(range(17)))
    found = recognise(counted.recogniser, counted.session, {"two": chosen(61, 76)}, "dis")
    assert found["methods"]["two"]["mixed_back"][-1]["frames"] == S
    assert counted.steps == S
    assert beyond_gate(counted.session, found)["beyond_gate"]["comparisons"] == 3


@pytest.mark.slow
def test_an_analysis_counts_its_steps_beyond_the_gate(tmp_path) -> None:
    clip = write_clip(tmp_path / "grey.mp4", grey_frames(40), fps=20)
    counted = Counted(wide(), [0])
    uniform = [methods()["uniform"]()]
    analysis = analyze(clip, uniform, keyframes=2, recogniser=counted.recogniser)
    told = analysis.compute["beyond_gate"]
    assert told["recognition"] + told["comparisons"] == counted.steps
    assert (told["steps"], told["recognition"]) == (analysis.recognition["steps"], 1)
    assert "beyond_gate" not in analyze(clip, uniform).compute
