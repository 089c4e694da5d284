"""Stage 2: it learns, it can be interrupted, it refuses nonsense early."""

from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from model.errors import InvalidParameter
from model.evaluation.hold import hold_error, squared_distances
from model.features.steps import StepClock
from model.networks.attention import AttentionModel
from model.networks.loss import LossWeights
from model.networks.rtsae import RTSAE, RTSAEConfig, hard, soft
from model.training.resume import save_state
from model.training.rtsae import (
    _LOSSES,
    AttentionTask,
    TrainConfig,
    _priced,
    steps_of_use,
    train,
)
from model.training.sequences import Mixing, Sampler
from model.training.trainer import Draw

TINY = RTSAEConfig(features=16, hidden=16, layers=1, lookahead=4)


def segments(clips, rng, D, lengths=(8, 30)):
    """Clips of constant pieces with a little noise, at 20 steps a second."""
    made = []
    for _ in range(clips):
        x = np.concatenate(
            [np.repeat(rng.normal(0, 0.35, (1, D)), rng.integers(*lengths), 0) for _ in range(5)]
        )
        x += rng.normal(0, 0.01, x.shape)
        made.append((x.astype(np.float32).clip(-0.99, 0.99), np.arange(len(x)) / 20))
    return made


@pytest.mark.slow
def test_the_default_reading_learns_to_open_where_pieces_begin():
    rng = np.random.default_rng(0)
    config = TrainConfig(iterations=80, batch=16, steps=24, learning_rate=8e-3, prices=(0.5, 2.0))
    rtsae, history = train(segments(30, rng, 16), config, architecture=TINY)
    starts = [0, 9, 16, 27]
    x = np.repeat(rng.normal(0, 0.35, (4, 16)), np.diff([*starts, 36]), 0)
    gate = rtsae.encoder.run(torch.from_numpy(x[None]).float(), hard(), torch.tensor([1.0])).gate_NT
    opened = np.flatnonzero(gate[0] > 0.5)
    assert {9, 16, 27} <= set(opened.tolist())
    assert len(opened) <= 6
    assert history[-1]["hindsight"] < history[0]["hindsight"]
    assert 0.02 < history[-1]["open_rate"] < 0.5


@pytest.mark.slow
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(tmp_path):
    clips = segments(6, np.random.default_rng(0), 16)
    config = TrainConfig(iterations=6, batch=4, steps=16, monitor_every=2)
    whole, _ = train(clips, config, architecture=TINY)

    class Stop(Exception):
        pass

    def stop(progress):
        if progress.iteration == 4:
            raise Stop

    with pytest.raises(Stop):
        train(clips, config, architecture=TINY, resume=tmp_path, on_progress=stop)
    seen = []
    resumed, history = train(
        clips, config, architecture=TINY, resume=tmp_path, on_progress=lambda p: seen.append(p)
    )
    assert [p.iteration for p in seen] == [5, 6]
    assert [row["iteration"] for row in history] == [2, 4, 6]
    for name, tensor in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor), name


@pytest.mark.slow
def test_a_state_of_another_configuration_is_refused(tmp_path):
    clips = segments(3, np.random.default_rng(0), 16)
    config = TrainConfig(iterations=2, batch=2, steps=12, monitor_every=1)
    train(clips, config, architecture=TINY, resume=tmp_path)
    other = TrainConfig(iterations=4, batch=2, steps=12, monitor_every=1)
    with pytest.raises(InvalidParameter, match="other options"):
        train(clips, other, architecture=TINY, resume=tmp_path)
    others = segments(3, np.random.default_rng(1), 16)
    with pytest.raises(InvalidParameter, match="other clips"):
        train(others, config, architecture=TINY, resume=tmp_path)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_and_another_does_not():
    clips = segments(3, np.random.default_rng(0), 16)

    def weights(seed):
        config = TrainConfig(iterations=2, batch=2, steps=12, seed=seed)
        return train(clips, config, architecture=TINY)[0].encoder.cells[0].input.weight

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_the_state_of_an_older_version_is_refused(tmp_path):
    """Its identity had other names, its random numbers were drawn in another order."""
    clips = segments(3, np.random.default_rng(0), 16)
    config = TrainConfig(iterations=2, batch=2, steps=12, monitor_every=1)
    rtsae = RTSAE(TINY)
    optimiser = torch.optim.Adam(rtsae.parameters())
    identity = {"config": asdict(config), "architecture": asdict(TINY), "clips": "0" * 64}
    random = dict(np.random.default_rng(0).bit_generator.state)
    save_state(tmp_path, rtsae, optimiser, [], identity, 1, random)
    with pytest.raises(InvalidParameter, match="another version of this program") as refused:
        train(clips, config, architecture=TINY, resume=tmp_path)
    assert "--restart" in refused.value.hint


