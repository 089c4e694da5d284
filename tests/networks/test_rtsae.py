"""The autoencoder's recursion: what is held, what is shown, how novelty enters."""

import numpy as np
import pytest
import torch

from model.networks.novelty import (
    CONTRASTS,
    PAST,
    ahead_of,
    contrast,
    eased,
    means_of,
    novelty,
    width,
    windows,
)
from model.networks.rtsae import RTSAE, RTSAEConfig, attention_scores, hard, soft

SMALL = {"features": 6, "hidden": 6}


def network(**changes):
    torch.manual_seed(0)
    return RTSAE(RTSAEConfig(**{**SMALL, "lookahead": 3, **changes}))


def test_attention_scores_are_equation_21():
    o = torch.rand(2, 5, 4)
    norm = np.linalg.norm(o.numpy(), axis=2)
    np.testing.assert_allclose(attention_scores(o), norm / norm.sum(1, keepdims=True), rtol=1e-6)


def test_hard_gates_hold_the_input_of_the_last_open_step():
    encoder, x = network().encoder, torch.randn(3, 12, 6)
    pattern = torch.tensor([1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0]).bool()
    step = iter(pattern.float().tolist())
    trace = encoder.run(x, lambda a: torch.full_like(a, next(step)))
    held, memory = -1, torch.zeros(3, 6)
    for t in range(12):
        assert (trace.held_NT[:, t] == held).all()
        a = trace.gate_NT[:, t, None]
        torch.testing.assert_close(trace.shown_NTD[:, t], a * x[:, t] + (1 - a) * memory)
        if pattern[t]:
            held, memory = t, x[:, t]


def test_soft_gates_renew_the_memory_by_their_share():
    encoder, x = network(lookahead=0).encoder, torch.randn(2, 9, 6)
    trace = encoder.run(x, soft)
    memory = x[:, 0]  # the first step always opens
    for t in range(1, 9):
        a = trace.gate_NT[:, t, None]
        memory = a * x[:, t] + (1 - a) * memory
        torch.testing.assert_close(trace.shown_NTD[:, t], memory)


def test_the_literal_reading_holds_hidden_states_and_knows_no_price():
    config = RTSAEConfig.literal()
    assert (config.hold, config.gate, config.lookahead) == ("hidden", "vector", 0)
    torch.manual_seed(0)
    encoder, x = RTSAE(config).encoder, torch.randn(1, 8, 128)
    plain = encoder.run(x, hard())
    dear = encoder.run(x, hard(), torch.tensor([100.0]))
    torch.testing.assert_close(plain.gate_NT, dear.gate_NT)


def test_stopping_and_going_on_gives_the_same_as_one_run():
    encoder, x = network().encoder, torch.randn(1, 40, 6)
    whole = encoder.run(x, hard())
    carry = encoder.start(1)
    first = encoder.run(x[:, :21], hard(), carry=carry, last=False)
    done = first.gate_NT.shape[1]
    assert done == 21 - ahead_of(3)  # the last steps wait for what follows them
    past = x[:, done - PAST : done]
    second = encoder.run(x[:, done:], hard(), carry=carry, first=done, past_NPD=past)
    torch.testing.assert_close(torch.cat([first.gate_NT, second.gate_NT], 1), whole.gate_NT)
    torch.testing.assert_close(torch.cat([first.o_NTH, second.o_NTH], 1), whole.o_NTH)


def test_opening_is_cheaper_where_the_clip_turns():
    contrast_NTC = torch.tensor([[[0.0, 0.0], [6.0, 10.0], [2000.0, 2000.0]]])
    price_NT = eased(torch.tensor([[10.0], [20.0]]), contrast_NTC, 0.5)
    by_hand = [3.0, 1.0, (9 / 2001) ** 0.5]  # root of (1 + 8) / (1 + mean contrast), at least 1/8
    by_hand[2] = max(by_hand[2], 1 / 8)
    torch.testing.assert_close(
        price_NT, torch.outer(torch.tensor([10.0, 20.0]), torch.tensor(by_hand))
    )
    torch.testing.assert_close(
        eased(torch.tensor([[7.0]]), contrast_NTC, 0.0), torch.full((1, 3), 7.0)
    )


