"""Stage 3: the loss term by term, the price of opening, inserted steps; and that gates learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.errors import InvalidParameter
from model.networks.ablation import straight_through
from model.networks.noise import Noise
from model.networks.rtsae import soft
from model.training.dscnn import DSCNNTask, Stage1
from model.training.examples import Example, collate
from model.training.joint import JointTask, Stage3, gate_monitors
from model.training.preparation import fit_front
from model.training.selections import compare, selections
from model.training.trainer import Draw, Schedule, Trainer
from tests.training.labelled import MadeClips, small_network

ADAM = Schedule(iterations=3, batch=8, optimiser="adam", learning_rate=3e-3)


def task_of(network=None, count=24, **config):
    clips, network = MadeClips(count), network or small_network()
    fit_front(network, clips)
    config = Stage3(ADAM, **{"steps": 8, "insert": 0.0, **config})
    task = JointTask(network, config, clips, clips.label_N, (clips, clips.label_N))
    network.front.requires_grad_(False)
    return task


def draws(count):
    return [Draw(n, np.random.default_rng(n)) for n in range(count)]


def test_the_loss_is_its_terms():
    task = task_of(phi=0.7, tau=0.3, lam=0.01)
    task.network.eval()
    with torch.no_grad():
        terms = task.losses(draws(4), 0.0)
        whole = [Example.of(task.label_N[n], 0, n, np.arange(8)) for n in range(4)]
        batch = collate(task.network, task.source, whole)
        output = task.network.soft_forward(
            batch.x_s_NTCHW, batch.x_t_NTCHW, batch.x_NTD, batch.mask_NT
        )
    gate, o = output.trace.gate_NT.double().numpy(), output.trace.o_NTH.double().numpy()
    logits = output.logits_NK.double()
    entropy = -logits.log_softmax(1)[range(4), task.label_N[:4]].numpy()
    opening = 0.7 * gate.mean(1)
    annihilation = 0.01 * np.abs(o).sum(2).mean(1)
    nuclear = 0.3 * np.array([np.linalg.norm(row, "nuc") for row in o]) / 8
    wanted = {"cross_entropy": entropy, "opening": opening, "nuclear": nuclear}
    wanted |= {"annihilation": annihilation}
    for name, value in wanted.items():
        np.testing.assert_allclose(terms[name].numpy(), value, rtol=1e-4, err_msg=name)
    np.testing.assert_allclose(terms["loss"].numpy(), sum(wanted.values()), rtol=1e-4)


@pytest.mark.slow
def test_the_nuclear_norm_stays_finite_under_mixed_precision():
    task = task_of(tau=0.1, lam=1e-3)
    task.validation = None
    schedule = replace(ADAM, precision="bfloat16", iterations=1, batch=4)
    history = Trainer(task, schedule, 24).run()
    assert np.isfinite([history[-1][name] for name in ("loss", "nuclear", "gradient_norm")]).all()


def test_the_price_rises_while_too_many_open_and_falls_below_the_target():
    task = task_of(open_share=0.3, phi=0.1, phi_rate=0.5, phi_bound=0.2)
    task.learned({"open_rate": 0.4})
    assert task.scalars["phi"] == pytest.approx(0.15)
    for _ in range(9):
        task.learned({"open_rate": 1.0})
    assert task.scalars["phi"] == 0.2
    for _ in range(99):
        task.learned({"open_rate": 0.1})
    assert task.scalars["phi"] == 0  # it never pays for opening
    fixed = task_of(open_share=None, phi=0.1)
    fixed.learned({"open_rate": 1.0})
    assert fixed.scalars["phi"] == 0.1


def test_only_the_end_of_the_run_trains_through_binary_gates():
    task = task_of(binary_share=0.25)
    noise = Noise([])
    assert [task._opener(s, noise) is straight_through for s in (0, 0.74, 0.75, 0.99)] == [
        False,
        False,
        True,
        True,
    ]
    assert task._opener(0.0, noise) is soft


def test_inserted_steps_keep_label_and_order_and_are_known():
    task = task_of(insert=1.0)
    for number in range(12):
        example = task._example(Draw(number, np.random.default_rng(number)))
        native = ~example.inserted_T
        assert example.label == task.label_N[number]
        assert (example.clip_T[native] == number).all()
        np.testing.assert_array_equal(example.step_T[native], np.arange(8))
        assert 1 <= example.inserted_T.sum() <= 2  # a fifth of 8, rounded up
        for clip in example.clip_T[example.inserted_T]:
            assert clip == number or task.label_N[clip] != example.label


def test_monitors_count_what_they_say():
    task = task_of()
    example = Example(
        0, 0, np.array([0, 0, 1, 0]), np.arange(4), np.array([False, False, True, False])
    )
    short = Example.of(1, 0, 1, np.arange(2))
    batch = collate(task.network, task.source, [example, short])
    output = task.network.soft_forward(batch.x_s_NTCHW, batch.x_t_NTCHW, batch.x_NTD, batch.mask_NT)
    gate_NT = torch.tensor([[0.1, 0.9, 0.3, 0.7], [0.1, 0.1, 0.9, 0.9]])
    output = replace(output, trace=replace(output.trace, gate_NT=gate_NT))
    found = gate_monitors(output, batch)
    assert found["open_rate"].tolist() == pytest.approx([0.5, 0])
    assert found["gate_native"].tolist() == pytest.approx([1.7 / 3, 0.1])
    assert found["gate_inserted"][0].item() == pytest.approx(0.3)
    assert found["gate_inserted"][1].isnan()  # nothing was inserted there
    assert found["gate_spread"].tolist() == pytest.approx(
        [np.std([0.1, 0.9, 0.3, 0.7]), 0], abs=1e-6
    )
    shares = [found[f"gates_from_{low:.1f}"].tolist() for low in (0, 0.2, 0.4, 0.6, 0.8)]
    assert (
        pytest.approx(np.array([[0.25, 0.25, 0, 0.25, 0.25], [1, 0, 0, 0, 0]]))
        == np.array(shares).T
    )


@pytest.mark.parametrize(("gate", "moves"), [("hard", False), ("straight-through", True)])
def test_truncation_gives_the_gate_no_gradient_and_its_surrogate_does(gate, moves):
    """The paper's ablation: what it lost by binary gates in training."""
    task = task_of(gate=gate, binary_share=0.0, phi=0.0, open_share=None)
    task.losses(draws(6), 0.0)["cross_entropy"].sum().backward()
    gradients = [p.grad for p in task.network.encoder.gate.parameters() if p.grad is not None]
    assert any(bool(g.any()) for g in gradients) == moves