@pytest.mark.parametrize("reading", ["default", "literal"])
def test_ranks_that_share_a_batch_draw_what_one_would(reading):
    """The mean gradient of two halves is that of the whole, whatever is explored in them."""
    clips = segments(4, np.random.default_rng(0), 16)
    config = TrainConfig(reading=reading, batch=6, steps=16)
    architecture = TINY if reading == "default" else replace(
        RTSAEConfig.literal(layers=1), features=16, hidden=16
    )  # fmt: skip

    def gradients(parts):
        torch.manual_seed(0)
        task = AttentionTask(RTSAE(architecture), config, clips)
        for places in parts:
            draws = [Draw(0, np.random.default_rng([0, 1, place])) for place in places]
            task.losses(draws, 0.0)["loss"].sum().backward()
        return [p.grad for p in task.network.parameters() if p.grad is not None]

    whole, halves = gradients([range(6)]), gradients([[0, 2, 4], [1, 3, 5]])
    for one, two in zip(whole, halves, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)


def test_the_rate_stays_and_then_falls_to_nearly_nothing():
    config = TrainConfig(iterations=100, learning_rate=0.5, decay_from=0.6)
    rates = [config.schedule.rate(share) for share in (0, 0.6, 0.8, 1)]
    assert rates == pytest.approx([0.5, 0.5, 0.5 * 0.51, 0.5 * 0.01])
    literal = TrainConfig.literal().schedule
    assert [literal.rate(share) for share in (0, 1)] == [1, 1]
    assert literal.optimiser == "adadelta"


@pytest.mark.parametrize("fps", [12, 24, 25, 30])
@pytest.mark.parametrize("rate", [0, 4, 10])
def test_the_steps_of_use_are_those_that_an_analysis_takes_of_all_frames(fps, rate):
    time_F = np.arange(100) / fps
    time_F[60:] += 0.7  # a gap in which no frame is shown
    x_FD = np.arange(100, dtype=np.float32)[:, None]
    kept = StepClock(2 * rate).pick(time_F)  # as features are cached
    (found_SD,) = steps_of_use([(x_FD[kept], time_F[kept])], rate)
    assert found_SD[:, 0].tolist() == StepClock(rate).pick(time_F).tolist()


@pytest.mark.slow
def test_the_price_is_the_one_at_which_so_many_steps_of_use_open():
    rtsae, clips = AttentionModel.load().rtsae, segments(4, np.random.default_rng(0), 128)

    def opened(price, x_SD):
        trace = rtsae.encoder.run(x_SD[None], hard(), torch.tensor([price]))
        return float((trace.gate_NT > 0.5).float().mean())

    prices = []
    for stride, rate in ((1, 0.0), (2, 10.0)):
        price = _priced(rtsae, steps_of_use(clips, rate), 0.05).config.price
        rows = [torch.from_numpy(x_SD[::stride]) for x_SD, _ in clips]
        with torch.no_grad():
            dear, cheap = (
                np.mean([opened(price * factor, x_SD) for x_SD in rows]) for factor in (1.1, 0.9)
            )
        assert dear <= 0.05 <= cheap
        prices.append(price)
    assert prices[0] != pytest.approx(prices[1], rel=0.1)


