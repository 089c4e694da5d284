"""Equations 1 to 7 against numpy by hand."""

import numpy as np
import pytest
import torch

from model.networks.alstm import SIGMA_INIT, ALSTMCell, AttentionGate


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_a_step_equals_equations_1_to_5():
    torch.manual_seed(0)
    D, H, N = 5, 4, 3
    cell = ALSTMCell(D, H)
    with torch.no_grad():
        cell.peephole.normal_()
    W_x, b = cell.input.weight.detach().numpy(), cell.input.bias.detach().numpy()
    W_h, W_c = cell.recurrent.weight.detach().numpy(), cell.peephole.detach().numpy()
    x_TND = np.random.default_rng(0).normal(size=(6, N, D)).astype(np.float32)
    h, c, state = np.zeros((N, H)), np.zeros((N, H)), cell.start(N)
    for x in x_TND:
        z = x @ W_x.T + h @ W_h.T + b
        z_i, z_f, z_c, z_o = z[:, :H], z[:, H : 2 * H], z[:, 2 * H : 3 * H], z[:, 3 * H :]
        i = sigmoid(z_i + W_c[0] * c)  # (1)
        f = sigmoid(z_f + W_c[1] * c)  # (2)
        c = f * c + i * np.tanh(z_c)  # (3)
        o = sigmoid(z_o + W_c[2] * c)  # (4), which sees the new c
        h = o * np.tanh(c)  # (5)
        got_o, state = cell(torch.from_numpy(x), state)
        np.testing.assert_allclose(got_o.detach(), o, atol=1e-6)
        np.testing.assert_allclose(state.h.detach(), h, atol=1e-6)
        np.testing.assert_allclose(state.c.detach(), c, atol=1e-6)


@pytest.mark.parametrize("form", ["half", "isotropic", "vector", "scalar"])
def test_the_gate_equals_equations_6_and_7(form):
    torch.manual_seed(1)
    gate = AttentionGate(8, form)
    o = torch.rand(5, 8)
    if form in ("half", "isotropic"):
        W, b = np.eye(8) * float(gate.scale.detach()), 0.0
        W[4 if form == "half" else 8 :] = 0
    else:
        with torch.no_grad():
            gate.bias.normal_()
        W, b = gate.weight.detach().numpy(), gate.bias.detach().numpy()
    norm = np.linalg.norm(o.numpy() @ W.T + b, axis=1)
    expected = 1 - np.exp(-(norm**2) / SIGMA_INIT)
    np.testing.assert_allclose(gate(o).detach(), expected, atol=1e-6)


@pytest.mark.parametrize("form", ["half", "isotropic", "vector", "scalar"])
def test_an_annihilated_output_closes_the_gate_and_a_large_one_opens_it(form):
    gate = AttentionGate(128, form)
    assert gate(torch.zeros(1, 128)).item() == 0.0
    assert gate(torch.full((1, 128), 100.0)).item() == pytest.approx(1.0, abs=1e-3)


def test_a_mean_output_of_a_quarter_half_opens_the_isotropic_gate():
    assert AttentionGate(128)(torch.full((1, 128), 0.25)).item() == pytest.approx(0.5, abs=1e-6)


def test_sigma_starts_at_the_paper_s_value_and_stays_positive():
    gate = AttentionGate(8)
    assert gate.sigma.item() == pytest.approx(2.98, abs=1e-5)
    with torch.no_grad():
        gate.rho.fill_(-100.0)
    assert gate.sigma.item() > 0


@pytest.mark.slow
def test_the_gate_s_gradient_equals_finite_differences():
    torch.manual_seed(2)
    gate = AttentionGate(6, "vector").double()
    o = torch.rand(2, 6, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(gate, (o,))
