"""S-Net and T-Net, each without the other: the first footnote of section 4 and section 5.3."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from model.evaluation import statistics
from model.evaluation.outcomes import Outcomes
from model.evaluation.recognition import GATE
from model.reproduction import measured, trained
from model.reproduction.document import Cell, Claim, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

S_NET, T_NET = "S-Net", "T-Net"
NETWORKS = {"streams-shipped": "RTSAE-DSCNN as it ships", "streams-trained": "trained here"}
MAKE_UP = ("ApplyEyeMakeup", "ApplyLipstick")  # of section 5.3: T-Net is wrong there
PAPER_W_F = 0.733
SAID = (
    "w_f is the weight of T-Net where S-Net's is 1 (equation 16). A stream alone: the features of "
    "the other are 0, the network is not trained again; a stream that has always been trained "
    "beside the other may say little alone."
)


class Streams(Experiment):
    """The steps are those of the network's own gate, for both streams and for each."""

    name: ClassVar[str] = "streams"
    title: ClassVar[str] = "The two streams"
    paper: ClassVar[str] = "Sections 4.2 and 5.3"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        stages = trained.stages(setup, setup.preset.seeds[0])
        about = {"clips_per_class": setup.preset.few}
        needs = {"streams-trained": stages[-1].name}
        if setup.rendered:
            needs["streams-shipped"] = "shipped/compact"
        evaluations = [
            Task(name, "streams", about, {"network": network}, seconds=120)
            for name, network in needs.items()
        ]
        return [*stages, *evaluations]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        names = {title: name for name, title in NETWORKS.items() if name in results}
        if not names:
            return self.missing(measured.NOT_RUN)
        found = {title: results.of(name) for title, name in names.items()}
        runs = {title: results.key(name) for title, name in names.items()}
        tables = [by_class(title, one, runs[title]) for title, one in found.items()]
        shown = (by_stream(found, runs), *tables)
        return Section(self.name, self.title, self.paper, shown, (), (SAID,))

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment; of each network."""
        names = [name for name in NETWORKS if setup.rendered or name != "streams-shipped"]
        return [claim for name in names for claim in _claims(name, results)]


def _row(title: str, found: Mapping[str, Any], run: str) -> Row:
    seen = Outcomes.from_json(found["outcomes"])
    cells = [measured.cell(seen.accuracy(one), (run,), "share") for one in (GATE, S_NET, T_NET)]
    return Row(title, (*cells, Cell(found["w_f"], runs=(run,), unit="number")))


def by_stream(found: Mapping[str, Mapping[str, Any]], runs: Mapping[str, str]) -> Table:
    """Accuracy by both streams and by each, and w_f: results and their runs by a title each."""
    rows = [_row(title, one, runs[title]) for title, one in found.items()]
    printed = Cell(PAPER_W_F, unit="number")
    rows.append(Row("RTSAE-DSCNN", (*[Cell(None)] * 3, printed), "paper", "UCF101"))
    return Table("Accuracy by stream", ("both", S_NET, T_NET, "w_f"), tuple(rows))


def by_class(title: str, found: Mapping[str, Any], run: str) -> Table:
    """The same on the clips of each class."""
    seen = Outcomes.from_json(found["outcomes"])
    rows = []
    for label, name in enumerate(seen.classes):
        if label in seen.label_N:
            part = _of_classes(seen, [name])
            cells = (part.accuracy(one) for one in (GATE, S_NET, T_NET))
            rows.append(Row(name, tuple(measured.cell(one, (run,), "share") for one in cells)))
    return Table(f"By class, {title}", ("both", S_NET, T_NET), tuple(rows))


def _of_classes(seen: Outcomes, titles: Sequence[str]) -> Outcomes:
    return seen.on([clip.name for clip in seen.clips if seen.classes[clip.label] in titles])


def _claims(name: str, results: Results) -> list[Claim]:
    whose = NETWORKS[name]
    higher = f"S-Net has learned the higher weight: {whose}."
    comparisons = {
        f"S-Net recognises more than T-Net: {whose}.": (S_NET, T_NET, "Section 4.2, footnote 1"),
        f"Both streams recognise more than S-Net alone: {whose}.": (GATE, S_NET, "Section 4.2"),
    }
    make_up = f"S-Net recognises more of {' and '.join(MAKE_UP)} than T-Net: {whose}."
    if name not in results:
        texts = {**{text: row[2] for text, row in comparisons.items()}, make_up: "Section 5.3"}
        untested = [measured.untested(text, where) for text, where in texts.items()]
        return [*untested, measured.untested(higher, "Section 5.3")]
    seen, run = Outcomes.from_json(results.of(name)["outcomes"]), results.key(name)
    found = [
        _more(text, where, seen, (better, worse), run)
        for text, (better, worse, where) in comparisons.items()
    ]
    part = _of_classes(seen, MAKE_UP)
    if part.clips:
        found.append(_more(make_up, "Section 5.3", part, (S_NET, T_NET), run))
    else:
        why = "These classes are not among the clips."
        found.append(measured.untested(make_up, "Section 5.3", why))
    w_f = results.of(name)["w_f"]
    figure = (
        f"w_f = {w_f:.3g}, T-Net's weight where S-Net's is 1, in the paper {PAPER_W_F}: of one "
        "network, which says nothing of another training's"
    )
    return [*found, Claim(higher, "Section 5.3", "not testable here", figure, (run,))]


def _more(text: str, where: str, seen: Outcomes, pair: tuple[str, str], run: str) -> Claim:
    better_N, worse_N = (seen.variants[name].right_N for name in pair)
    found = statistics.compare(better_N, worse_N, seen.group_N)
    figure = (
        f"difference {measured.written(found.difference, '%')}, p = {found.p:.2g}, "
        f"{len(seen.clips)} clips"
    )
    return measured.judged(text, where, found.more, figure, run)
