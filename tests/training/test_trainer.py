"""The training loop on a problem with a known answer: order, rates, gradients, reports."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from model.errors import InvalidParameter, TrainingDiverged
from model.networks.noise import Noise, dropout
from model.training.trainer import Schedule, Task, Trainer


class Line(Task):
    """y = 2 x - 1 from 32 points; remembers which it was shown."""

    def __init__(self, dropout=0.0):
        super().__init__()
        torch.manual_seed(0)
        self.network, self.dropout = nn.Sequential(nn.Linear(1, 1)), dropout
        self.x = torch.linspace(-1, 1, 32)[:, None]
        self.shown, self.means = [], []

    def losses(self, draws, share_done):
        clips = [draw.clip for draw in draws]
        self.shown += clips
        x = self.x[clips]
        y = dropout(self.network(x), self.dropout, Noise([draw.rng for draw in draws]))
        error = (y - (2 * x - 1)).square()[:, 0]
        right = torch.where(x[:, 0] > 0, error, math.nan)
        return {"loss": error, "positive": right}

    def learned(self, means):
        self.means.append(means)

    def measure(self, world):
        return {"validation/points": (64.0, 32.0)}


class Drawn:
    """Stands for curves: the iterations at each writing."""

    def __init__(self):
        self.written, self.open = [], True

    def write(self, history):
        self.written.append([row["iteration"] for row in history])

    def close(self):
        self.open = False


def run(task, clips=32, resume=None, curves=None, **changes):
    schedule = Schedule(**{"epochs": 1, "batch": 8, "learning_rate": 0.1, **changes})
    return Trainer(task, schedule, clips, resume=resume, curves=curves).run()


@pytest.mark.slow
def test_it_finds_the_line():
    task = Line()
    history = run(task, epochs=40, optimiser="sgd")
    layer = task.network[0]
    assert (layer.weight.item(), layer.bias.item()) == pytest.approx((2, -1), abs=1e-3)
    assert history[-1]["loss"] < 1e-5 < history[0]["loss"]
    assert history[-1]["validation/points"] == 2


def test_an_epoch_shows_every_clip_once_and_the_next_in_another_order():
    task = Line()
    run(task, epochs=2)
    first, second = task.shown[:32], task.shown[32:]
    assert sorted(first) == sorted(second) == list(range(32))
    assert first != second


def test_few_clips_fill_large_batches():
    task = Line()
    run(task, clips=3, iterations=2, batch=8)
    assert np.bincount(task.shown).tolist() in ([5, 5, 6], [5, 6, 5], [6, 5, 5])


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adadelta"])
def test_a_batch_in_parts_learns_what_it_learns_at_once(optimiser):
    whole, parts = Line(dropout=0.5), Line(dropout=0.5)
    run(whole, optimiser=optimiser)
    run(parts, optimiser=optimiser, at_once=3)
    torch.testing.assert_close(parts.network[0].weight, whole.network[0].weight)


def test_reports_are_means_of_what_they_concern():
    task = Line()
    history = run(task, epochs=1, report_every=2)
    assert [row["iteration"] for row in history] == [2, 4]
    for row, pair in zip(history, (task.means[:2], task.means[2:]), strict=True):
        assert row["loss"] == pytest.approx(np.mean([means["loss"] for means in pair]))
        assert row["positive"] == pytest.approx(np.mean([means["positive"] for means in pair]))
        assert math.isfinite(row["positive"])


def test_every_report_is_drawn_also_by_a_run_that_ended_before(tmp_path):
    curves, again = Drawn(), Drawn()
    run(Line(), resume=tmp_path, curves=curves, report_every=2)
    run(Line(), resume=tmp_path, curves=again, report_every=2)
    assert curves.written == [[2], [2, 4], [2, 4]]
    assert again.written == [[2, 4]]
    assert not curves.open
    assert not again.open


def test_gradients_are_clipped():
    task = Line()
    before = task.network[0].weight.detach().clone()
    run(task, iterations=1, optimiser="sgd", learning_rate=1.0, clip_norm=1e-3, momentum=0)
    assert (task.network[0].weight - before).norm().item() <= 1.001e-3


def test_a_loss_that_is_not_finite_ends_the_run():
    task = Line()
    task.x = task.x * math.inf
    with pytest.raises(TrainingDiverged, match="iteration 1"):
        run(task)


def test_the_papers_rate_falls_at_16_of_25_thousand():
    schedule = Schedule(iterations=25_000, learning_rate=1e-2, falls=(16 / 25,))
    rates = [schedule.rate(i / 25_000) for i in (0, 15_999, 16_000, 24_999)]
    assert rates == pytest.approx([1e-2, 1e-2, 1e-3, 1e-3])
    assert schedule.total(9537) == 25_000


def test_a_cosine_falls_to_nothing():
    schedule = Schedule(learning_rate=2.0, cosine=True)
    assert [schedule.rate(s) for s in (0, 0.5, 1)] == pytest.approx([2, 1, 0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch": 0},
        {"learning_rate": 0.0},
        {"learning_rate": math.nan},
        {"learning_rate": -1e-3},
        {"clip_norm": 0.0},
        {"optimiser": "lion"},
        {"precision": "float16"},
        {"seed": -1},
    ],
)
def test_nonsense_is_refused_before_work_starts(wrong):
    with pytest.raises(InvalidParameter, match=next(iter(wrong))):
        Schedule(**wrong)
