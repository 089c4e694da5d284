"""A batch learns the same however it is cut: in passes, or by the processes that share it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.training.distributed import World
from model.training.dscnn import DSCNNTask, Stage1
from model.training.joint import JointTask, Stage3
from model.training.preparation import fit_front
from model.training.trainer import Draw, Schedule, Trainer
from tests.training.labelled import MadeClips, small_network

BATCH = 6
ONE_STEP = Schedule(iterations=1, batch=BATCH, clip_norm=1e9)
CUT = [range(0, BATCH, 3), range(1, BATCH, 3), range(2, BATCH, 3)]  # as three ranks share it
STAGES = ["stage 1", "soft", "binary-neuron", "hard-concrete"]


def task_of(stage):
    """Stage 1, or stage 3 by the gate of this name, with dropout and clips of several lengths."""
    clips, network = MadeClips(8), small_network(dropout=0.5)
    fit_front(network, clips)
    if stage == "stage 1":
        task = DSCNNTask(network, Stage1(ONE_STEP, steps=(2, 8)), clips, clips.label_N)
    else:
        config = Stage3(ONE_STEP, stage, steps=8, insert=0.5, tau=0.01, lam=1e-3)
        task = JointTask(network, config, clips, clips.label_N)
    network.front.requires_grad_(False)
    return task


def learned(stage, cut):
    """The losses of a batch, by places, and the gradient of their sum."""
    task, losses = task_of(stage), torch.zeros(BATCH)
    task.network.train()
    for places in cut:
        draws = [Draw(place, np.random.default_rng([0, 1, place])) for place in places]
        loss_n = task.losses(draws, 0.0)["loss"]
        loss_n.sum().backward()
        losses[list(places)] = loss_n.detach()
    gradients = {n: p.grad for n, p in task.network.named_parameters() if p.grad is not None}
    return losses, gradients


@pytest.mark.parametrize("stage", STAGES)
def test_losses_and_gradients_do_not_depend_on_the_cut(stage):
    losses, gradients = learned(stage, [range(BATCH)])
    again, parts = learned(stage, CUT)
    torch.testing.assert_close(again, losses, rtol=1e-5, atol=1e-6)
    assert parts.keys() == gradients.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(parts[name], gradient, rtol=1e-4, atol=1e-6, msg=name)


def test_passes_of_a_batch_drop_what_one_pass_does():
    whole, passes = task_of("hard-concrete"), task_of("hard-concrete")
    one = Trainer(whole, ONE_STEP, 8).run()[0]
    three = Trainer(passes, replace(ONE_STEP, at_once=3), 8).run()[0]
    for name, value in one.items():
        assert three[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_drawn_from_global_generators(stage):
    task = task_of(stage)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    Trainer(task, ONE_STEP, 8).run()
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])


def test_dropout_drops_in_training_alone():
    """Stage 1 without it has other losses, and measures the same."""
    losses, measured = [], []
    for rate in (0.5, 0.0):
        task = task_of("stage 1")
        task.dscnn.head.dropout = rate
        task.validation = (task.first.source, task.first.label_N[:3])
        with torch.no_grad():
            losses.append(task.losses([Draw(n, np.random.default_rng(n)) for n in range(3)], 0.0))
            measured.append(task.measure(World()))
    assert not torch.isclose(losses[0]["loss"], losses[1]["loss"]).any()
    assert measured[0] == measured[1]
