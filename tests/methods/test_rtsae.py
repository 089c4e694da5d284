"""RTSAE's choice with gates whose answers are known."""

import numpy as np
import pytest

from model.errors import InvalidValue
from model.features.types import Features
from model.methods.rtsae import BISECTIONS, RTSAE
from model.types import FrameScores

T, STEP = 100, 10


class FixedGate:
    """Gates that do not depend on what opened before, and a count of the runs."""

    priced = False

    def __init__(self, gate_S, step=STEP):
        self.gate_S = np.asarray(gate_S, float)
        self.index_S = np.arange(len(gate_S)) * step
        self.runs = []

    def scores(self, threshold=0.5, price=1.0):
        self.runs.append(threshold)
        S = len(self.gate_S)
        phi_S = np.full(S, 1 / S)
        return FrameScores(
            self.index_S,
            self.index_S / 25,
            phi_S,
            self.gate_S,
            self.gate_S > threshold,
            threshold,
        )


def chosen(gate, k=None, frames=T, **parameters):
    features = Features(np.arange(frames) / 25, {}, gate)
    return RTSAE(**parameters).run(features, k)


GATES = [1.0, 0.2, 0.7, 0.1, 0.6, 0.3, 0.9, 0.05, 0.4, 0.15]


def test_open_steps_are_keyframes_and_the_gate_their_score():
    keyframes = chosen(FixedGate(GATES))
    assert keyframes.index_K.tolist() == [0, 20, 40, 60]
    assert keyframes.score_K.tolist() == [1.0, 0.7, 0.6, 0.9]
    assert keyframes.notices == ()
    assert keyframes.curves["gate"].threshold == 0.5
    assert keyframes.curves["phi"].value.sum() == pytest.approx(1)


def test_the_threshold_is_a_parameter():
    assert chosen(FixedGate(GATES), threshold=0.65).index_K.tolist() == [0, 20, 60]


def test_no_open_gate_takes_the_largest_and_says_so():
    keyframes = chosen(FixedGate([0.1, 0.2, 0.45, 0.3]))
    assert keyframes.index_K.tolist() == [20]
    assert "No gate opens" in keyframes.notices[0]