def test_sequences_of_several_lengths_run_as_they_do_alone():
    encoder, x = network().encoder, torch.randn(3, 20, 6)
    lengths = [20, 7, 1]
    for n, length in enumerate(lengths):
        x[n, length:] = x[n, length - 1]  # the padding that `length_N` asks for
    together = encoder.run(x, soft, length_N=torch.tensor(lengths))
    for n, length in enumerate(lengths):
        alone = encoder.run(x[n : n + 1, :length], soft)
        torch.testing.assert_close(together.gate_NT[n, :length], alone.gate_NT[0])
        torch.testing.assert_close(together.o_NTH[n, :length], alone.o_NTH[0])


def test_the_share_is_what_the_opener_made_of_each_gate_in_order():
    encoder, x = network().encoder, torch.randn(2, 9, 6)
    asked = []
    trace = encoder.run(x, lambda a: asked.append(a) or a / 2)
    assert torch.equal(torch.stack(asked, 1), trace.gate_NT)
    assert torch.equal(trace.share_NT, trace.gate_NT / 2)


def test_contrast_compares_what_follows_with_what_came_before():
    x = torch.randn(1, 30, 6)
    X, c = x[0].numpy(), contrast(x)[0].numpy()
    for t in (8, 15, 21):
        for place, w in enumerate(CONTRASTS):
            difference = X[t + 1 : t + 1 + w].mean(0) - X[t - w : t].mean(0)
            assert c[t, place] == pytest.approx((difference**2).sum(), rel=1e-4)
    still = contrast(torch.ones(1, 30, 6))
    torch.testing.assert_close(still, torch.zeros_like(still))


def test_novelty_holds_the_distances_it_names():
    L, x = 3, torch.randn(1, 10, 6)
    memory, age, price = torch.randn(1, 6), torch.tensor([5.0]), torch.tensor([2.0])
    ahead = windows(x, L)
    n = novelty(ahead, 4, memory, age, price)[0].numpy()
    assert len(n) == width(L)
    X, m = x[0].numpy(), memory[0].numpy()

    def compressed(distance):
        return np.log1p(4 * distance / 2.0) / 2

    def square(a, b):
        return ((a - b) ** 2).sum()

    means = [X[4 : 4 + w + 1].mean(0) for w in means_of(L)]
    expected = [compressed(square(X[4 + k], m)) for k in range(L + 1)]
    expected += [compressed(square(mean, m)) for mean in means]
    expected += [compressed(square(X[4 + k], X[4])) for k in range(1, L + 1)]
    expected += [compressed(square(mean, X[4])) for mean in means]
    expected += [compressed(2.0 * value) for value in contrast(x)[0, 4].numpy()]  # without price
    expected += [np.log1p(5.0) / 3, 1.0]
    np.testing.assert_allclose(n, expected, rtol=1e-5)


def test_look_ahead_past_the_end_counts_for_nothing():
    x = torch.randn(1, 4, 6)
    ahead = windows(x, 3)
    n = novelty(ahead, 3, torch.zeros(1, 6), torch.zeros(1), torch.ones(1))[0]
    assert (n[1:4] == 0).all()  # x_4 to x_6 do not exist
    assert n[-1] == pytest.approx(0.25)  # one of four


def test_scaling_features_and_price_alike_changes_no_distance_to_the_memory():
    x, memory, one = torch.randn(1, 10, 6), torch.randn(1, 6), torch.ones(1)
    plain = novelty(windows(x, 3), 2, memory, one, one)
    scaled = novelty(windows(3 * x, 3), 2, 3 * memory, one, 9 * one)
    contrasts = slice(-2 - len(CONTRASTS), -2)
    torch.testing.assert_close(plain[:, : contrasts.start], scaled[:, : contrasts.start])
    assert (scaled[:, contrasts] > plain[:, contrasts]).all()


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_depth_decodes_to_the_width_of_its_input(layers):
    rtsae = network(layers=layers)
    trace = rtsae.encoder.run(torch.randn(2, 5, 6), hard())
    assert rtsae.decode(trace.shown_NTD).shape == (2, 5, 6)
    assert len(rtsae.encoder.cells) == len(rtsae.decoder) == layers


def test_phi_and_gate_of_the_isotropic_form_are_in_the_same_order():
    trace = network(gate="isotropic").encoder.run(torch.randn(1, 30, 6), hard())
    norms = attention_scores(trace.o_NTH)[0]
    assert torch.equal(norms.argsort(), trace.gate_NT[0].argsort())