def test_other_selections_open_as_many_steps():
    open_T = torch.tensor([1, 0, 0, 1, 0, 0, 0, 1, 0], dtype=torch.bool)
    chosen = selections(open_T, np.random.default_rng(0))
    assert chosen["binary"][0].tolist() == open_T.float().tolist()
    assert chosen["uniform"][0].nonzero()[:, 0].tolist() == [1, 4, 7]
    assert (chosen["random"].sum(1) == 3).all()
    assert chosen["whole"].sum() == 9


def test_accuracy_is_counted_over_all_clips():
    clips, network = MadeClips(6), small_network().eval()
    sums = compare(network, clips, clips.label_N, range(6))
    whole = []
    for number in range(6):
        x_s, x_t, _ = clips.read(network, [whole_clip(number)])
        opened = torch.ones(8, dtype=torch.bool)
        whole.append(int(network.recognise(x_s, x_t, opened).argmax()) == clips.label_N[number])
    assert sums["validation/whole"] == (sum(whole), 6.0)
    assert sums["validation/open_rate"][1] == 6


def whole_clip(number):
    from model.training.sources import Pick

    return Pick(number, -1, np.arange(8))


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_gate_finds_the_one_step_that_tells_the_classes_apart():
    """By labels and a price alone: the decisive step opens, the others do not, and binary gates at
    prediction lose nothing."""
    network, clips, unseen = small_network(), MadeClips(48), MadeClips(24, seed=1)
    fit_front(network, clips)
    first = DSCNNTask(network, Stage1(ADAM, steps=(4, 8)), clips, clips.label_N)
    network.front.requires_grad_(False)
    Trainer(first, replace(ADAM, iterations=24, batch=16), 48).run()
    config = Stage3(ADAM, steps=8, insert=0.5, phi=0.3, open_share=None)
    task = JointTask(network, config, clips, clips.label_N, (unseen, unseen.label_N))
    network.front.requires_grad_(False)
    schedule = replace(ADAM, iterations=60, batch=16, report_every=60)
    history = Trainer(task, schedule, 48).run()
    row = history[-1]
    assert row["validation/binary"] == 1
    assert row["validation/binary"] > row["validation/uniform"] + 0.2
    assert row["validation/open_rate"] < 0.4
    examples = [Example.of(unseen.label_N[n], -1, n, np.arange(8)) for n in range(24)]
    with torch.no_grad():
        gate_NT = network.gates(collate(network, unseen, examples).x_NTD).gate_NT
    decisive_N = gate_NT[range(24), unseen.decisive_N]
    others = (gate_NT.sum() - decisive_N.sum()) / (24 * 7)
    assert decisive_N.mean() > 0.9
    assert others < 0.3


@pytest.mark.parametrize(
    "wrong",
    [
        {"gate": "ajar"},
        {"insert": 1.5},
        {"binary_share": -0.1},
        {"open_share": 1.0},
        {"steps": 0},
        {"phi": float("nan")},
        {"phi": -5.0, "open_share": None},
        {"phi": -5.0},
        {"tau": -1e-3},
        {"lam": -1e-3},
        {"phi_bound": -1.0},
    ],
)
def test_nonsense_is_refused(wrong):
    with pytest.raises(InvalidParameter):
        Stage3(**wrong)
