"""Stage 1: what is minimised, what moves, and that it learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.errors import InvalidParameter
from model.training.dscnn import DSCNNTask, Labelled, Stage1
from model.training.examples import Example, collate, random_steps
from model.training.preparation import fit_front
from model.training.trainer import Draw, Schedule, Trainer
from tests.training.labelled import MadeClips, small_network

ADAM = Schedule(iterations=4, batch=8, optimiser="adam", learning_rate=3e-3)


def task_of(config, count=24, classes=2, **made):
    clips, network = MadeClips(count, classes=classes, **made), small_network(classes)
    fit_front(network, clips)
    task = DSCNNTask(network, config, clips, clips.label_N, (clips, clips.label_N))
    network.front.requires_grad_(False)
    return task


def draws(count, seed=0):
    return [Draw(n, np.random.default_rng([seed, n])) for n in range(count)]


def state(module):
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def same(module, before):
    return all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())


def test_steps_are_drawn_one_from_each_equal_part():
    for seed in range(20):
        steps = random_steps(10, 3, np.random.default_rng(seed))
        assert [step // (10 / 3) for step in steps] == [0, 1, 2]
    np.testing.assert_array_equal(random_steps(4, 9, np.random.default_rng(0)), range(4))
    drawn = {int(random_steps(10, 3, np.random.default_rng(s))[1]) for s in range(99)}
    assert drawn == {4, 5, 6}


def test_a_batch_pads_and_keeps_the_order_of_mixed_clips():
    clips, network = MadeClips(4), small_network()
    clip_T, step_T = np.array([2, 0, 2, 3]), np.array([5, 1, 6, 0])
    mixed = Example(1, 0, clip_T, step_T, np.array([False, True, False, True]))
    batch = collate(network, clips, [mixed, Example.of(0, 0, 1, np.array([7, 2]))])
    assert batch.label_N.tolist() == [1, 0]
    assert batch.mask_NT.int().tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]
    assert batch.inserted_NT.int().tolist() == [[0, 1, 0, 1], [0, 0, 0, 0]]
    for place, (clip, step) in enumerate(zip(clip_T, step_T, strict=True)):
        wanted = torch.from_numpy(clips.maps[clip, step])
        assert torch.equal(batch.x_s_NTCHW[0, place], wanted)
        assert torch.equal(batch.x_t_NTCHW[0, place], wanted.flip(2))
        x_s, x_t = batch.x_s_NTCHW[0, place, None], batch.x_t_NTCHW[0, place, None]
        own = network.front.standardise(network.front.pool(x_s, x_t))
        torch.testing.assert_close(batch.x_NTD[0, place], own[0])
    assert not batch.x_s_NTCHW[1, 2:].any()


def test_the_fused_loss_is_the_cross_entropy_of_the_ungated_network():
    task = task_of(Stage1(ADAM, steps=(8, 8)))
    task.network.eval()
    with torch.no_grad():
        terms = task.losses(draws(6), 0.0)
        whole = [Example.of(task.first.label_N[n], 0, n, np.arange(8)) for n in range(6)]
        batch = collate(task.dscnn, task.first.source, whole)
        ones = batch.mask_NT.float()
        logits = task.dscnn.classify(batch.x_s_NTCHW, batch.x_t_NTCHW, ones, ones).double().numpy()
    shifted = logits - logits.max(1, keepdims=True)
    entropy = np.log(np.exp(shifted).sum(1)) - shifted[np.arange(6), task.first.label_N[:6]]
    np.testing.assert_allclose(terms["loss"].numpy(), entropy, rtol=1e-5)


@pytest.mark.slow
def test_standalone_streams_leave_the_fusion_and_the_gate_alone():
    task = task_of(Stage1(ADAM, steps=(1, 1), fused_weight=0.0, stream_weight=1.0))
    network = task.dscnn
    parts = (network.front, network.encoder, network.head, network.s_tail, network.t_tail)
    before = [state(part) for part in parts]
    history = Trainer(task, ADAM, 24).run()
    moved = [not same(part, states) for part, states in zip(parts, before, strict=True)]
    assert moved == [False, False, False, True, True]
    row = history[-1]
    assert row["loss"] == pytest.approx(row["s_net"] + row["t_net"], rel=1e-4)
    assert 0 <= row["validation/s_accuracy"] <= 1


def test_one_stream_learns_nothing_of_the_other():
    """Standalone: the gradient of the S-Net's loss stays in the S-Net."""
    task = task_of(Stage1(ADAM, fused_weight=0.0, stream_weight=1.0))
    task.losses(draws(4), 0.0)["s_net"].sum().backward()
    assert all(p.grad is None or not p.grad.any() for p in task.dscnn.t_tail.parameters())
    assert any(p.grad.any() for p in task.dscnn.s_tail.parameters())


