"""What was measured: figures with their goals, as a table and as JSON (kairoscope/bench-ui@1)."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import model

SCHEMA = "kairoscope/bench-ui@1"
ROW = "  {:<{wide}}{:>10}{:>11}{:>11}  {}"


@dataclass(frozen=True)
class Figure:
    """Samples of one thing, all in `unit`, of which the median should be `goal` at most."""

    name: str
    title: str
    unit: str
    goal: float
    samples: Sequence[float]

    @property
    def median(self) -> float:
        """The median of the samples."""
        return statistics.median(self.samples)

    @property
    def worst(self) -> float:
        """The largest sample."""
        return max(self.samples)

    @property
    def met(self) -> bool:
        """Whether the median keeps to the goal."""
        return self.median <= self.goal

    def to_json(self) -> dict[str, Any]:
        """One entry of `figures`."""
        found = {"median": self.median, "worst": self.worst, "met": self.met}
        return {**asdict(self), "samples": list(self.samples), **found}


@dataclass(frozen=True)
class Machine:
    """Where it was measured: `load` is the mean number of running processes over the minute
    before."""

    processor: str
    cores: int
    load: float

    @classmethod
    def here(cls) -> "Machine":
        """This machine, now."""
        return cls(platform.machine(), os.cpu_count() or 1, round(os.getloadavg()[0], 2))


@dataclass(frozen=True)
class Report:
    """All figures, the sizes at which they were taken, how often, on which machine."""

    machine: Machine
    repeats: int
    sizes: Mapping[str, int]
    figures: Sequence[Figure]

    def to_json(self) -> dict[str, Any]:
        """The versioned JSON object, schema kairoscope/bench-ui@1."""
        return {
            "schema": SCHEMA,
            "version": model.__version__,
            "machine": asdict(self.machine),
            "repeats": self.repeats,
            "sizes": dict(self.sizes),
            "figures": [figure.to_json() for figure in self.figures],
        }

    def table(self) -> str:
        """The figures for people: a line each."""
        machine = self.machine
        wide = max(len(figure.title) for figure in self.figures) + 2
        return "\n".join(
            [
                f"kairoscope {model.__version__} on {machine.cores} cores ({machine.processor}), "
                f"load {machine.load:.2f} at the start; repeats: {self.repeats}",
                ROW.format("figure", "goal", "median", "worst", "", wide=wide).rstrip(),
                *(_row(figure, wide) for figure in self.figures),
            ]
        )


def _row(figure: Figure, wide: int) -> str:
    numbers = (figure.goal, figure.median, figure.worst)
    said = [f"{number:,.0f} {figure.unit}" for number in numbers]
    return ROW.format(figure.title, *said, "met" if figure.met else "missed", wide=wide)
