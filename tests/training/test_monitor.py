"""What is watched while the gate learns, against the same calculated step by step."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.networks.rtsae import RTSAE, RTSAEConfig, hard, soft
from model.training.monitor import gate_gradient, measure
from model.training.rtsae import AttentionTask, TrainConfig
from model.training.trainer import Draw, Trainer

HIDDEN = replace(RTSAEConfig.literal(layers=2), features=16, hidden=16)
INPUT = RTSAEConfig(features=16, hidden=16, layers=1, lookahead=4)


def network(architecture):
    """One whose gates are not all alike, as they are at the start."""
    torch.manual_seed(0)
    rtsae = RTSAE(architecture)
    with torch.no_grad():
        for parameter in rtsae.encoder.cells.parameters():
            parameter.mul_(4)
        for name, parameter in rtsae.encoder.gate.named_parameters():
            parameter.mul_({"weight": 0.7, "scale": 4}.get(name, 1))
    return rtsae


def held(value_TD, a_T):
    """The value at the last open step, or at the first, which always opens."""
    rows, memory = [], value_TD[0]
    for value, a in zip(value_TD, a_T, strict=True):
        memory = value if a > 0.5 else memory
        rows.append(memory)
    return np.stack(rows)


def error(k_TD, x_TD):
    return np.mean([((k - x) ** 2).sum() for k, x in zip(k_TD, x_TD, strict=True)])


@pytest.mark.parametrize("architecture", [HIDDEN, INPUT], ids=["hidden", "input"])
def test_the_gap_between_soft_and_hard_gates_is_the_decoder_s(architecture):
    rtsae, x_NTD = network(architecture), torch.randn(3, 12, 16)
    with torch.no_grad():
        trace, binary = (rtsae.encoder.run(x_NTD, opener) for opener in (soft, hard()))
        found = measure(rtsae, x_NTD, trace.shown_NTD, trace.o_NTH)
        soft_NTD = rtsae.decode(trace.shown_NTD).numpy()
    for n, (x_TD, a_T) in enumerate(zip(x_NTD.numpy(), binary.gate_NT.numpy(), strict=True)):
        assert 0 < (a_T > 0.5).sum() < 12  # some gates open, some do not
        shown_TD = held(x_TD if architecture is INPUT else binary.h_NTH[n].numpy(), a_T)
        with torch.no_grad():
            hard_TD = rtsae.decode(torch.from_numpy(shown_TD[None]))[0].numpy()
        wanted = {"soft_error": error(soft_NTD[n], x_TD), "hard_error": error(hard_TD, x_TD)}
        wanted["leakage"] = wanted["hard_error"] - wanted["soft_error"]
        wanted["hold_error"] = error(held(x_TD, a_T), x_TD)
        got = {name: found[name][n].item() for name in wanted}
        assert got == pytest.approx(wanted, rel=1e-5, abs=1e-4)
        assert abs(wanted["leakage"]) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["default", "soft", "literal"])
def test_the_gradient_at_w_a_is_that_of_the_mean_loss(reading):
    """As reported, before it is clipped; sigma's is left out."""
    rng = np.random.default_rng(0)
    clips = [(rng.normal(0, 0.35, (60, 16)).astype(np.float32), np.arange(60) / 20)]
    config = TrainConfig(reading=reading, iterations=1, batch=4, steps=12)
    architecture = INPUT if reading == "default" else HIDDEN
    task, again = (AttentionTask(network(architecture), config, clips) for _ in range(2))
    (report,) = Trainer(task, config.schedule, 1).run()
    draws = [Draw(0, np.random.default_rng([0, 1, place])) for place in range(4)]
    gate = again.network.encoder.gate
    W_a = [gate.scale] if reading == "default" else [gate.weight, gate.bias]
    gradients = torch.autograd.grad(again.losses(draws, 0.0)["loss"].mean(), W_a)
    norm = math.sqrt(sum((g.double().numpy() ** 2).sum() for g in gradients))
    assert report["gate_gradient"] == pytest.approx(norm, rel=1e-4)
    assert norm > 0


def test_a_gate_that_no_gradient_reached_has_none():
    assert gate_gradient(network(HIDDEN).encoder.gate) == 0
