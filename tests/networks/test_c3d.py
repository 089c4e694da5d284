"""C3D and Two-Stream: shapes, published sizes, and clips that do not see one another."""

import pytest
import torch

from model.errors import InvalidParameter
from model.networks.arch import normalise_cubes
from model.networks.c3d import C3D, DEPTH, C3DConfig
from model.networks.two_stream import TwoStream, TwoStreamConfig, stacked
from model.networks.vgg import BLOCKS, multiply_adds

CLASSES = ("jump", "run", "throw")
WIDTHS = tuple(tuple(4 for _ in block) for block in BLOCKS)


@pytest.fixture(scope="module")
def c3d():
    torch.manual_seed(0)
    return C3D(C3DConfig(CLASSES, (4,) * 8, features=8, size=32)).eval()


@pytest.fixture(scope="module")
def two_stream():
    torch.manual_seed(0)
    return TwoStream(TwoStreamConfig(CLASSES, WIDTHS, cam=8, size=32, stack=2)).eval()


@pytest.mark.slow
def test_c3d_is_of_the_published_size_and_cost():
    """Tran et al.: eight convolutions and fc6 hold 27.7 M + 33.6 M of the 78 M parameters;
    38.5 G multiply-adds for 16 frames of 112 x 112."""
    with torch.device("meta"):
        network = C3D(C3DConfig(tuple(map(str, range(101)))))
    convolutions = sum(p.numel() for p in network.convolutions.parameters())
    assert convolutions == pytest.approx(27.7e6, rel=0.01)
    assert network.fc6.weight.shape == (4096, 8192)
    assert network.multiply_adds() == pytest.approx(38.5e9, rel=0.01)


@pytest.mark.slow
def test_a_clip_is_the_mean_of_its_cubes_whatever_pads_it(c3d):
    cubes = torch.randint(0, 256, (5, DEPTH, 32, 32, 3), dtype=torch.uint8)
    with torch.no_grad():
        z = c3d.features(normalise_cubes(cubes))
        torch.testing.assert_close(z.norm(dim=1), torch.ones(5))
        wanted = [c3d.classifier(z[:3].mean(0)), c3d.classifier(z[3:].mean(0))]
        batch = normalise_cubes(cubes[[0, 1, 2, 3, 4, 0]]).unflatten(0, (2, 3))
        logits = c3d(batch, torch.tensor([[1, 1, 1], [1, 1, 0]]))
    torch.testing.assert_close(logits, torch.stack(wanted))
    torch.testing.assert_close(c3d.recognise(cubes[:3]), wanted[0].softmax(0))


@pytest.mark.slow
def test_two_streams_cost_twice_vgg_and_what_reads_it():
    with torch.device("meta"):
        network = TwoStream(TwoStreamConfig(CLASSES))
    cam, reader = 7 * 7 * 9 * 512 * 1024, 3 * 1024
    assert network.multiply_adds() == 2 * (multiply_adds(224) + cam + reader)


def test_log_probabilities_of_a_batch_are_those_of_each_clip(two_stream):
    rgb = torch.randint(0, 256, (5, 32, 32, 3), dtype=torch.uint8)
    flow = torch.randint(0, 256, (5, 32, 32, 6), dtype=torch.uint8)
    with torch.no_grad():
        both = two_stream(rgb, flow, torch.tensor([0, 0, 1, 1, 1]))
        logits_s, logits_t = two_stream.streams(rgb[:2], flow[:2])
        fused = (logits_s.mean(0).softmax(0) + logits_t.mean(0).softmax(0)) / 2
    torch.testing.assert_close(both[0].exp(), fused)
    torch.testing.assert_close(both[0].exp(), two_stream.recognise(rgb[:2], flow[:2]))
    torch.testing.assert_close(both[1].exp(), two_stream.recognise(rgb[2:], flow[2:], part=2))


def test_a_stack_holds_the_flow_of_the_steps_after():
    flow = torch.arange(4).reshape(4, 1, 1, 1).expand(4, 2, 2, 3)
    found = stacked(flow, torch.tensor([1, 3]), 2)
    assert found.shape == (2, 2, 2, 6)
    assert found[:, 0, 0].tolist() == [[1, 1, 1, 2, 2, 2], [3, 3, 3, 3, 3, 3]]


def test_what_cannot_be_built_is_refused():
    with pytest.raises(InvalidParameter, match="C3D: wanted 8 channels"):
        C3DConfig(CLASSES, (8, 8))
    with pytest.raises(InvalidParameter, match="two streams"):
        TwoStreamConfig(CLASSES, stack=0)
