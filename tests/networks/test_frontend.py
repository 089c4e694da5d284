"""The layers before the gate: equations 17 and 18, the blocks, their cost."""

import numpy as np
import pytest
import torch

from model.networks.frontend import BOUND, TARGET_STD, FrontEnd, Recipe, shrink
from model.networks.projection import fuse, measurement_matrix
from model.networks.vgg import DualStream, VggBlocks, multiply_adds, normalise_flow, normalise_rgb
from tests.marks import quick


def test_the_measurement_matrix_has_the_printed_entries_scaled():
    R = measurement_matrix(128, 6000, seed=0) * 6000**0.5
    values, counts = np.unique(R.numpy().round(5), return_counts=True)
    np.testing.assert_allclose(values, [-(3**0.5), 0, 3**0.5], atol=1e-5)
    np.testing.assert_allclose(counts / R.numel(), [1 / 6, 2 / 3, 1 / 6], atol=0.003)
    assert torch.equal(R, measurement_matrix(128, 6000, seed=0) * 6000**0.5)
    assert not torch.equal(R, measurement_matrix(128, 6000, seed=1) * 6000**0.5)


def test_projection_keeps_distances_on_average():
    points = torch.randn(40, 6000)
    R = measurement_matrix(128, 6000, seed=0) * (6000 / 128) ** 0.5  # 1 / sqrt(D) for isometry
    ratio = torch.pdist(points @ R.T) / torch.pdist(points)
    assert ratio.mean() == pytest.approx(1, abs=0.03)


def test_fusion_is_equation_17_before_the_projection():
    x_s, x_t = torch.rand(3, 4, 5, 5), torch.rand(3, 4, 5, 5) * 2
    expected = np.stack(
        [
            (s + t) / (2 * max(s.max(), t.max()))
            for s, t in zip(x_s.numpy(), x_t.numpy(), strict=True)
        ]
    )
    np.testing.assert_allclose(fuse(x_s, x_t), expected, rtol=1e-6)
    assert torch.isfinite(fuse(torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 3))).all()


def test_the_map_pool_is_equation_17_by_hand():
    """R times the vector of (x_s + x_t) / (2 x_max), entry by entry; R has the printed entries
    over the root of n. Then the frozen standardisation, and no more."""
    torch.manual_seed(0)
    front = FrontEnd(Recipe(position=2, size=32, pool="map", flow_weight=1.0, features=5))
    front.mean.copy_(torch.randn(5))
    front.std.fill_(2.0)
    x_s, x_t = torch.rand(2, 128, 8, 8), 3 * torch.rand(2, 128, 8, 8)
    n = 128 * 8 * 8
    draw = torch.randint(6, (5, n), generator=torch.Generator().manual_seed(0)).numpy()
    R = np.sqrt(3) * ((draw == 0).astype(float) - (draw == 1)) / np.sqrt(n)
    x_f = np.zeros((2, 5))
    for i, (s, t) in enumerate(zip(x_s.double().numpy(), x_t.double().numpy(), strict=True)):
        vec = ((s + t) / (2 * max(s.max(), t.max()))).reshape(-1)
        x_f[i] = [sum(R[d] * vec) for d in range(5)]
    pooled = front.pool(x_s, x_t)
    np.testing.assert_allclose(pooled.numpy(), x_f, rtol=1e-4, atol=1e-5)
    x = TARGET_STD * (x_f - front.mean.numpy()) / 2.0
    np.testing.assert_allclose(front.standardise(pooled).numpy(), x, rtol=1e-4, atol=1e-5)


def test_blocks_halve_the_size_and_the_t_net_shares_all_but_its_first_layer():
    streams = DualStream(3)
    streams.init_flow_from_rgb()
    image = torch.rand(2, 3, 32, 32)
    x_s, x_t = streams(image, image)
    assert x_s.shape == x_t.shape == (2, 256, 4, 4)
    weight = streams.blocks.convolutions[0][0].weight
    torch.testing.assert_close(streams.flow_first.weight[:, 1], weight.mean(1))
    assert sum(p.numel() for p in streams.flow_first.parameters()) == 64 * 27 + 64


def test_a_t_net_of_its_own_starts_alike_and_learns_apart():
    shared, own = DualStream(2), DualStream(2, shared=False)
    own.blocks.load_state_dict(shared.blocks.state_dict())
    for streams in (shared, own):
        streams.init_flow_from_rgb()
    frames, flows = torch.rand(2, 1, 3, 32, 32)
    for one, other in zip(own(frames, flows), shared(frames, flows), strict=True):
        torch.testing.assert_close(one, other)
    own(frames, flows)[1].sum().backward()
    assert all(p.grad is not None for p in own.flow_blocks.parameters())
    assert all(p.grad is None for p in own.blocks.parameters())


@pytest.mark.parametrize(
    ("last", "giga"), [(1, 1.94), (2, 4.71), (3, 9.34)], ids=["to p1", "to p2", "to p3"]
)
def test_multiply_adds_equal_those_of_vgg_16_at_224(last, giga):
    assert multiply_adds(224, 1, last) / 1e9 == pytest.approx(giga, abs=0.02)


def test_multiply_adds_equal_those_of_the_layers_that_ran():
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    network = VggBlocks(5)
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(count)
    network(torch.zeros(1, 3, 64, 64))
    assert multiply_adds(64) == total


def test_inputs_are_normalised_and_zero_flow_is_zero():
    white = torch.full((1, 2, 2, 3), 255, dtype=torch.uint8)
    expected = [
        (1 - m) / s for m, s in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)
    ]
    torch.testing.assert_close(normalise_rgb(white)[0, :, 0, 0], torch.tensor(expected))
    still = torch.full((1, 2, 2, 3), 128, dtype=torch.uint8)
    torch.testing.assert_close(normalise_flow(still), torch.zeros(1, 3, 2, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe", quick(1, [Recipe(position=2, size=32, pool="map"), Recipe(size=32)])
)
def test_statistics_are_frozen_from_the_data_they_were_fitted_to(recipe):
    torch.manual_seed(0)
    front = FrontEnd(recipe).eval()
    frames = torch.randint(0, 255, (60, 32, 32, 3), dtype=torch.uint8)
    with torch.no_grad():
        pooled = front.pooled(frames, frames)
        front.fit(pooled)
        x = front(frames, frames)
    assert x.shape == (60, 128)
    assert x.abs().max() <= BOUND
    torch.testing.assert_close(x.mean(0), torch.zeros(128), atol=0.02, rtol=0)
    assert float(x.square().mean().sqrt()) == pytest.approx(TARGET_STD, rel=0.05)


def test_shrinking_averages_areas():
    image = np.zeros((1, 4, 4, 3), np.uint8)
    image[0, :2, :2] = [[100], [200]]
    np.testing.assert_array_equal(shrink(image, 2)[0, 0, 0], [150, 150, 150])
    assert shrink(image, 4) is image
