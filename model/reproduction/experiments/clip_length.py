"""Recognition on clips of different lengths: Figure 10."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from model.evaluation import statistics
from model.evaluation.intervals import Interval
from model.evaluation.outcomes import Outcomes, shared
from model.evaluation.recognition import GATE
from model.evaluation.statistics import Bin
from model.reproduction import comparison, measured
from model.reproduction.comparison import JOINT, READY, Subject
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Series, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task
from model.types import Floats

ARCH = "arch-sms"
FAMILIES = (READY, JOINT, ARCH)
BINS = 5
WHERE = "Section 5.1.2, Figure 10"


class ClipLength(Experiment):
    """Accuracy in bins of as many clips each, from the shortest to the longest."""

    name: ClassVar[str] = "clip-length"
    title: ClassVar[str] = "Clips of different lengths"
    paper: ClassVar[str] = WHERE

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        return comparison.tasks(setup, *FAMILIES)

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        found = comparison.subjects(setup, results, *FAMILIES)
        if not found:
            return self.missing(measured.NOT_RUN)
        series = tuple(_series(one) for one in found.values())
        figure = Figure(
            "Accuracy by length of clip (Figure 10)", "lines", "length", "accuracy", series
        )
        tables = tuple(_table(one) for one in found.values())
        said = "Each bin holds about a fifth of the clips on which a recogniser was evaluated."
        notices = (*comparison.notices(found), said)
        return Section(self.name, self.title, self.paper, tables, (figure,), notices)

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        found = comparison.subjects(setup, results, *FAMILIES)
        return [_short_ones(found), _balanced(found)]


def seconds(outcomes: Outcomes) -> Floats:
    """The lengths of the clips."""
    return np.array([clip.seconds for clip in outcomes.clips])


def _bins(one: Subject) -> list[Bin]:
    right_N = one.outcomes.variants[GATE].right_N
    return statistics.by_length(right_N, seconds(one.outcomes), BINS, one.outcomes.group_N)


def _span(row: Bin) -> str:
    return f"{row.low:.1f} to {row.high:.1f} s"


def _series(one: Subject) -> Series:
    """Over the middle of each bin: bins of other clips lie elsewhere."""
    points: list[tuple[float | str, Interval]] = [
        (round((row.low + row.high) / 2, 2), row.accuracy) for row in _bins(one)
    ]
    return measured.series(one.title, points, one.keys)


def _table(one: Subject) -> Table:
    rows = tuple(
        Row(
            _span(row),
            (
                measured.cell(row.accuracy, one.keys, "share"),
                Cell(row.clips, runs=one.keys, unit="number"),
            ),
        )
        for row in _bins(one)
    )
    return Table(f"{one.title} by length", ("accuracy", "clips"), rows)


def _ends(values_N: Floats, clips: Outcomes) -> Interval | None:
    """The mean on the longest clips minus that on the shortest; None where all are as long."""
    bin_N = statistics.bins_of(seconds(clips), BINS)
    if bin_N.max() == 0:
        return None
    return statistics.apart(values_N, bin_N == bin_N.max(), bin_N == 0, clips.group_N)


def _short_ones(found: Mapping[str, Subject]) -> Claim:
    text = "Vanilla ARCH is poorer on short clips than on long ones."
    if why := comparison.absent(found, ARCH):
        return measured.untested(text, WHERE, why)
    one = found[ARCH]
    gap = _ends(one.outcomes.variants[GATE].right_N, one.outcomes)
    if gap is None:
        return measured.untested(text, WHERE, "All clips are equally long.")
    figure = f"longest minus shortest fifth: {measured.written(gap, '%')}"
    return measured.judged(text, WHERE, gap.above(0), figure, *one.keys)


def _balanced(found: Mapping[str, Subject]) -> Claim:
    """More even: RTSAE-DSCNN is further ahead of ARCH on the shortest clips than on the longest."""
    text = "RTSAE-DSCNN recognises short and long clips more evenly than Vanilla ARCH."
    if why := comparison.absent(found, JOINT, ARCH):
        return measured.untested(text, WHERE, why)
    ours, arch = shared(found[JOINT].outcomes, found[ARCH].outcomes)
    ahead_N = ours.variants[GATE].right_N - arch.variants[GATE].right_N
    gap = _ends(ahead_N, ours)
    if gap is None:
        return measured.untested(text, WHERE, "All clips are equally long.")
    figure = f"lead on the longest minus lead on the shortest fifth: {measured.written(gap, '%')}"
    keys = (*found[JOINT].keys, *found[ARCH].keys)
    return measured.judged(text, WHERE, gap.below(0), figure, *keys)
