"""The gate of a recogniser, measured, opens where the recogniser's own does."""

import numpy as np
import pytest
import torch

from model.evaluation.network_gate import NetworkGate, gate_scores
from model.networks import recognition_checkpoint
from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
from tests.clips import moving_square, write_clip
from tests.training.labelled import small_network

WIDTH = 256  # of p3


def test_scores_are_those_of_the_recursion():
    network = small_network().eval()
    pooled_Tn = np.random.default_rng(0).random((7, WIDTH), np.float32)
    index_T = np.arange(7) * 6
    found = gate_scores(network, pooled_Tn, index_T, index_T / 25)
    x_TD = network.front.standardise(torch.from_numpy(pooled_Tn))
    assert np.array_equal(found.open_S, network.open_steps(x_TD).numpy())
    norm_S = torch.linalg.vector_norm(network.gates(x_TD[None], found_hard).o_NTH, dim=2)[0]
    assert found.phi_S == pytest.approx((norm_S / norm_S.sum()).detach().numpy(), rel=1e-5)


def found_hard(a_N):
    return (a_N > 0.5).to(a_N)


@pytest.mark.slow
def test_a_clip_has_the_steps_that_the_recogniser_lets_through(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", moving_square(40))
    weights = tmp_path / "network.safetensors"
    network = RTSAEDSCNNRecogniser.untrained().network
    recognition_checkpoint.save(weights, network, {"max_steps": 6})
    gate = NetworkGate(weights, tmp_path / "cache")
    assert gate.fill([clip], 1) == []
    scores = gate.scores(clip)
    assert len(scores.index_S) == 6
    again = NetworkGate(weights, tmp_path / "cache").scores(clip)
    assert np.array_equal(scores.gate_S, again.gate_S)
    x_TD = gate.network.front.standardise(
        torch.from_numpy(gate._maps.get(clip, -1)[1])  # what it was computed from
    )
    assert np.array_equal(scores.open_S, gate.network.open_steps(x_TD).numpy())
