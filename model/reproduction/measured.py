"""What experiments share that judge figures with intervals."""

import math
from collections.abc import Iterable, Sequence

from model.evaluation.intervals import Interval
from model.reproduction.document import Cell, Claim, Runs, Series, Verdict

LIMITS = (
    "Intervals are over a class's recordings, whose clips share their actor and place; those of "
    "times over clips, of summaries over videos, as if each stood alone. Where there are several "
    "trainings, these are drawn as well; p is of the clips alone, and may be small where such an "
    "interval is wide. Of three trainings an interval is still a narrow one; of another training "
    "of the same network those of a single one say nothing. More is what lies above 0 by its "
    "interval and has p below .05."
)
DRAWN = (
    "The paper draws {figure} without printing its values: only what the text says of it can be "
    "held against ours."
)
NOT_RUN = "It has not been run yet."


def cell(found: Interval, runs: Runs = (), unit: str = "number") -> Cell:
    """A figure with its interval, and all runs that made it."""
    if math.isnan(found.low):
        return Cell(found.value, runs=runs, unit=unit)
    return Cell(found.value, found.low, found.high, runs, unit)


def series(name: str, points: list[tuple[float | str, Interval]], runs: Runs = ()) -> Series:
    """Figures with their intervals over x, of which these runs made every point."""
    return Series(
        name,
        tuple(x for x, _ in points),
        tuple(found.value for _, found in points),
        tuple(found.value if math.isnan(found.low) else found.low for _, found in points),
        tuple(found.value if math.isnan(found.high) else found.high for _, found in points),
        runs=(runs,) * len(points) if runs else (),
    )


def values(name: str, x: Sequence[float | str], y: Iterable[float], runs: Runs) -> Series:
    """Figures without intervals over x, of which these runs made every point."""
    return Series(name, tuple(x), tuple(y), runs=(runs,) * len(x))


def judged(text: str, paper: str, holds: bool, figure: str, *runs: str) -> Claim:
    """A claim that something here speaks to."""
    verdict: Verdict = "confirmed" if holds else "not confirmed"
    return Claim(text, paper, verdict, figure, runs)


def untested(text: str, paper: str, why: str = NOT_RUN) -> Claim:
    """A claim that nothing here speaks to."""
    return Claim(text, paper, "not testable here", why)


def written(found: Interval, unit: str = "") -> str:
    """A figure with its interval, where there is one; `unit` %: of a share."""
    scale = 100 if unit == "%" else 1
    value, low, high = (f"{scale * bound:.3g}" for bound in (found.value, found.low, found.high))
    bounds = "one recording" if math.isnan(found.low) else f"95 %: {low} to {high}"
    return f"{value}{unit and ' ' + unit} ({bounds})"
