"""Vanilla ARCH: against scipy's correlation and torch's own LSTM, and what a cube costs."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from scipy.signal import correlate
from torch import nn

from model.errors import InvalidParameter
from model.networks.arch import ARCH, TEMPORAL_POOLS, ARCHConfig, Convolution, normalise_cubes
from model.networks.c3d import C3D, C3DConfig
from model.networks.vgg import RGB_MEAN, RGB_STD

SMALL = ARCHConfig(("jump", "throw", "run"), channels=(2, 3, 4, 3, 5), hidden=6, size=32)


def network(config=SMALL):
    torch.manual_seed(0)
    return ARCH(config).eval()


def block(maps_CDHW, layer, depth):
    """Convolution, ReLU and pooling of `depth` frames and 2 x 2 pixels."""
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    rows = [
        sum(correlate(m, w, mode="same") for m, w in zip(maps_CDHW, filters, strict=True)) + b
        for filters, b in zip(weight, bias, strict=True)
    ]
    C, (D, H, W) = len(rows), rows[0].shape
    shape = (C, D // depth, depth, H // 2, 2, W // 2, 2)
    return np.maximum(np.stack(rows), 0).reshape(shape).max((2, 4, 6))


@torch.no_grad()
def test_a_cube_passes_five_convolutions_and_six_frames_become_one():
    model, cube = network(), torch.randn(1, 3, 6, 32, 32)
    maps = cube[0].numpy()
    depths = []
    for layer, pool in zip(model.convolutions, TEMPORAL_POOLS, strict=True):
        maps = block(maps, layer, pool)
        depths.append(maps.shape[1])
    assert depths == [6, 3, 3, 3, 1]
    np.testing.assert_allclose(model.features(cube)[0], maps.mean((1, 2, 3)), rtol=1e-3, atol=1e-6)


@pytest.mark.slow
@torch.no_grad()
def test_the_last_state_over_a_clips_own_cubes_is_classified():
    model, cubes = network(), torch.randn(2, 4, 3, 6, 32, 32)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    cubes[1, 2:] = torch.nan  # padding
    reference = nn.LSTM(5, 6, batch_first=True)
    for name, value in model.lstm.cell.named_parameters():
        getattr(reference, f"{name}_l0").copy_(value)
    for n, M in enumerate((4, 2)):
        last = reference(model.features(cubes[n, :M])[None])[1][0][0]
        torch.testing.assert_close(model(cubes, mask)[n], model.classifier(last)[0])


@pytest.mark.slow
def test_probabilities_come_from_uint8_cubes():
    cubes = torch.randint(0, 255, (3, 6, 32, 32, 3), dtype=torch.uint8)
    probabilities = network().recognise(cubes)
    assert probabilities.shape == (3,)
    assert float(probabilities.sum()) == pytest.approx(1)
    first = normalise_cubes(cubes)[2, 1, 4]
    expected = (cubes[2, 4, :, :, 1].float() / 255 - RGB_MEAN[1]) / RGB_STD[1]
    torch.testing.assert_close(first, expected)


def test_multiply_adds_equal_those_of_the_layers_that_ran():
    model, total = network(), 0

    def count(layer, inputs, output):
        nonlocal total
        if isinstance(layer, nn.LSTMCell):
            total += layer.weight_ih.numel() + layer.weight_hh.numel()
        else:
            total += output.numel() * layer.weight[0].numel()

    for layer in [*model.convolutions, model.lstm.cell]:
        layer.register_forward_hook(count)
    model(torch.zeros(1, 1, 3, 6, 32, 32), torch.ones(1, 1))
    assert model.multiply_adds() == total


def test_configurations_survive_json_and_nonsense_is_refused():
    values = {**asdict(SMALL), "classes": list(SMALL.classes), "channels": list(SMALL.channels)}
    assert ARCHConfig.from_dict(values) == SMALL
    with pytest.raises(InvalidParameter):
        ARCHConfig(("a", "b"), channels=(4, 4))


@pytest.mark.slow
@pytest.mark.parametrize("make", [ARCH, C3D])
def test_every_layer_learns_in_bfloat16_where_the_processor_has_it(make):
    """At a size at which oneDNN ended the process; of the picture it is computed in full."""
    channels = (16,) * (5 if make is ARCH else 8)
    config = (ARCHConfig if make is ARCH else C3DConfig)(("jump", "run"), channels=channels)
    torch.manual_seed(0)
    model, depth = make(config), 6 if make is ARCH else 16
    cubes = torch.randn(1, 24 if make is ARCH else 4, 3, depth, 112, 112)
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(cubes, torch.ones(cubes.shape[:2]))
        assert model.convolutions[0](cubes[0]).dtype == torch.float32
    logits.float().logsumexp(1).sum().backward()
    assert all(bool(layer.weight.grad.abs().sum() > 0) for layer in model.convolutions)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_gradient_in_bfloat16_is_that_in_full_precision_but_for_rounding(frames):
    """Of two frames oneDNN's own is of another size altogether."""
    torch.manual_seed(0)
    layer, maps = Convolution(16, 16), torch.randn(2, 16, frames, 8, 8)

    def gradient(reduced):
        layer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=reduced):
            found = layer(maps)
        found.float().square().sum().backward()
        return layer.weight.grad.clone()

    full, reduced = gradient(False), gradient(True)
    assert (reduced - full).norm() < 0.02 * full.norm()
