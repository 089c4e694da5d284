"""Openers of the ablation: their values, distributions and gradients."""

import numpy as np
import pytest
import torch

from model.networks.ablation import (
    OPENERS,
    binary_neuron,
    hard_concrete,
    hard_concrete_price,
    opener_of,
    straight_through,
)
from model.networks.noise import Noise

MANY = 40_000


def gates(value):
    return torch.full((MANY,), value, requires_grad=True)


def even():
    """Numbers spread evenly between 0 and 1: shares are then exact, but for one of them."""
    return (torch.arange(MANY) + 0.5) / MANY


def opener(name, count=1):
    return opener_of(name, Noise([np.random.default_rng(n) for n in range(count)]))


def test_straight_through_is_binary_forward_and_the_identity_backward():
    a = torch.tensor([0.1, 0.5, 0.51, 0.9], requires_grad=True)
    g = straight_through(a)
    assert g.tolist() == [0, 0, 1, 1]
    g.sum().backward()
    assert a.grad.tolist() == [1, 1, 1, 1]


def test_hard_has_no_gradient_and_soft_changes_nothing():
    a = torch.tensor([0.1, 0.9], requires_grad=True)
    assert not opener("hard")(a).requires_grad
    assert opener("hard")(a).tolist() == [0, 1]
    assert opener("soft")(a) is a


@pytest.mark.parametrize("value", [0.05, 0.3, 0.8])
def test_a_binary_neuron_opens_as_often_as_the_gate_says(value):
    a = gates(value)
    g = binary_neuron(a, even())
    assert set(g.detach().unique().round(decimals=6).tolist()) == {0.0, 1.0}
    assert float(g.mean().detach()) == pytest.approx(value, abs=1e-4)
    g.sum().backward()
    assert (a.grad == 1).all()


@pytest.mark.parametrize("value", [0.05, 0.3, 0.8])
def test_hard_concrete_has_the_probabilities_it_is_priced_by(value):
    a = gates(value)
    g = hard_concrete(a, even())
    assert float((g > 0).float().mean()) == pytest.approx(
        float(hard_concrete_price(a)[0].detach()), abs=1e-4
    )
    assert float((g > 0.5).float().mean()) == pytest.approx(value, abs=1e-4)
    assert (g == 0).any()
    assert (g == 1).any()
    g.sum().backward()
    between = (g > 0) & (g < 1)
    assert (a.grad[between] > 0).all()
    assert (a.grad[~between] == 0).all()


@pytest.mark.parametrize("name", OPENERS)
def test_gates_at_the_ends_stay_finite(name):
    a = torch.tensor([0.0, 1.0, 1e-9], requires_grad=True)
    g = opener(name, 3)(a)
    assert ((g >= 0) & (g <= 1)).all()
    if g.requires_grad:
        g.sum().backward()
        assert torch.isfinite(a.grad).all()


@pytest.mark.parametrize("name", ["binary-neuron", "hard-concrete"])
def test_openers_that_draw_do_so_anew_at_each_step_for_each_example(name):
    a, steps = torch.full((50,), 0.5), opener(name, 50)
    first, second = steps(a), steps(a)
    assert not torch.equal(first, second)
    assert len(first.unique()) > 1
    assert torch.equal(first, opener(name, 50)(a))
