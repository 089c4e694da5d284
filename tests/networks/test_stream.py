"""A stream behind the gate: against scipy's correlation, and against the layers that ran."""

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from model.networks.stream import Stream, in_parts


def relu_convolution(maps_CHW, layer):
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    rows = [
        sum(correlate2d(m, w, mode="same") for m, w in zip(maps_CHW, filters, strict=True)) + b
        for filters, b in zip(weight, bias, strict=True)
    ]
    return np.maximum(np.stack(rows), 0)


def pool(maps_CHW):
    C, H, W = maps_CHW.shape
    return maps_CHW.reshape(C, H // 2, 2, W // 2, 2).max((2, 4))


@torch.no_grad()
def test_a_stream_is_its_blocks_the_cam_convolution_and_the_average():
    torch.manual_seed(0)
    stream = Stream(3, ((4, 5), (6,)), cam=7)
    for parameter in stream.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    maps = torch.rand(2, 3, 8, 8)
    expected = []
    for frame in maps.numpy():
        first = pool(
            relu_convolution(
                relu_convolution(frame, stream.convolutions[0][0]), stream.convolutions[0][1]
            )
        )
        second = pool(relu_convolution(first, stream.convolutions[1][0]))
        expected.append(relu_convolution(second, stream.cam).mean((1, 2)))
    np.testing.assert_allclose(stream(maps), expected, rtol=1e-4)


def test_fresh_layers_keep_the_scale_of_what_passes():
    torch.manual_seed(0)
    stream = Stream(64, ((64, 64, 64), (64, 64, 64)), cam=64)
    deviation = float(stream.maps(torch.randn(4, 64, 16, 16)).std().detach())
    assert 0.3 < deviation < 6  # the default start shrinks it to about 0.01


@pytest.mark.parametrize("frames", [1, 4, 100])
def test_frames_do_not_see_each_other(frames):
    torch.manual_seed(0)
    stream, maps = Stream(3, ((4,),), cam=5), torch.rand(9, 3, 4, 4)
    torch.testing.assert_close(in_parts(stream, maps, frames), stream(maps))


def test_multiply_adds_equal_those_of_the_layers_that_ran():
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    stream = Stream(3, ((4, 5), (6,), (7,)), cam=8)
    for layer in stream.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(count)
    stream(torch.zeros(1, 3, 14, 14))  # 14, 7, 3, 1 pixels: odd sides round down
    assert stream.multiply_adds(14) == total
