"""The soft reading on a toy whose best selection is known: the gate learns by equation 12 alone."""

import numpy as np
import pytest
import torch

from model.networks.loss import LossWeights
from model.networks.rtsae import RTSAE, RTSAEConfig, hard
from model.training.monitor import measure
from model.training.rtsae import AttentionTask, TrainConfig, train
from model.training.sequences import Mixing

T, D = 24, 32
ARCHITECTURE = RTSAEConfig(
    features=D, hidden=D, layers=1, gate="vector", hold="hidden", lookahead=0, output_bias=0.0
)


def toy(rng):
    """(T, D) of 2 to 5 constant segments, and where each starts."""
    count = rng.integers(2, 6)
    starts = [0, *np.sort(rng.choice(np.arange(3, 22), count - 1, replace=False)).tolist()]
    x_TD = np.repeat(rng.normal(0, 0.35, (count, D)), np.diff([*starts, T]), 0)
    return x_TD.clip(-0.99, 0.99).astype(np.float32), starts


def trained(seed: int) -> RTSAE:
    """Trained without labels, nor hindsight; phi is 3 at 128 features, here a fourth of them."""
    rng = np.random.default_rng(seed)
    clips = [
        (np.concatenate([toy(rng)[0] for _ in range(10)]), np.arange(10 * T) / 20)
        for _ in range(100)
    ]
    config = TrainConfig(
        reading="soft",
        iterations=400,
        batch=12,
        steps=T,
        learning_rate=2.5e-2,
        seed=seed,
        weights=LossWeights(lam=0.005, phi=0.75),
        mixing=Mixing(shortest=T, rates=(20, 20), rescaled=0, noise=0),
        monitor_every=400,
    )
    return train(clips, config, architecture=ARCHITECTURE)[0]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_soft_gates_learn_to_open_where_a_segment_starts():
    """No gate is helped: that of the first step, which opens by rule, must open by itself too."""
    rtsae, rng = trained(seed=1), np.random.default_rng(1001)
    sequences = [toy(rng) for _ in range(64)]
    x_NTD = torch.from_numpy(np.stack([x_TD for x_TD, _ in sequences]))
    with torch.no_grad():
        trace = rtsae.encoder.run(x_NTD, hard())
        found = measure(rtsae, x_NTD, trace.shown_NTD, trace.o_NTH)
    error = float(found["hard_error"].mean())
    opened_NT = (trace.gate_NT > 0.5).numpy()
    covered, at_start = [], []
    for open_T, (_, starts) in zip(opened_NT, sequences, strict=True):
        covered += [open_T[a:b].any() for a, b in zip(starts, [*starts[1:], T], strict=True)]
        at_start += np.isin(np.flatnonzero(open_T), starts).tolist()
    figures = f"{np.mean(covered):.3f} {opened_NT.mean():.3f} {np.mean(at_start):.3f} {error:.2f}"
    assert np.mean(covered) > 0.9, figures  # 0.042 of the steps, all first ones, would cover 0.29
    assert opened_NT.mean() < 0.2, figures  # 0.145 at best
    assert np.mean(at_start) > 0.85, figures
    assert error < float(x_NTD.square().sum(2).mean()) / 3, figures


def test_a_wide_soft_gate_learns_more_slowly_than_the_rest():
    def paces(reading, hidden):
        architecture = RTSAEConfig(hidden=hidden, layers=1, gate="vector", lookahead=0)
        task = AttentionTask(RTSAE(architecture), TrainConfig(reading=reading), [])
        names = [name for name, _ in task.network.named_parameters()]
        return {name: task.pace(name) for name in names if task.pace(name) != 1}

    gate = {f"encoder.gate.{name}" for name in ("rho", "weight", "bias")}
    assert paces("soft", 128) == dict.fromkeys(gate, 0.125)
    assert paces("soft", 32) == paces("default", 128) == paces("literal", 128) == {}
