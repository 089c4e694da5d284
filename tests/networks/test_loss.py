"""Equations 8 to 12 against numpy by hand, and their gradients where they are fragile."""

import numpy as np
import pytest
import torch

from model.networks import loss


@pytest.fixture
def values():
    rng = np.random.default_rng(3)
    shapes = {"k": (2, 7, 5), "x": (2, 7, 5), "h": (2, 7, 5), "o": (2, 7, 5)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    arrays["gate"] = rng.random((2, 7))
    arrays["mask"] = np.ones((2, 7))
    arrays["mask"][1, 5:] = 0
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def test_reconstruction_sums_squares_of_weighted_steps(values):
    got = loss.reconstruction(values["k"], values["x"], values["mask"]).numpy()
    k, x = values["k"].numpy(), values["x"].numpy()
    for n, steps in enumerate((7, 5)):
        assert got[n] == pytest.approx(((k[n, :steps] - x[n, :steps]) ** 2).sum())


def test_the_nuclear_norm_is_the_sum_of_numpy_s_singular_values_of_real_steps(values):
    got = loss.nuclear_norm(values["o"], values["mask"]).numpy()
    o = values["o"].numpy()
    expected = [np.linalg.norm(o[0], "nuc"), np.linalg.norm(o[1, :5], "nuc")]
    np.testing.assert_allclose(got, expected, rtol=1e-5)


@pytest.mark.parametrize("matrix", [torch.eye(6), torch.ones(6, 6), torch.zeros(6, 6)])
def test_the_nuclear_norm_has_a_finite_gradient_at_repeated_singular_values(matrix):
    o = matrix[None].clone().requires_grad_()
    loss.nuclear_norm(o, torch.ones(1, 6)).sum().backward()
    assert torch.isfinite(o.grad).all()


def test_diversity_of_selected_steps_is_the_sum_over_neighbouring_pairs(values):
    opened = torch.tensor([[1, 0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0, 0]])
    h = values["h"].numpy()
    pairs = [(0, 2), (2, 5)]
    expected = sum(np.log(1 + ((h[0, i] - h[0, j]) ** 2).sum()) for i, j in pairs)
    got = loss.diversity_selected(values["h"], opened)
    np.testing.assert_allclose(got.numpy(), [expected, 0.0])


def test_soft_diversity_of_binary_gates_is_the_mean_over_the_same_pairs(values):
    opened = torch.tensor([[1, 0, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 0, 0]]).double()
    expected = loss.diversity_selected(values["h"], opened).numpy() / [2, 1]
    got = loss.diversity_soft(values["h"], opened, torch.ones(2, 7).double())
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6)


def test_sparsity_terms_are_plain_sums_of_real_steps(values):
    o, mask = values["o"].abs(), values["mask"]
    got = loss.annihilation(o, mask).numpy()
    np.testing.assert_allclose(got, (o.numpy() * mask.numpy()[..., None]).sum((1, 2)))
    got = loss.opening(values["gate"], mask).numpy()
    np.testing.assert_allclose(got, (values["gate"].numpy() * mask.numpy()).sum(1))


def test_closing_every_gate_makes_the_literal_loss_vanish(values):
    """The degeneracy that the default reading mends."""
    closed = torch.zeros(2, 7).double()
    assert loss.reconstruction(values["k"], values["x"], closed).sum() == 0
    assert loss.diversity_selected(values["h"], closed).sum() == 0
    assert loss.opening(closed, values["mask"]).sum() == 0
