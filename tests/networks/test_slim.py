"""Streams from VGG-16: copying, and pruning by L1 norm."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from model.errors import InvalidParameter
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.slim import init_stream, init_streams, strongest
from model.networks.stream import Stream
from model.networks.vgg import BLOCKS, VggBlocks


@pytest.fixture(scope="module")
def vgg():
    torch.manual_seed(0)
    return VggBlocks(5).requires_grad_(False)


def behind(vgg, position, maps):
    """VGG-16's maps after p5, from those of the gate's position."""
    for block in list(vgg.convolutions)[position:]:
        for layer in block:
            maps = F.relu(layer(maps))
        maps = F.max_pool2d(maps, 2)
    return maps


@torch.no_grad()
def blocks_of(stream, maps):
    for block in stream.blocks():
        for layer in block:
            maps = F.relu(layer(maps))
        maps = F.max_pool2d(maps, 2)
    return maps


@pytest.mark.slow
@pytest.mark.parametrize("position", [2, 3])
def test_full_width_is_vgg_itself(vgg, position):
    channels = BLOCKS[position - 1][-1]
    stream = Stream(channels, BLOCKS[position:], cam=8)
    init_stream(stream, vgg, position)
    maps = torch.rand(1, channels, 8, 8)
    torch.testing.assert_close(blocks_of(stream, maps), behind(vgg, position, maps))


@pytest.mark.slow
def test_filters_that_do_nothing_are_those_that_go():
    """With all but `width` filters of each layer zeroed, the slim stream computes what is left."""
    torch.manual_seed(1)
    vgg, width = VggBlocks(5).requires_grad_(False), 20
    kept = {}
    for number, block in enumerate(list(vgg.convolutions)[3:]):
        for place, layer in enumerate(block):
            kept[number, place] = torch.randperm(512)[:width].sort().values
            dead = torch.ones(512, dtype=torch.bool)
            dead[kept[number, place]] = False
            layer.weight[dead] = 0
            layer.bias[dead] = 0
    stream = Stream(256, ((width,) * 3,) * 2, cam=8)
    init_stream(stream, vgg, 3)
    maps = torch.rand(1, 256, 8, 8)
    full = behind(vgg, 3, maps)
    torch.testing.assert_close(blocks_of(stream, maps), full[:, kept[1, 2]])
    assert full.abs().max() > 0


@pytest.mark.slow
def test_the_choice_is_carried_to_the_next_layers_inputs(vgg):
    stream = Stream(256, ((128,) * 3, (128,) * 3), cam=8)
    init_stream(stream, vgg, 3)
    first, second = (layer.weight.numpy() for layer in list(vgg.convolutions[3])[:2])
    keep_1 = np.sort(np.argsort(-np.abs(first).sum((1, 2, 3)), kind="stable")[:128])
    norms = [sum(np.abs(row[i]).sum() for i in keep_1) for row in second]
    keep_2 = np.sort(np.argsort(norms)[-128:])
    np.testing.assert_array_equal(stream.convolutions[0][0].weight.detach(), first[keep_1])
    expected = second[keep_2][:, keep_1]
    np.testing.assert_array_equal(stream.convolutions[0][1].weight.detach(), expected)


def test_strongest_keeps_the_order_of_the_filters():
    weight = torch.tensor([3.0, -5.0, 1.0, 4.0]).reshape(4, 1, 1, 1)
    assert strongest(weight, 2).tolist() == [1, 3]


def test_both_streams_start_alike_and_are_their_own(vgg):
    network = RTSAEDSCNN.untrained(DSCNNConfig.compact(("a", "b"), 3))
    init_streams(network, vgg)
    s, t = network.s_tail.convolutions[0][0].weight, network.t_tail.convolutions[0][0].weight
    assert torch.equal(s, t)
    assert s.data_ptr() != t.data_ptr()


@pytest.mark.parametrize(
    ("widths", "position"), [((600,) * 3, 3), ((128,) * 2, 3), ((128,) * 3, 2)]
)
def test_what_vgg_cannot_fill_is_refused(vgg, widths, position):
    with pytest.raises(InvalidParameter):
        init_stream(Stream(256, (widths, widths), cam=8), vgg, position)
