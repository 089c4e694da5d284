"""Recognition on the keyframes of each method: Figure 12."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from model.evaluation import intervals, statistics
from model.evaluation.outcomes import Outcomes
from model.evaluation.recognition import ALL, GATE
from model.reproduction import comparison, measured
from model.reproduction.comparison import JOINT, Subject
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.protocols.keyframe_methods import EQUAL, OTHERS, PAPER
from model.reproduction.task import Task

NAME = "keyframe-methods"
ARCH = ("arch-sms", "arch-average", "arch-rtsae", *comparison.FIGURE_12)
WHERE = "Section 5.1.4, Figure 12"
RIVALS = {"sms": "SMS", "ranktracing": "RankTracing", "superframes": "Superframes"}


class KeyframeMethods(Experiment):
    """The paper gives each method's keyframes to Vanilla ARCH; here the DSCNN sees those of other
    methods, too."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Keyframe methods"
    paper: ClassVar[str] = WHERE

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        networks = [] if setup.rendered else comparison.tasks(setup, JOINT)
        return [*networks, _task(setup), *comparison.tasks(setup, *ARCH)]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        arch = comparison.subjects(setup, results, *ARCH)
        done = NAME in results
        if not done and not arch:
            return self.missing(measured.NOT_RUN)
        tables, figures, said = [], [], list(comparison.notices(arch))
        if done:
            seen = Seen(results.of(NAME), results.key(NAME))
            tables.append(seen.table())
            figures.append(seen.figure())
            said.append(_said(setup))
        if arch:
            rows = tuple(Row(one.title, (one.accuracy(GATE),)) for one in arch.values())
            tables.append(Table("Vanilla ARCH on the keyframes of a method", ("accuracy",), rows))
        said.append(measured.DRAWN.format(figure="Figure 12"))
        return Section(
            self.name, self.title, self.paper, tuple(tables), tuple(figures), tuple(said)
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment; of the shipped attention, whose keyframes are rtsae's, and of the gate
        of the network itself."""
        seen = Seen(results.of(NAME), results.key(NAME)) if NAME in results else None
        arch = comparison.subjects(setup, results, *ARCH)
        return [
            *(_on_arch(arch, rival) for rival in RIVALS),
            *(_on_dscnn(seen, rival) for rival in RIVALS),
            *(_by_own_gate(seen, rival) for rival in RIVALS),
            _fewer(seen),
        ]


def _task(setup: Setup) -> Task:
    """On the network that ships, where it knows the classes, else on the first trained one."""
    seed, split = setup.preset.seeds[0], setup.preset.splits[0]
    network = "shipped/compact" if setup.rendered else f"joint-s{split}-r{seed}"
    options = {"clips_per_class": setup.preset.few}
    clips = setup.classes * setup.preset.few
    needs = {"network": network, "attention": "shipped/attention"}
    return Task(NAME, NAME, options, needs, split, seconds=2.5 * clips)


def _said(setup: Setup) -> str:
    network = "as it ships" if setup.rendered else "as it is trained here"
    return (
        f"The DSCNN ({network}) sees the keyframes of a method alone, each at its nearest step; "
        "rtsae's are the shipped attention's, which saw no labels, those of the own gate the "
        "network's. As many as rtsae: its number in each clip, 16 at most."
    )


@dataclass(frozen=True)
class Seen:
    """The result of the protocol, and the key of its run."""

    result: dict[str, Any]
    key: str

    @cached_property
    def outcomes(self) -> Outcomes:
        """What the network recognised, by variant."""
        return Outcomes.from_json(self.result["outcomes"])

    def accuracy(self, variant: str) -> Cell:
        """With its interval over recordings."""
        return measured.cell(self.outcomes.accuracy(variant), (self.key,), "share")

    def keyframes(self, variant: str) -> Cell:
        """Their mean number."""
        counts = [float(count) for count in self.result["keyframes"][variant]]
        return measured.cell(intervals.mean(counts, self.outcomes.group_N), (self.key,))

    def compared(self, a: str, b: str) -> statistics.Comparison:
        """Two variants on all clips."""
        right_a, right_b = (self.outcomes.variants[name].right_N for name in (a, b))
        return statistics.compare(right_a, right_b, self.outcomes.group_N)

    @property
    def methods(self) -> list[str]:
        """Those that were compared, in the paper's order first."""
        known = [*PAPER, *OTHERS]
        names = [name for name in self.result["keyframes"] if not name.endswith(EQUAL)]
        return sorted(names, key=lambda n: known.index(n) if n in known else len(known))

    def table(self) -> Table:
        """Accuracy and keyframes of each method at its own number and at rtsae's."""
        rows = [
            Row(
                name,
                (
                    self.accuracy(name),
                    self.keyframes(name),
                    self.accuracy(f"{name}{EQUAL}"),
                    self.keyframes(f"{name}{EQUAL}"),
                ),
            )
            for name in self.methods
        ]
        rows += [
            Row(title, (self.accuracy(variant), *(Cell(None),) * 3))
            for variant, title in ((GATE, "the network's own gate"), (ALL, "all steps"))
        ]
        heads = ("accuracy", "keyframes", "accuracy, as many as rtsae", "keyframes, as many")
        return Table("The DSCNN on the keyframes of a method", heads, tuple(rows))

    def figure(self) -> Figure:
        """The same accuracies as bars."""
        series = []
        for title, end in (("own number", ""), ("as many as rtsae", EQUAL)):
            points: list[tuple[float | str, intervals.Interval]] = [
                (name, self.outcomes.accuracy(f"{name}{end}")) for name in self.methods
            ]
            series.append(measured.series(title, points, (self.key,)))
        title = "Accuracy by keyframe method (Figure 12)"
        return Figure(title, "bars", "method", "accuracy", tuple(series))


def _on_arch(arch: Mapping[str, Subject], rival: str) -> Claim:
    text = f"Vanilla ARCH recognises more by keyframes of the RTSAE than of {RIVALS[rival]}."
    return comparison.claim(arch, text, WHERE, "arch-rtsae", f"arch-{rival}")


def _on_dscnn(seen: Seen | None, rival: str) -> Claim:
    """Each with the number of keyframes that it finds itself, as the paper compares them."""
    text = f"The DSCNN recognises more by keyframes of the RTSAE than of {RIVALS[rival]}."
    if seen is None:
        return measured.untested(text, WHERE)
    own, equal = seen.compared("rtsae", rival), seen.compared(f"rtsae{EQUAL}", f"{rival}{EQUAL}")
    figure = (
        f"difference {measured.written(own.difference, '%')}, p = {own.p:.2g}; "
        f"as many as the RTSAE finds: {measured.written(equal.difference, '%')}"
    )
    return measured.judged(text, WHERE, own.more, figure, seen.key)


def _by_own_gate(seen: Seen | None, rival: str) -> Claim:
    text = f"The DSCNN recognises more by its own gate than by keyframes of {RIVALS[rival]}."
    if seen is None:
        return measured.untested(text, WHERE)
    found = seen.compared(GATE, rival)
    figure = f"difference {measured.written(found.difference, '%')}, p = {found.p:.2g}"
    return measured.judged(text, WHERE, found.more, figure, seen.key)


def _fewer(seen: Seen | None) -> Claim:
    """The text explains its speed by this; of few clips of UCF101 it says "slightly more"."""
    text = "The RTSAE keeps fewer keyframes of a clip than SMS."
    if seen is None:
        return measured.untested(text, "Section 5.1.2")
    counts = seen.result["keyframes"]
    found = intervals.difference(counts["sms"], counts["rtsae"], seen.outcomes.group_N)
    figure = f"SMS keeps {measured.written(found)} more of a clip than the shipped attention"
    return measured.judged(text, "Section 5.1.2", found.above(0), figure, seen.key)
