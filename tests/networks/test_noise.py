"""Noise of the examples' own generators: nobody else's matter, and dropout is what it is."""

import numpy as np
import pytest
import torch

from model.networks.noise import Noise, dropout


def noise(*numbers):
    return Noise([np.random.default_rng(number) for number in numbers])


def test_an_example_gets_the_same_alone_in_company_and_padded():
    like = torch.empty(0)
    together = noise(1, 2, 3).uniform(9, 4, like=like)
    for place, number in enumerate((1, 2, 3)):
        assert torch.equal(together[place, :5], noise(number).uniform(5, 4, like=like)[0])
    assert len(together.unique()) == together.numel()


def test_each_purpose_has_its_own_numbers_and_leaves_the_generator_alone():
    rngs = [np.random.default_rng(1)]
    gates, units = Noise(rngs), Noise(rngs)
    like, again = torch.empty(0), [np.random.default_rng(1)]
    drawn = [float(gates.uniform(like=like)) for _ in range(3)]
    Noise(again)
    unpadded = Noise(again).uniform(6, like=like)[0]
    assert torch.equal(units.uniform(6, like=like)[0], unpadded)  # whatever the gates have drawn
    assert len({*drawn, *unpadded.tolist()}) == 9
    assert rngs[0].random() == np.random.default_rng(1).random()


@pytest.mark.parametrize("rate", [0.3, 0.5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dropout_keeps_its_share_and_the_mean(rate, dtype):
    x = torch.full((2, 200, 100), 3.0, dtype=dtype, requires_grad=True)
    y = dropout(x, rate, noise(0, 1))
    assert float((y == 0).float().mean()) == pytest.approx(rate, abs=0.01)
    kept = y[y != 0].detach()
    torch.testing.assert_close(kept, torch.full_like(kept, 3 / (1 - rate)))
    y.sum().backward()
    torch.testing.assert_close(x.grad, y.detach() / 3)


def test_no_rate_drops_nothing():
    x = torch.rand(1, 3, 4)
    assert dropout(x, 0.0, noise(0)) is x