@pytest.mark.slow
def test_a_report_has_the_gates_in_five_bins_and_what_else_is_watched():
    clips = segments(3, np.random.default_rng(0), 16)
    config = TrainConfig(iterations=3, batch=2, steps=12, monitor_every=2)
    reports = []
    _, history = train(clips, config, architecture=TINY, on_progress=reports.append)
    assert [row["iteration"] for row in history] == [2, 3]
    assert [progress.report for progress in reports] == [None, *history]
    for row in history:
        bins = [row[f"gates_from_{low:.1f}"] for low in (0, 0.2, 0.4, 0.6, 0.8)]
        assert sum(bins) == pytest.approx(1)
        watched = {"open_rate", "gate_spread", "soft_error", "hard_error", "leakage", "hold_error"}
        watched |= {"sigma", "mean_o", "gate_gradient", "gradient_norm"}
        assert watched | {"loss", "hindsight", "contrast"} <= row.keys()
        assert all(np.isfinite(value) for value in row.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"iterations": 0},
        {"steps": 4},
        {"reading": "other"},
        {"seed": -1},
        {"autoencoder_weight": -1.0},
        {"contrast_weight": -0.1},
    ],
)
def test_nonsense_is_refused_before_work_starts(changes):
    with pytest.raises(InvalidParameter):
        TrainConfig(**changes)


@pytest.mark.parametrize("name", ["mu", "tau", "lam", "phi"])
@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_a_term_of_equation_12_is_never_weighed_below_nothing(name, weight):
    with pytest.raises(InvalidParameter, match=f"{name}: wanted a finite weight") as refused:
        LossWeights(**{name: weight})
    assert refused.value.pointer == f"/{name}"
    assert getattr(LossWeights(**{name: 0}), name) == 0


def test_sequences_are_full_of_the_clips_and_repeat_with_the_seed():
    clips = segments(4, np.random.default_rng(0), 16)
    sampler = Sampler(clips, Mixing())
    first, again, other = (sampler.sequence(40, np.random.default_rng(n)) for n in (3, 3, 4))
    assert first.shape == (40, 16)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    plain = Mixing(rescaled=0, backwards=0, noise=0, rates=(20, 20))
    rows = {row.tobytes() for x, _ in clips for row in x}
    assert all(
        row.tobytes() in rows
        for row in Sampler(clips, plain).sequence(80, np.random.default_rng(0))
    )


def by_hand(x, k, o, a, gates, weights, diversity):
    """Equation 12 of one sequence: reconstruction where `gates`, `diversity` rewarded."""
    return (
        sum(gates[t] * ((k[t] - x[t]) ** 2).sum() for t in range(len(x)))
        - weights.mu * diversity
        + weights.tau * np.linalg.norm(o, "nuc")
        + weights.lam * np.abs(o).sum()
        + weights.phi * np.abs(a).sum()
    )


def log_distance(a, b):
    return np.log(1 + ((a - b) ** 2).sum())


def neighbours(h, a):
    """Dissimilarity of each selected step and the one selected before, summed."""
    chosen = np.flatnonzero(a > 0.5)
    return sum(log_distance(h[i], h[j]) for i, j in pairwise(chosen))


def soft_neighbours(h, a):
    """The same over all pairs i < j, each by the chance that both open and nothing between, the
    earlier one mixed of all that may have been selected; averaged."""
    total = weight = 0.0
    for t in range(1, len(h)):
        chance = [a[s] * np.prod(1 - a[s + 1 : t]) for s in range(t)]
        before = sum(c * h[s] for s, c in enumerate(chance))
        total += a[t] * sum(chance) * log_distance(h[t], before)
        weight += a[t] * sum(chance)
    return total / weight


