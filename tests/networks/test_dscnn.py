"""RTSAE-DSCNN: gating in training, skipping at prediction, what each part costs."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from model.errors import InvalidParameter, InvalidValue
from model.networks.ablation import opener_of
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig, lengths
from model.networks.frontend import Recipe
from model.networks.noise import Noise
from model.networks.rtsae import RTSAEConfig, hard

CLASSES = ("jump", "throw", "run")
SMALL = DSCNNConfig(
    CLASSES, position=3, widths=((4, 4, 4), (4, 4, 4)), cam=12, fusion=6, hidden=5, size=32
)


def network(config=SMALL, seed=0, **rtsae):
    torch.manual_seed(seed)
    return RTSAEDSCNN.untrained(config, rtsae=RTSAEConfig(**rtsae)).eval()


def clips(N=2, T=9, seed=1):
    """Maps at the gate of both streams, RTSAE inputs, and a mask of clips that fill T."""
    torch.manual_seed(seed)
    x_s, x_t = torch.rand(2, N, T, 256, 4, 4)
    return x_s, x_t, torch.randn(N, T, 128) * 0.35, torch.ones(N, T)


def test_one_computation_gives_maps_and_pooled_features():
    model = network()
    frames, flows = torch.randint(0, 255, (2, 3, 32, 32, 3), dtype=torch.uint8)
    calls = []
    model.front.streams.register_forward_hook(lambda *_: calls.append(1))
    x_s, x_t, pooled = model.maps(frames, flows)
    assert calls == [1]
    assert x_s.shape == x_t.shape == (3, 256, 4, 4)
    torch.testing.assert_close(pooled, model.front.pooled(frames, flows))
    torch.testing.assert_close(pooled, x_s.mean((2, 3)) + 0.25 * x_t.mean((2, 3)))


def test_maps_are_multiplied_by_their_gate():
    model = network()
    x_s, _, _, mask = clips()
    gate = torch.rand(2, 9)
    seen = []
    model.s_tail.register_forward_hook(lambda layer, inputs, output: seen.append(inputs[0]))
    model.features(model.s_tail, x_s, gate, mask)
    expected = torch.stack([a * x for x, a in zip(x_s.flatten(0, 1), gate.flatten(), strict=True)])
    torch.testing.assert_close(seen[0], expected)


def test_training_uses_the_soft_gate_at_every_step():
    model = network()
    output = model.soft_forward(*clips())
    assert output.logits_NK.shape == (2, 3)
    torch.testing.assert_close(output.gate_NT, output.trace.gate_NT)
    assert ((output.gate_NT > 0) & (output.gate_NT < 1)).all()


def test_the_first_step_passes_only_when_its_gate_opens():
    model = network()
    x_TD = clips()[2][0]
    gate_T = model.gates(x_TD[None], hard(2.0)).gate_NT[0].detach()
    assert model.open_steps(x_TD, 2.0).nonzero().flatten().tolist() == [int(gate_T.argmax())]
    assert model.open_steps(x_TD, -1.0).all()
    between = gate_T[0].item()
    assert not model.open_steps(x_TD, between)[0] or gate_T.argmax() == 0
    assert model.open_steps(x_TD, between - 1e-4)[0]


def test_padding_changes_nothing_whatever_it_holds():
    model = network()
    x_s, x_t, x, mask = clips(N=3, T=12)
    whole = [5, 12, 1]
    for n, length in enumerate(whole):
        mask[n, length:] = 0
        x_s[n, length:] = x_t[n, length:] = x[n, length:] = torch.nan
    together = model.soft_forward(x_s, x_t, x, mask)
    for n, T in enumerate(whole):
        part = slice(n, n + 1)
        alone = model.soft_forward(x_s[part, :T], x_t[part, :T], x[part, :T], mask[part, :T])
        torch.testing.assert_close(together.logits_NK[part], alone.logits_NK)
        torch.testing.assert_close(together.gate_NT[part, :T], alone.gate_NT)
        assert (together.gate_NT[n, T:] == 0).all()
    together.logits_NK.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize("mask", [[0, 1, 1], [1, 0, 1], [0, 0, 0]])
def test_masks_with_holes_are_refused(mask):
    with pytest.raises(InvalidValue, match="followed by zeros"):
        lengths(torch.tensor([[1, 1, 0], mask]))


@pytest.mark.parametrize("T", [9, 150])
def test_closed_steps_are_not_computed_and_the_result_is_the_same(T):
    model = network()
    x_s, x_t, _, mask = clips(N=1, T=T)
    open_T = torch.rand(T, generator=torch.Generator().manual_seed(0)) < 0.6
    computed = {"s": 0, "t": 0}

    def count(stream):
        def hook(layer, inputs, output):
            computed[stream] += len(inputs[0])

        return hook

    for name, tail in (("s", model.s_tail), ("t", model.t_tail)):
        for layer in tail.modules():
            if isinstance(layer, torch.nn.Conv2d):
                layer.register_forward_hook(count(name))
    skipped = model.recognise(x_s[0], x_t[0], open_T)
    assert computed == {"s": 7 * int(open_T.sum()), "t": 7 * int(open_T.sum())}
    with torch.no_grad():
        full = model.classify(x_s, x_t, open_T.float()[None], mask)[0].softmax(0)
    torch.testing.assert_close(skipped, full)
    assert float(skipped.sum()) == pytest.approx(1)


def test_closed_steps_may_hold_anything():
    model = network()
    x_s, x_t, _, _ = clips(N=1)
    open_T = torch.tensor([1, 0, 0, 1, 0, 1, 1, 0, 0]).bool()
    before = model.recognise(x_s[0], x_t[0], open_T)
    x_s[0, ~open_T] = x_t[0, ~open_T] = torch.nan
    assert torch.equal(before, model.recognise(x_s[0], x_t[0], open_T))


def test_no_open_step_is_an_error():
    x_s, x_t, _, _ = clips(N=1)
    with pytest.raises(InvalidValue):
        network().recognise(x_s[0], x_t[0], torch.zeros(9, dtype=torch.bool))


def test_open_steps_are_those_of_the_encoder_at_any_threshold():
    model, x = network(), clips(N=1, T=30)[2][0]
    trace = model.encoder.run(x[None], hard(0.3))
    opened = trace.gate_NT[0] > 0.3
    assert torch.equal(model.open_steps(x, 0.3), opened)
    assert model.open_steps(x, 0.0).all()
    assert model.open_steps(x, 1.0).sum() == 1


def cross_entropy_gradient(model, gate_in_lstm):
    """d CE / d gate with every gate at .5, through equation 13 and, if asked, the LSTM."""
    x_s, x_t, _, mask = clips()
    gate = torch.full((2, 9), 0.5, requires_grad=True)
    z_s = model.features(model.s_tail, x_s, gate, mask)
    z_t = model.features(model.t_tail, x_t, gate, mask)
    logits = model.head(z_s, z_t, gate if gate_in_lstm else torch.ones(2, 9))
    F.cross_entropy(logits, torch.tensor([0, 2])).backward()
    return gate.grad


def test_equation_15_alone_cancels_the_gate_and_the_gated_lstm_does_not():
    model = network()  # fresh convolutions have no bias
    through_maps = cross_entropy_gradient(model, gate_in_lstm=False)
    through_both = cross_entropy_gradient(model, gate_in_lstm=True)
    assert through_maps.abs().max() < 1e-7
    assert through_both.abs().max() > 1e-3


def test_gradients_of_the_gate_are_those_of_finite_differences():
    model = network().double()
    x_s, x_t, _, mask = (values.double() for values in clips(N=1, T=4))

    def loss(gate):
        return F.cross_entropy(model.classify(x_s, x_t, gate, mask), torch.tensor([1]))

    gate = torch.full((1, 4), 0.6, dtype=torch.double, requires_grad=True)
    gradient = torch.autograd.grad(loss(gate), gate)[0]
    for t in range(4):
        step = torch.zeros(1, 4, dtype=torch.double)
        step[0, t] = 1e-6
        numeric = (loss(gate + step) - loss(gate - step)).detach() / 2e-6
        assert float(gradient[0, t]) == pytest.approx(float(numeric), rel=1e-3, abs=1e-8)


def encoder_gradients(opener):
    model, noise = network(), Noise([np.random.default_rng(n) for n in range(2)])
    output = model.soft_forward(*clips(), opener=opener_of(opener, noise))
    F.cross_entropy(output.logits_NK, torch.tensor([0, 1])).backward()
    return {name: p.grad for name, p in model.encoder.named_parameters()}


@pytest.mark.parametrize("opener", ["soft", "straight-through", "binary-neuron", "hard-concrete"])
def test_the_cross_entropy_reaches_every_parameter_of_the_rtsae(opener):
    for name, gradient in encoder_gradients(opener).items():
        assert gradient.abs().sum() > 0, name


def test_binary_gates_in_training_lose_the_gradient():
    assert set(encoder_gradients("hard").values()) == {None}


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("position", [1, 2, 3])
def test_every_position_and_depth_runs_from_frames_to_probabilities(position, layers):
    widths = tuple(tuple(4 for _ in block) for block in DSCNNConfig.paper(CLASSES, position).widths)
    model = network(replace(SMALL, position=position, widths=widths), layers=layers)
    frames, flows = torch.randint(0, 255, (2, 6, 32, 32, 3), dtype=torch.uint8)
    x_s, x_t, pooled = model.maps(frames, flows)
    opened = model.open_steps(model.front.standardise(pooled))
    assert model.recognise(x_s, x_t, opened).shape == (3,)
    assert len(model.encoder.cells) == layers


def test_half_precision_leaves_the_recursion_in_full():
    model, inputs = network(), clips()
    with torch.autocast("cpu", torch.bfloat16):
        half = model.soft_forward(*inputs)
    assert half.trace.gate_NT.dtype == torch.float32
    full = model.soft_forward(*inputs)
    torch.testing.assert_close(half.gate_NT, full.gate_NT)
    torch.testing.assert_close(half.logits_NK.float(), full.logits_NK, atol=0.03, rtol=0)


@pytest.mark.parametrize("position", [2, 3])
def test_multiply_adds_equal_those_of_the_layers_that_ran(position):
    config = replace(DSCNNConfig.compact(CLASSES, position), size=64)
    model, counts = network(config), dict.fromkeys(("front", "tail", "head", "encoder"), 0)

    def count(part):
        def hook(layer, inputs, output):
            if isinstance(layer, torch.nn.LSTMCell):
                counts[part] += layer.weight_ih.numel() + layer.weight_hh.numel()
            else:
                counts[part] += output.numel() * layer.weight[0].numel()

        return hook

    kinds = (torch.nn.Conv2d, torch.nn.Linear, torch.nn.LSTMCell)
    for name, layer in model.named_modules():
        if isinstance(layer, kinds):
            part = next(part for part in counts if part in name)
            layer.register_forward_hook(count(part))
    frames = torch.zeros(1, 64, 64, 3, dtype=torch.uint8)
    x_s, x_t, pooled = model.maps(frames, frames)
    opened = model.open_steps(model.front.standardise(pooled))
    model.recognise(x_s, x_t, opened)
    cost = model.multiply_adds()
    assert cost.front == counts["front"] + model.front.R.numel()
    assert cost.tails == counts["tail"]
    assert cost.gate == counts["encoder"]
    assert cost.head + cost.classifier == counts["head"]
    assert cost.clip(1, 1) == sum(counts.values()) + model.front.R.numel()
    assert cost.clip(10, 3) == 10 * (cost.front + cost.gate) + 3 * (cost.tails + cost.head) + (
        cost.classifier
    )


def test_the_paper_configuration_is_table_1():
    config = DSCNNConfig.paper(CLASSES)
    assert (config.position, config.size, config.cam, config.fusion) == (2, 224, 1024, 1024)
    assert config.widths == ((256,) * 3, (512,) * 3, (512,) * 3)
    assert (
        DSCNNConfig.from_dict({**vars(config), "widths": [[256] * 3] + [[512] * 3] * 2}) == config
    )


@pytest.mark.parametrize(
    "changes",
    [{"position": 4}, {"position": 2}, {"widths": ((4, 4), (4, 4, 4))}, {"classes": ("one",)}],
)
def test_a_configuration_that_fits_no_network_is_refused(changes):
    with pytest.raises(InvalidParameter):
        replace(SMALL, **changes)


def test_the_front_end_must_be_that_of_the_configuration():
    with pytest.raises(InvalidParameter, match="p3 at 32 pixels, got p3 at 64"):
        RTSAEDSCNN(network(replace(SMALL, size=64)).front, network().encoder, SMALL)
    assert SMALL.recipe(Recipe.literal()) == replace(Recipe.literal(), position=3, size=32)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_it_learns_to_recognise_and_to_leave_out_what_says_nothing():
    """One step in six shows the class, and x marks it; the others are noise, and cost.

    The DSCNN learns first, ungated, as the paper trains it: a gate that is priced before the
    classifier knows anything closes for good.
    """
    config = replace(SMALL, widths=((16,) * 3,) * 2, cam=32, fusion=16, hidden=16)
    model, ones = network(config, lookahead=0, output_bias=0.0), torch.ones(16, 6)
    patterns = F.pad(torch.eye(3).repeat_interleave(85, 1), (0, 1))[..., None, None]

    def batch(N):
        label, place = torch.randint(3, (N,)), torch.randint(1, 6, (N,))
        maps, x = 0.2 * torch.rand(N, 6, 256, 4, 4), torch.randn(N, 6, 128) * 0.1
        maps[range(N), place] += patterns[label]
        x[range(N), place] += 0.3
        return maps, x, label, place

    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    for iteration in range(180):
        maps, x, label, _ = batch(16)
        if iteration < 70:
            logits, price = model.classify(maps, maps, ones, ones), torch.zeros(())
        else:
            output = model.soft_forward(maps, maps, x, ones)
            logits, price = output.logits_NK, 0.2 * output.trace.gate_NT[:, 1:].mean()
        optimiser.zero_grad()
        (F.cross_entropy(logits, label) + price).backward()
        optimiser.step()
    maps, x, label, place = batch(60)
    opened = torch.stack([model.open_steps(clip) for clip in x])
    right = [
        int(model.recognise(m, m, o).argmax()) == k
        for m, o, k in zip(maps, opened, label.tolist(), strict=True)
    ]
    assert sum(right) > 54
    assert opened[range(60), place].float().mean() > 0.9
    assert opened[:, 1:].float().mean() < 0.4
