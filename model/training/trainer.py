"""The training loop of every stage: order, optimiser, monitors, state and reports.

Shape legend: n examples of one forward pass. All randomness, that of the networks too (noise.py),
comes from the generators of the examples, which follow from the seed and an example's number alone,
never from what was drawn before: an interrupted run goes on with the same bits, and a batch shared
by several processes, or computed in several passes, is the same but for rounding.
"""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from model.errors import InvalidParameter, TrainingDiverged
from model.networks.device import Precision
from model.training.allocator import keep_freed
from model.training.curves import Curves
from model.training.distributed import World, share
from model.training.resume import load_state, save_state

Optimiser = Literal["sgd", "adam", "adadelta"]


@dataclass(frozen=True)
class Schedule:
    """How weights move. `iterations` counts updates; 0: as many as `epochs` over the clips take.

    `falls` are shares of the run; after each the learning rate is a tenth. `cosine` lets it fall
    to nothing along half a cosine instead. A batch is computed in passes of at most `at_once`
    examples (0: all). `report_every` iterations are averaged in one report, after which the state
    is kept (0: about an epoch).
    """

    epochs: float = 10.0
    iterations: int = 0
    batch: int = 32
    at_once: int = 0
    optimiser: Optimiser = "sgd"
    learning_rate: float = 1e-2
    momentum: float = 0.9
    weight_decay: float = 0.0
    falls: tuple[float, ...] = ()
    cosine: bool = False
    clip_norm: float = 5.0
    precision: Precision = "float32"
    report_every: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        low = {"epochs": 0, "learning_rate": 0, "clip_norm": 0, "batch": 0}
        for name, bound in low.items():
            value = getattr(self, name)
            if not bound < value < math.inf:
                raise InvalidParameter(f"{name}: wanted above {bound}, got {value}", "", f"/{name}")
        for name in ("iterations", "at_once", "report_every", "weight_decay", "momentum", "seed"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise InvalidParameter(f"{name}: wanted at least 0, got {value}", "", f"/{name}")
        for name, literal in (("optimiser", Optimiser), ("precision", Precision)):
            if (value := getattr(self, name)) not in (known := get_args(literal)):
                raise InvalidParameter(f"{name}: wanted one of {', '.join(known)}, got {value!r}")

    def total(self, clips: int) -> int:
        """Updates of the whole run."""
        return self.iterations or max(1, math.ceil(self.epochs * clips / self.batch))

    def report_interval(self, clips: int) -> int:
        """Updates between two reports."""
        return self.report_every or max(1, round(clips / self.batch))

    def rate(self, share_done: float) -> float:
        """The learning rate after this share of the run."""
        if self.cosine:
            return self.learning_rate * (0.5 + 0.5 * math.cos(math.pi * share_done))
        return self.learning_rate * 0.1 ** sum(share_done >= fall for fall in self.falls)


@dataclass(frozen=True)
class Draw:
    """One example of a batch: the clip's number, and the source of all that is random about it."""

    clip: int
    rng: np.random.Generator


class Task(ABC):
    """What one stage minimises. `network` is trained; `scalars` is kept with the state."""

    network: nn.Module

    def __init__(self) -> None:
        self.scalars: dict[str, float] = {}

    @abstractmethod
    def losses(self, draws: Sequence[Draw], share_done: float) -> Mapping[str, Tensor]:
        """Terms of each example, (n,): `loss` is minimised, the others are reported.

        A term may be NaN for an example that it does not concern. What is random about an example
        is drawn by its own generator, never by a global one.
        """

    def pace(self, name: str) -> float:
        """By what the learning rate is multiplied for the parameter of this name."""
        return 1.0

    def observe(self) -> dict[str, float]:
        """What to report of the gradients, read before the update."""
        return {}

    def learned(self, means: Mapping[str, float]) -> None:  # noqa: B027
        """Hears the batch's means over all ranks, after the update."""

    def measure(self, world: World) -> dict[str, tuple[float, float]]:
        """Validation on this rank's part: sums and counts by name; the same names on each rank."""
        return {}

    def alarms(self, row: Mapping[str, float]) -> tuple[str, ...]:
        """A line for each monitor of a report that is out of bounds."""
        return ()


@dataclass(frozen=True)
class Progress:
    """After each update: its number, the loss, the seconds that remain; the report, where due."""

    iteration: int
    total: int
    loss: float
    eta_s: float
    report: dict[str, float] | None = None
    alarms: tuple[str, ...] = ()


@dataclass
class Trainer:
    """Runs a task over `clips` examples; `resume` is the folder where its state is kept, `curves`
    what draws its reports.

    `identity` says what the run is, so that no other run's state is taken for its own.
    """

    task: Task
    schedule: Schedule
    clips: int
    identity: Mapping[str, Any] = field(default_factory=dict)
    resume: Path | None = None
    world: World = field(default_factory=World)
    on_progress: Callable[[Progress], None] | None = None
    curves: Curves | None = None
    history: list[dict[str, float]] = field(default_factory=list)

    def run(self) -> list[dict[str, float]]:
        """Train to the end; the reports. Raises TrainingDiverged when the loss is not finite."""
        torch.set_flush_denormal(True)
        keep_freed()
        self._parameters = [p for p in self.task.network.parameters() if p.requires_grad]
        self._device = self._parameters[0].device
        optimiser, history = self._optimiser(), self.history
        start, total = self._restore(optimiser, history), self.schedule.total(self.clips)
        every = self.schedule.report_interval(self.clips)
        window, began = _Window(), time.monotonic()
        for iteration in range(start, total):
            means = self._update(optimiser, iteration, total)
            window.add(means)
            done, report = iteration + 1, None
            alarms: tuple[str, ...] = ()
            if done % every == 0 or done == total:
                report = {"iteration": float(done), **window.means(), **self._measure()}
                alarms = self.task.alarms(report)
                history.append(report)
                window = _Window()
                self._keep(optimiser, history, done)
                if self.curves:
                    self.curves.write(history)
            if self.on_progress and self.world.leads:
                eta = (time.monotonic() - began) / (done - start) * (total - done)
                self.on_progress(Progress(done, total, means["loss"], eta, report, alarms))
        if self.curves:
            self.curves.write(history)
            self.curves.close()
        return history

    def _optimiser(self) -> torch.optim.Optimizer:
        schedule, groups = self.schedule, self._groups()
        rate, decay = schedule.learning_rate, schedule.weight_decay
        if schedule.optimiser == "adam":
            return torch.optim.AdamW(groups, lr=rate, weight_decay=decay)
        if schedule.optimiser == "adadelta":
            return torch.optim.Adadelta(groups, lr=rate, rho=0.95, eps=1e-6, weight_decay=decay)
        return torch.optim.SGD(groups, lr=rate, momentum=schedule.momentum, weight_decay=decay)

    def _groups(self) -> list[dict[str, Any]]:
        """The parameters by their pace."""
        paces: dict[float, list[nn.Parameter]] = {}
        for name, parameter in self.task.network.named_parameters():
            if parameter.requires_grad:
                paces.setdefault(self.task.pace(name), []).append(parameter)
        return [{"params": params, "pace": pace} for pace, params in paces.items()]

    def _update(
        self, optimiser: torch.optim.Optimizer, iteration: int, total: int
    ) -> dict[str, float]:
        """One step on one global batch; the means of its terms over all ranks."""
        schedule, world = self.schedule, self.world
        draws = self._draws(iteration)
        sums: dict[str, float] = {}
        self.task.network.train()
        optimiser.zero_grad()
        for start in range(0, len(draws), schedule.at_once or len(draws)):
            part = draws[start : start + (schedule.at_once or len(draws))]
            enabled = schedule.precision == "bfloat16"
            with torch.autocast(self._device.type, torch.bfloat16, enabled=enabled):
                terms = self.task.losses(part, iteration / total)
            (terms["loss"].float().sum() / schedule.batch).backward()  # type: ignore[no-untyped-call]
            for name, value_n in terms.items():
                known = value_n.detach().double()[~value_n.isnan()]
                sums[name] = sums.get(name, 0.0) + float(known.sum())
                sums[f"#{name}"] = sums.get(f"#{name}", 0.0) + len(known)
        sums = world.sum(sums, str(self._device))
        means = {n: v / sums[f"#{n}"] for n, v in sums.items() if n[0] != "#" and sums[f"#{n}"]}
        world.sum_gradients(self._parameters)
        means |= self.task.observe()
        norm = nn.utils.clip_grad_norm_(self._parameters, schedule.clip_norm)
        if not math.isfinite(float(norm)):
            raise TrainingDiverged(
                f"wanted a finite loss and gradient, got {means.get('loss', math.nan)} and "
                f"{float(norm)} at iteration {iteration + 1}",
                "Lower the learning rate; the state of the last report is kept.",
            )
        rate = schedule.rate(iteration / total)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["pace"]
        optimiser.step()
        self.task.learned(means)
        return {**means, "gradient_norm": float(norm), "learning_rate": rate}

    def _draws(self, iteration: int) -> list[Draw]:
        """This rank's examples: a batch is the next stretch of an endless row of shuffles."""
        batch = self.schedule.batch
        places = share(range(iteration * batch, (iteration + 1) * batch), self.world, batch)
        draws = []
        for place in places:
            lap, position = divmod(place, self.clips)
            order = np.random.default_rng([self.schedule.seed, 0, lap]).permutation(self.clips)
            rng = np.random.default_rng([self.schedule.seed, 1, place])
            draws.append(Draw(int(order[position]), rng))
        return draws

    def _measure(self) -> dict[str, float]:
        self.task.network.eval()
        with torch.no_grad():
            parts = self.task.measure(self.world)
        flat = {f"+{name}": total for name, (total, _) in parts.items()}
        flat |= {f"#{name}": count for name, (_, count) in parts.items()}
        sums = self.world.sum(flat, str(self._device))
        return {n: sums[f"+{n}"] / sums[f"#{n}"] for n in parts if sums[f"#{n}"]}

    def _restore(self, optimiser: torch.optim.Optimizer, history: list[dict[str, float]]) -> int:
        if self.resume is None:
            return 0
        done, scalars = load_state(
            self.resume, self.task.network, optimiser, history, self._identity()
        )
        self.task.scalars.update(scalars)
        self.world.wait()  # a leader with nothing left to do takes the state away
        return done

    def _keep(
        self, optimiser: torch.optim.Optimizer, history: list[dict[str, float]], done: int
    ) -> None:
        if self.resume is None or not self.world.leads:
            return
        network, scalars = self.task.network, self.task.scalars
        save_state(self.resume, network, optimiser, history, self._identity(), done, scalars)

    def _identity(self) -> dict[str, Any]:
        """How many examples pass at once is left out: it may change where they do not fit."""
        schedule = replace(self.schedule, at_once=0)
        return {**self.identity, "schedule": repr(schedule), "clips": self.clips}


class _Window:
    """Means of the values since the last report."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, int]] = {}

    def add(self, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + value, count + 1)

    def means(self) -> dict[str, float]:
        return {name: total / count for name, (total, count) in self._sums.items()}
