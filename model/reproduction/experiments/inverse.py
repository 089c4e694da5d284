"""Discarded steps mixed back in: Figure 13."""

from typing import ClassVar

from model.evaluation.intervals import Interval
from model.evaluation.recognition import ALL, GATE, MIXED_BACK, mixed_name
from model.reproduction import comparison, measured
from model.reproduction.comparison import JOINT, READY, Subject
from model.reproduction.document import Claim, Figure, Row, Section, Series, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

FAMILIES = (READY, JOINT)
WHERE = "Section 5.1.4, Figure 13"
FALLS = "Accuracy falls as discarded steps are mixed back in"
WITH_EACH = "The more discarded steps are mixed back in, the lower is the accuracy"


class Inverse(Experiment):
    """Accuracy as growing shares of what the gate discarded are seen again, drawn at random."""

    name: ClassVar[str] = "inverse"
    title: ClassVar[str] = "Inverse analysis"
    paper: ClassVar[str] = WHERE

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        return comparison.tasks(setup, *FAMILIES)

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        found = comparison.subjects(setup, results, *FAMILIES)
        if not found:
            return self.missing(measured.NOT_RUN)
        rows = tuple(
            Row(one.title, tuple(one.accuracy(mixed_name(share)) for share in MIXED_BACK))
            for one in found.values()
        )
        heads = tuple(f"{share:.0%}" for share in MIXED_BACK)
        table = Table("Accuracy by the share of discarded steps mixed back in", heads, rows)
        series = tuple(_series(one) for one in found.values())
        title = "Accuracy as discarded steps return (Figure 13)"
        figure = Figure(title, "lines", "share mixed back in", "accuracy", series)
        notices = (*comparison.notices(found), measured.DRAWN.format(figure="Figure 13"))
        return Section(self.name, self.title, self.paper, (table,), (figure,), notices)

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        found = comparison.subjects(setup, results, *FAMILIES)
        if not found:
            return [measured.untested(f"{text}.", WHERE) for text in (FALLS, WITH_EACH)]
        shares = {share: mixed_name(share) for share in MIXED_BACK}
        return [
            *(
                comparison.judged(f"{FALLS}: {one.title}.", WHERE, one, GATE, one, ALL)
                for one in found.values()
            ),
            *(
                comparison.falls(f"{WITH_EACH}: {one.title}.", WHERE, one, shares)
                for one in found.values()
            ),
        ]


def _series(one: Subject) -> Series:
    points: list[tuple[float | str, Interval]] = [
        (share, one.interval(mixed_name(share))) for share in MIXED_BACK
    ]
    return measured.series(one.title, points, one.keys)