@pytest.mark.parametrize("reading", ["soft", "literal"])
def test_equation_12_adds_up_as_in_numpy(reading):
    torch.manual_seed(0)
    architecture = replace(RTSAEConfig.literal(layers=2), features=16, hidden=16)
    rtsae, x_NTD = RTSAE(architecture), torch.randn(3, 12, 16)
    with torch.no_grad():  # as it starts, its gates are nearly alike
        rtsae.encoder.gate.weight.mul_(0.7)
        for parameter in rtsae.encoder.cells.parameters():
            parameter.mul_(4)
    weights = LossWeights(mu=0.7, tau=0.3, lam=0.11, phi=0.9)
    config = TrainConfig(reading=reading, weights=weights)
    losses, _ = _LOSSES[reading](rtsae, x_NTD, None, config)
    with torch.no_grad():
        trace = rtsae.encoder.run(x_NTD, soft)
        k_NTD = rtsae.decode(trace.shown_NTD)
    found = (x_NTD, k_NTD, trace.o_NTH, trace.h_NTH, trace.gate_NT)
    losses = losses["loss"].detach()
    assert losses.shape == (3,)
    expected = []
    for x, k, o, h, a in zip(*(value.double().numpy() for value in found), strict=True):
        assert 0 < (a > 0.5).mean() < 1  # some gates open, some do not
        literal = reading == "literal"
        gates = (a > 0.5) if literal else np.ones(len(a))
        diversity = neighbours(h, a) if literal else soft_neighbours(h, a)
        expected.append(by_hand(x, k, o, a, gates, weights, diversity))
    assert losses.tolist() == pytest.approx(expected, rel=1e-5)


def test_the_literal_reading_has_the_paper_s_numbers():
    config = TrainConfig.literal()
    assert (config.batch, asdict(config.weights)) == (
        32, {"mu": 0.5, "tau": 0.02, "lam": 0.05, "phi": 0.8},
    )  # fmt: skip
    assert TrainConfig.literal(batch=4).batch == 4
    assert config.architecture() == RTSAEConfig.literal()
    assert TrainConfig().architecture(3) == RTSAEConfig(layers=3)


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["soft", "literal"])
def test_the_other_readings_learn_to_reconstruct(reading):
    clips = segments(10, np.random.default_rng(0), 16)
    architecture = RTSAEConfig(
        **{**asdict(RTSAEConfig.literal(layers=1)), "features": 16, "hidden": 16}
    )
    weights = LossWeights(phi=0.05, lam=0.001)
    config = TrainConfig(
        reading=reading, iterations=60, batch=8, steps=16, weights=weights, monitor_every=10
    )
    _, history = train(clips, config, architecture=architecture)
    assert history[-1]["loss"] < history[0]["loss"]
    assert all(np.isfinite(value) for row in history for value in row.values())


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_gate_solves_the_toy():
    """24 steps of 128 features in 2 to 5 constant segments: each is opened once, near its start."""
    rng = np.random.default_rng(0)
    clips = [
        (np.concatenate([toy(rng)[0] for _ in range(4)]), np.arange(96) / 20) for _ in range(40)
    ]
    mixing = Mixing(rates=(20, 20), noise=0.01)
    config = TrainConfig(iterations=60, batch=12, steps=24, learning_rate=8e-3, mixing=mixing)
    rtsae, _ = train(clips, config, architecture=RTSAEConfig(layers=1))
    covered, opened, error = [], [], []
    for _ in range(20):
        x, bounds = toy(rng)
        x_1TD = torch.from_numpy(x[None])
        with torch.no_grad():
            trace = rtsae.encoder.run(x_1TD, hard(), torch.tensor([2.0]))
        gate = (trace.gate_NT[0] > 0.5).numpy()
        gate[0] = True
        opened.append(gate.mean())
        covered += [gate[a:b].any() for a, b in zip(bounds, [*bounds[1:], 24], strict=True)]
        error.append(hold_error(squared_distances(x), np.flatnonzero(gate)) / 24)
    assert np.mean(covered) > 0.95
    assert np.mean(opened) < 0.3
    assert np.mean(error) < 1


def toy(rng):
    count = rng.integers(2, 6)
    bounds = [0, *np.sort(rng.choice(np.arange(3, 22), count - 1, replace=False)).tolist()]
    pieces = [
        np.repeat(rng.normal(0, 0.35, (1, 128)), end - start, 0)
        for start, end in zip(bounds, [*bounds[1:], 24], strict=True)
    ]
    return np.concatenate(pieces).clip(-0.99, 0.99).astype(np.float32), bounds
