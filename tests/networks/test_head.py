"""The head: equations 15 and 16, F-Net and the gated LSTM, against numpy and torch's own LSTM."""

import numpy as np
import pytest
import torch
from torch import nn

from model.networks.head import GatedLSTM, Head, normalise


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def numbers(parameter):
    return parameter.detach().double().numpy()


def by_hand(head, z_s, z_t, gate):
    """Equations 15 and 16, F-Net, the gated LSTM and the classifier for one clip, in numpy."""
    w = np.log1p(np.exp(numbers(head.rho)))
    cell = head.lstm.cell
    h = c = np.zeros(cell.hidden_size)
    for s, t, a in zip(z_s, z_t, gate, strict=True):
        z_f = np.maximum(s / s.max() / (1 + w) + w / (1 + w) * t / t.max(), 0)
        x = np.maximum(numbers(head.fc7.weight) @ z_f + numbers(head.fc7.bias), 0)
        sums = numbers(cell.weight_ih) @ x + numbers(cell.bias_ih)
        i, f, g, o = np.split(sums + numbers(cell.weight_hh) @ h + numbers(cell.bias_hh), 4)
        new_c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = a * sigmoid(o) * np.tanh(new_c) + (1 - a) * h
        c = a * new_c + (1 - a) * c
    return numbers(head.classifier.weight) @ h + numbers(head.classifier.bias)


def small(seed=0):
    torch.manual_seed(seed)
    return Head(features=7, fusion=6, hidden=5, classes=4)


@torch.no_grad()
def test_the_head_is_equations_15_and_16_f_net_and_the_gated_lstm():
    head = small()
    head.rho.add_(0.4)
    z_s, z_t, gate = torch.rand(2, 6, 7) * 3, torch.rand(2, 6, 7) * 9, torch.rand(2, 6)
    expected = [
        by_hand(head, *(values[n].double().numpy() for values in (z_s, z_t, gate))) for n in (0, 1)
    ]
    np.testing.assert_allclose(head(z_s, z_t, gate), expected, rtol=1e-4)


def test_both_streams_weigh_the_same_at_first_and_w_f_stays_positive():
    head = small()
    assert float(head.w_f.detach()) == pytest.approx(1)
    with torch.no_grad():
        head.rho.fill_(-20.0)
        assert 0 < float(head.w_f) < 1e-6


@torch.no_grad()
def test_a_large_w_f_leaves_t_net_alone():
    head, z_s, z_t = small(), torch.rand(1, 2, 7), torch.rand(1, 2, 7)
    head.rho.fill_(1e6)
    torch.testing.assert_close(head.fuse(z_s, z_t), normalise(z_t))


def test_normalisation_is_over_each_vector_and_zeros_stay_zero():
    z = torch.tensor([[[1.0, 4.0], [0.0, 0.0], [30.0, 10.0]]])
    expected = torch.tensor([[[0.25, 1.0], [0.0, 0.0], [1.0, 1 / 3]]])
    torch.testing.assert_close(normalise(z), expected)


def test_zero_features_have_finite_gradients():
    head, z = small(), torch.zeros(1, 3, 7, requires_grad=True)
    head(z, z, torch.tensor([[1.0, 0.0, 0.5]])).sum().backward()
    assert torch.isfinite(z.grad).all()


@torch.no_grad()
def test_open_gates_give_torchs_own_lstm():
    torch.manual_seed(0)
    ours, reference = GatedLSTM(6, 5), nn.LSTM(6, 5, batch_first=True)
    for name, value in ours.cell.named_parameters():
        getattr(reference, f"{name}_l0").copy_(value)
    x = torch.randn(3, 8, 6)
    torch.testing.assert_close(ours(x, torch.ones(3, 8)), reference(x)[1][0][0])


@torch.no_grad()
def test_closed_steps_leave_no_trace():
    torch.manual_seed(0)
    lstm, x, gate = GatedLSTM(6, 5), torch.randn(1, 9, 6), torch.zeros(1, 9)
    opened = [0, 3, 4, 7]
    gate[0, opened] = 1
    torch.testing.assert_close(lstm(x, gate), lstm(x[:, opened], torch.ones(1, 4)), rtol=0, atol=0)


def test_multiply_adds_equal_the_sizes_of_the_matrices():
    assert small().multiply_adds() == 7 * 6 + 4 * 5 * (6 + 5)


def test_f_net_reads_centred_features():
    torch.manual_seed(0)
    head = Head(6, 5, 4, 3).eval()
    z_s, z_t = torch.rand(40, 6) + 2, torch.rand(40, 6) + 2
    before = head(z_s[:3, None], z_t[:3, None], torch.ones(3, 1))
    head.fit(z_s, z_t)
    z_f = (z_s / z_s.amax(1, keepdim=True) + z_t / z_t.amax(1, keepdim=True)) / 2  # w_f is 1
    read = []
    head.fc7.register_forward_pre_hook(lambda layer, given: read.append(given[0]))
    after = head(z_s[:, None], z_t[:, None], torch.ones(40, 1))
    wanted = (z_f - z_f.mean(0)) / (z_f.std(0) + 1e-3)
    torch.testing.assert_close(read[0][:, 0], wanted, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(after[:3], before)