@pytest.mark.parametrize(
    ("rule", "shown"), [("opening", "the first step"), ("typical", "the most typical step")]
)
@pytest.mark.parametrize("level", [0, 1])
def test_nothing_but_the_first_step_is_told(rule, shown, level):
    gate = FixedGate([0.9] + [0.1] * 9)
    colours_TD = np.eye(4, dtype=np.float32)[np.arange(T) // 50 * level]
    keyframes = RTSAE(rule=rule).run(Features(np.arange(T) / 25, {"colours": colours_TD}, gate))
    cause = "No later gate opens" if level else "The colours never change between steps"
    assert keyframes.notices == (f"{cause}: {shown} stands for the clip.",)


def test_a_single_step_is_told():
    keyframes = chosen(FixedGate([0.9]), frames=2)
    assert keyframes.notices == ("The attention model saw a single step: it stands for the clip.",)


@pytest.mark.parametrize("k", range(1, 11))
def test_k_bisects_the_threshold(k):
    gate = FixedGate(GATES)
    keyframes = chosen(gate, k)
    best = np.sort(np.argsort(-np.array(GATES))[:k]) * STEP
    assert keyframes.index_K.tolist() == best.tolist()
    assert len(gate.runs) <= 1 + BISECTIONS
    assert keyframes.curves["gate"].threshold == gate.runs[-1]
    assert f"{gate.runs[-1]:.4g}" in keyframes.notices[0]


def test_the_own_number_needs_one_run():
    gate = FixedGate(GATES)
    assert chosen(gate, 4).index_K.tolist() == chosen(FixedGate(GATES)).index_K.tolist()
    assert set(gate.runs) == {0.5}


class JumpingGate(FixedGate):
    """What opens early closes what follows: 7 steps open below 0.6, 2 above, never between."""

    LOW = np.array([0.95, 0.7, 0.9, 0.8, 0.65, 0.75, 0.85, 0.01, 0.02, 0.03])
    HIGH = np.array([0.95, 0.1, 0.9, 0.2, 0.5, 0.3, 0.55, 0.01, 0.02, 0.03])

    def __init__(self):
        super().__init__(self.LOW)

    def scores(self, threshold=0.5, price=1.0):
        self.gate_S = self.LOW if threshold < 0.6 else self.HIGH
        return super().scores(threshold, price)


def test_a_jump_from_above_drops_what_follows_another_soonest():
    keyframes = chosen(JumpingGate(), 6)
    assert keyframes.index_K.tolist() == [0, 20, 30, 40, 50, 60]
    assert "7 steps open, 1 that follow another soonest are dropped" in keyframes.notices[0]


def test_a_jump_from_below_adds_the_middle_of_the_longest_gap():
    keyframes = chosen(JumpingGate(), 3)
    assert keyframes.index_K.tolist() == [0, 20, 60]  # steps 0 and 2 open, then the end
    assert "2 steps open, 1 in the middle of the longest gaps are added" in keyframes.notices[0]


def test_the_first_step_is_never_dropped():
    gate = FixedGate(0.6 + 1e-8 * np.arange(10))  # too close for any threshold to part them
    index_K = chosen(gate, 6).index_K
    assert index_K[0] == 0
    assert len(index_K) == 6


def test_above_the_steps_frames_between_are_added():
    keyframes = chosen(FixedGate(GATES), 14)
    assert set(range(0, T, STEP)) <= set(keyframes.index_K.tolist())
    assert len(keyframes.index_K) == 14
    assert "10 steps" in keyframes.notices[0]
    between = keyframes.index_K % STEP != 0
    wanted = np.interp(keyframes.index_K[between], np.arange(10) * STEP, GATES)
    np.testing.assert_allclose(keyframes.score_K[between], wanted)


def test_without_a_gate_it_is_an_error():
    with pytest.raises(InvalidValue, match="gate"):
        chosen(None)


class PricedGate(FixedGate):
    """Gates that close as the price of opening rises, the first ones first."""

    priced = True

    def __init__(self):
        super().__init__(GATES)
        self.prices = []

    def scores(self, threshold=0.5, price=1.0):
        self.prices.append(price)
        self.gate_S = -np.expm1(-np.arange(1, len(GATES) + 1) / price)
        return super().scores(threshold)


@pytest.mark.parametrize("k", [1, 3, 7, 10])
def test_a_priced_gate_meets_k_by_its_price_at_its_own_threshold(k):
    gate = PricedGate()
    result = chosen(gate, k)
    S = len(GATES)
    assert result.index_K.tolist() == [i * STEP for i in range(S - min(k, S), S)]
    assert set(gate.runs) == {0.5}
    assert len(set(gate.prices)) > 1 or k == S


def test_the_own_number_is_by_the_price_asked_for():
    gate = PricedGate()
    assert len(chosen(gate, price=0.5).index_K) > len(chosen(gate, price=5.0).index_K)
    assert gate.prices == [0.5, 5.0]


def test_the_typical_step_of_what_an_opening_holds():
    """Openings 0, 2, 4 and 6 of ten steps; the colours of each stretch's odd one lie elsewhere."""
    colours_S = np.eye(256)[[5, 5, 9, 9, 7, 7, 1, 3, 3, 3]]
    colours_TD = np.repeat(colours_S, STEP, axis=0).astype(np.float32)
    features = Features(np.arange(T) / 25, {"colours": colours_TD}, FixedGate(GATES))
    found = RTSAE(rule="typical").run(features)
    # equal colours: the middle of the stretch, of two the later; in the last 1 is the odd one
    assert found.index_K.tolist() == [10, 30, 50, 80]
    assert found.score_K.tolist() == [1.0, 0.7, 0.6, 0.9]  # of the openings
    assert RTSAE().run(features).index_K.tolist() == [0, 20, 40, 60]
    assert len(RTSAE(rule="typical").run(features, 7).index_K) == 7
