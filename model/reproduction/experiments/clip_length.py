"""Recognition on clips of different lengths: Figure 10."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

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
EQUAL = "All clips are equally long."


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
        notices = (*comparison.notices(found), said, measured.DRAWN.format(figure="Figure 10"))
        return Section(self.name, self.title, self.paper, tables, (figure,), notices)

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        found = comparison.subjects(setup, results, *FAMILIES)
        return [_short_ones(found), _balanced(found)]


def seconds(outcomes: Outcomes) -> Floats:
    """The lengths of the clips."""
    return np.array([clip.seconds for clip in outcomes.clips])


def _bins(one: Subject) -> list[Bin]:
    lengths_N, group_N = seconds(one.outcomes), one.outcomes.group_N
    return statistics.by_length(one.right(GATE), lengths_N, BINS, group_N)


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


def _ends(clips: Outcomes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Which clips are of the longest fifth and which of the shortest; None where all are as
    long."""
    bin_N = statistics.bins_of(seconds(clips), BINS)
    return None if bin_N.max() == 0 else (bin_N == bin_N.max(), bin_N == 0)


def _short_ones(found: Mapping[str, Subject]) -> Claim:
    text = "Vanilla ARCH is poorer on short clips than on long ones."
    if why := comparison.absent(found, ARCH):
        return measured.untested(text, WHERE, why)
    one = found[ARCH]
    ends = _ends(one.outcomes)
    if ends is None:
        return measured.untested(text, WHERE, EQUAL)
    gap = statistics.apart(one.right(GATE), *ends, one.outcomes.group_N)
    figure = f"longest minus shortest fifth: {measured.written(gap, '%')}"
    return measured.judged(text, WHERE, gap.above(0), figure, *one.keys)


def _balanced(found: Mapping[str, Subject]) -> Claim:
    """More even: its accuracies on the shortest and on the longest clips lie less far apart."""
    text = "RTSAE-DSCNN recognises short and long clips more evenly than Vanilla ARCH."
    if why := comparison.absent(found, JOINT, ARCH):
        return measured.untested(text, WHERE, why)
    clips, _ = shared(found[JOINT].outcomes, found[ARCH].outcomes)
    ends = _ends(clips)
    if ends is None:
        return measured.untested(text, WHERE, EQUAL)
    names = {clip.name for clip in clips.clips}
    arch_RN, ours_RN = (found[family].right(GATE, names) for family in (ARCH, JOINT))
    further = statistics.less_even(arch_RN, ours_RN, *ends, clips.group_N)
    gaps = [
        statistics.apart(right_RN, *ends, clips.group_N).value for right_RN in (arch_RN, ours_RN)
    ]
    figure = (
        f"longest minus shortest fifth: {gaps[0]:.1%} of ARCH, {gaps[1]:.1%} of ours; ARCH's lie "
        f"further apart by {measured.written(further, '%')}"
    )
    keys = (*found[JOINT].keys, *found[ARCH].keys)
    return measured.judged(text, WHERE, further.above(0), figure, *keys)