def two_sets(classes=3, **config):
    """A task whose second data set has other classes, and its network."""
    clips, other, network = MadeClips(8), MadeClips(6, classes=classes, seed=5), small_network()
    fit_front(network, clips)
    second = Labelled(other, other.label_N, classes)
    config = Stage1(ADAM, steps=(1, 1), **config)
    return DSCNNTask(network, config, clips, clips.label_N, second=second)


STANDALONE = {"fused_weight": 0.0, "stream_weight": 1.0}


def test_a_second_data_set_has_a_head_of_its_own_and_is_added_to_the_loss():
    task = two_sets(**STANDALONE)
    assert task.network["second_classifier"].out_features == 3
    assert task.network["t_classifier"].out_features == 2
    terms = task.losses(draws(8), 0.0)
    parts = terms["s_net"] + terms["t_net"] + terms["second"]
    torch.testing.assert_close(terms["loss"], parts)
    alone = DSCNNTask(small_network(), task.config, task.first.source, task.first.label_N)
    alone.dscnn.load_state_dict(task.dscnn.state_dict())
    for name in ("s_classifier", "t_classifier"):
        alone.network[name].load_state_dict(task.network[name].state_dict())
    without = alone.losses(draws(8), 0.0)
    torch.testing.assert_close(without["s_net"], terms["s_net"])  # the same examples are drawn
    torch.testing.assert_close(without["t_net"], terms["t_net"])


def test_the_second_data_set_reaches_the_t_net_alone():
    task = two_sets(**STANDALONE)
    task.losses(draws(8), 0.0)["second"].sum().backward()
    reached = {name for name, p in task.network.named_parameters() if p.grad is not None}
    assert {"second_classifier.weight", "dscnn.t_tail.cam.weight"} <= reached
    assert not any(".s_tail." in name or name.startswith(("s_", "t_")) for name in reached)


def test_a_second_data_set_without_a_loss_of_the_t_net_is_refused():
    with pytest.raises(InvalidParameter, match="trains the T-Net alone"):
        two_sets()


@pytest.mark.slow
def test_fused_training_moves_all_but_front_and_gate():
    task = task_of(Stage1(ADAM))
    network = task.dscnn
    parts = (network.front, network.encoder, network.head, network.s_tail, network.t_tail)
    before = [state(part) for part in parts]
    Trainer(task, ADAM, 24).run()
    moved = [not same(part, states) for part, states in zip(parts, before, strict=True)]
    assert moved == [False, False, True, True, True]


@pytest.mark.slow
def test_it_learns_the_class_of_clips_whose_every_step_counts():
    task = task_of(Stage1(ADAM, steps=(2, 4)), count=30, classes=3, T=2)
    schedule = replace(ADAM, iterations=80, batch=16, report_every=80)
    history = Trainer(task, schedule, 30).run()
    assert history[-1]["validation/accuracy"] == 1


@pytest.mark.parametrize(
    "wrong",
    [{"steps": (0, 3)}, {"steps": (5, 4)}, {"fused_weight": 0.0}, {"stream_weight": -1.0}],
)
def test_nonsense_is_refused(wrong):
    with pytest.raises(InvalidParameter):
        Stage1(**wrong)
