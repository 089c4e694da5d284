"""Inception I3D: TensorFlow's padding by hand, the published size and cost."""

import numpy as np
import pytest
import torch

from model.networks.i3d import I3DConfig, InceptionI3D, Unit, max_pool, normalise, same


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "wanted"),
    [
        (224, 7, 2, (2, 3)),
        (112, 3, 2, (0, 1)),
        (7, 3, 1, (1, 1)),
        (7, 2, 2, (0, 1)),
        (8, 1, 1, (0, 0)),
    ],
)
def test_padding_is_that_of_tensorflow(size, kernel, stride, wanted):
    """Known answers of `tf.nn.convolution(padding="SAME")`: what is odd goes to the end."""
    x = torch.empty(1, 1, size, size, size)
    assert same(x, (kernel,) * 3, (stride,) * 3) == [*wanted] * 3


def test_axes_are_padded_each_by_its_own_kernel():
    assert same(torch.empty(1, 1, 64, 112, 56), (1, 3, 2), (1, 2, 2)) == [0, 0, 0, 1, 0, 0]


def test_a_unit_is_what_loops_over_its_definition_give():
    torch.manual_seed(0)
    unit = Unit(2, 3, kernel=3, stride=2).eval()
    unit.norm.running_mean.uniform_(-1, 1)
    unit.norm.running_var.uniform_(0.5, 2)
    torch.nn.init.uniform_(unit.norm.bias)
    x = torch.randn(1, 2, 4, 5, 6)
    padded = np.zeros((2, 6, 7, 8))  # before: 0, 1, 0 (4 and 6 need one zero in all, 5 two)
    padded[:, 0:4, 1:6, 0:6] = x[0].numpy()
    kernel = unit.conv.weight.detach().numpy()
    wanted = np.zeros((3, 2, 3, 3))
    for o, t, h, w in np.ndindex(*wanted.shape):
        window = padded[:, 2 * t : 2 * t + 3, 2 * h : 2 * h + 3, 2 * w : 2 * w + 3]
        value = (window * kernel[o]).sum()
        mean, var = unit.norm.running_mean[o].item(), unit.norm.running_var[o].item()
        value = (value - mean) / np.sqrt(var + 1e-3) + unit.norm.bias[o].item()
        wanted[o, t, h, w] = max(0.0, value)
    with torch.no_grad():
        np.testing.assert_allclose(unit(x)[0].numpy(), wanted, atol=1e-5)


def test_pooling_never_takes_the_padding():
    x = torch.rand(1, 1, 4, 4, 4) + 1
    assert max_pool(x, (3, 3, 3), (2, 2, 2)).min() >= 1
    assert max_pool(x, (3, 3, 3), (2, 2, 2)).shape == (1, 1, 2, 2, 2)


@pytest.mark.slow
def test_size_and_cost_are_those_published():
    """12.7 M parameters (with 400 classes), 108 G multiply-adds for 64 frames of 224 x 224
    (Feichtenhofer et al. 2019 give 108 G for I3D)."""
    with torch.device("meta"):
        network = InceptionI3D(I3DConfig(tuple(map(str, range(400)))))
    learned = [p for name, p in network.named_parameters() if not name.endswith("norm.weight")]
    assert sum(p.numel() for p in learned) == pytest.approx(12.7e6, rel=0.01)
    assert network.multiply_adds() == pytest.approx(108e9, rel=0.05)


def test_colours_map_to_minus_one_and_one():
    clip = torch.tensor([0, 255], dtype=torch.uint8).reshape(1, 2, 1, 1, 1).expand(1, 2, 4, 4, 3)
    assert normalise(clip)[0, :, 0].unique().tolist() == [-1.0]
    assert normalise(clip)[0, :, 1].unique().tolist() == [1.0]
    assert normalise(clip).shape == (1, 3, 2, 4, 4)


@pytest.mark.slow
@pytest.mark.parametrize("frames", [1, 4, 9])
def test_any_number_of_frames_gives_logits(frames):
    network = InceptionI3D(I3DConfig(("a", "b"), size=32, frames=8)).eval()
    with torch.no_grad():
        assert network(torch.randn(2, 3, frames, 32, 32)).shape == (2, 2)
