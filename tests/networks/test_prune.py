"""Pruning a trained network: what does nothing goes, and what stays computes the same."""

from dataclasses import replace

import pytest
import torch

from model.errors import InvalidParameter
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.slim import prune

NARROW = DSCNNConfig(
    ("a", "b", "c"), position=3, widths=((4,) * 3, (4,) * 3), cam=6, fusion=5, hidden=3, size=32
)
WIDE = replace(NARROW, widths=((9,) * 3, (9,) * 3), cam=11, fusion=10, hidden=7)


def network(config, seed):
    torch.manual_seed(seed)
    return RTSAEDSCNN.untrained(config).eval()


def clips():
    torch.manual_seed(2)
    x_s, x_t = torch.rand(2, 2, 5, 256, 4, 4)
    gate_NT = torch.rand(2, 5)
    return x_s, x_t, gate_NT, torch.ones(2, 5)


def units(count, kept, seed):
    """`kept` of `count` units, in order."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(count, generator=generator)[:kept].sort().values


@torch.no_grad()
def hide(slim, wide):
    """Put `slim` into `wide` at random units; the weights of all others are 0."""
    for tensor in wide.state_dict().values():
        if tensor.is_floating_point():
            tensor.zero_()
    kept_C = units(WIDE.cam, NARROW.cam, 9)
    for name in ("s_tail", "t_tail"):
        inputs, seed = torch.arange(256), 0
        for small, big in zip(
            (c for block in getattr(slim, name).blocks() for c in block),
            (c for block in getattr(wide, name).blocks() for c in block),
            strict=True,
        ):
            outputs = units(big.out_channels, small.out_channels, seed)
            big.weight[outputs[:, None], inputs] = small.weight
            big.bias[outputs] = small.bias
            inputs, seed = outputs, seed + 1
        small, big = getattr(slim, name).cam, getattr(wide, name).cam
        big.weight[kept_C[:, None], inputs] = small.weight
        big.bias[kept_C] = small.bias
    hide_head(slim.head, wide.head, kept_C)


def hide_head(small, big, kept_C):
    kept_F, kept_D = units(WIDE.fusion, NARROW.fusion, 10), units(WIDE.hidden, NARROW.hidden, 11)
    big.rho.copy_(small.rho)
    big.mean[kept_C], big.std[:], big.std[kept_C] = small.mean, 1.0, small.std
    big.fc7.weight[kept_F[:, None], kept_C] = small.fc7.weight
    big.fc7.bias[kept_F] = small.fc7.bias
    rows = torch.cat([gate * WIDE.hidden + kept_D for gate in range(4)])
    big.lstm.cell.weight_ih[rows[:, None], kept_F] = small.lstm.cell.weight_ih
    big.lstm.cell.weight_hh[rows[:, None], kept_D] = small.lstm.cell.weight_hh
    for name in ("bias_ih", "bias_hh"):
        getattr(big.lstm.cell, name)[rows] = getattr(small.lstm.cell, name)
    big.classifier.weight[:, kept_D] = small.classifier.weight
    big.classifier.bias.copy_(small.classifier.bias)


def test_a_network_hidden_in_a_wider_one_is_found_again():
    slim, wide, pruned = network(NARROW, 0), network(WIDE, 1), network(NARROW, 3)
    slim.head.rho.data += 1
    hide(slim, wide)
    wanted = slim.classify(*clips())
    torch.testing.assert_close(wide.classify(*clips()), wanted)
    assert (pruned.classify(*clips()) - wanted).abs().max() > 1e-3
    prune(wide, pruned)
    torch.testing.assert_close(pruned.classify(*clips()), wanted)


def test_the_same_features_stay_in_both_streams():
    """Equation 16 adds them: one strong in the T-Net alone keeps its place in the S-Net too."""
    wide, pruned = network(WIDE, 1), network(NARROW, 3)
    with torch.no_grad():
        for tail in (wide.s_tail, wide.t_tail):
            tail.cam.weight.copy_(1e-3 * torch.rand_like(tail.cam.weight))
            tail.cam.bias.copy_(torch.arange(WIDE.cam))
        wide.s_tail.cam.weight[[0, 3, 4]] += 1
        wide.t_tail.cam.weight[[5, 8, 10]] += 1
    prune(wide, pruned)
    for tail in (pruned.s_tail, pruned.t_tail):
        assert tail.cam.bias.tolist() == [0, 3, 4, 5, 8, 10]


@pytest.mark.parametrize("wider", [{"cam": 12}, {"fusion": 11}, {"hidden": 8}])
def test_a_narrower_network_cannot_be_pruned_to_a_wider(wider):
    [name] = wider
    with pytest.raises(InvalidParameter, match=f"{name}: wanted at most"):
        prune(network(WIDE, 0), network(replace(NARROW, **wider), 1))


def test_wider_streams_are_refused():
    wide = replace(NARROW, widths=((9,) * 3, (10,) * 3))
    with pytest.raises(InvalidParameter, match="layer 3"):
        prune(network(WIDE, 0), network(wide, 1))
