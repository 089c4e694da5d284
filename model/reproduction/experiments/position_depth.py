"""Where the RTSAE stands and how deep it is: Figure 7 and Table 2."""

from dataclasses import replace
from typing import ClassVar

from model.evaluation import intervals
from model.evaluation.outcomes import Outcomes, shared
from model.evaluation.recognition import GATE
from model.reproduction import measured, sweep, trained
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task
from model.types import Floats

POSITIONS = (1, 2, 3)
LAYERS = (1, 2, 3)
SIZE = 224
WHERE = "Section 5.1.1 A"
CHOSEN = 2  # layers of the paper's final model
DEEPER_P1 = "Three layers of aLSTMs recognise more than two, DSCNN fixed, at p1."
ALIKE_P2 = "Three layers of aLSTMs recognise as much as two, DSCNN fixed, at p2."
SAME_CHOICE = "No clip differs: the gates choose alike, which says nothing of their depth."
PAPER = {1: (87.2, 89.6, 90.1), 2: (89.5, 91.8, 91.8)}  # Table 2, by position


class PositionDepth(Experiment):
    """Table 2 keeps the DSCNN fixed and changes the gate alone; Figure 7 trains everything."""

    name: ClassVar[str] = "position-depth"
    title: ClassVar[str] = "Position and depth of the RTSAE"
    paper: ClassVar[str] = "Section 5.1.1 A, Figure 7, Table 2"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        tasks = []
        for p in POSITIONS:
            dscnn, gates, joint = _networks(setup, p)
            tasks += [dscnn, *gates.values(), joint, sweep.evaluated(setup, joint)]
            for layers, gate in gates.items():
                needs = {"start": dscnn.name, "attention": gate.name}
                fixed = Task(f"fixed-p{p}-l{layers}", "adopt-gate", {}, needs, seconds=5)
                tasks += [fixed, sweep.evaluated(setup, fixed)]
        return tasks

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        rows = [
            Row(f"p{p}", tuple(sweep.accuracy(results, f"fixed-p{p}-l{n}") for n in LAYERS))
            for p in POSITIONS
        ]
        rows += [
            Row(f"p{p}, UCF101", tuple(Cell(v / 100, unit="share") for v in values), "paper")
            for p, values in PAPER.items()
        ]
        opened = tuple(
            Row(f"p{p}", tuple(sweep.kept(results, f"fixed-p{p}-l{n}") for n in LAYERS))
            for p in POSITIONS
        )
        layers = tuple(f"{n} layer{'s' if n > 1 else ''}" for n in LAYERS)
        tuned = [(f"p{p}", _networks(setup, p)[-1].name) for p in POSITIONS]
        trade = Table(
            "Everything trained: accuracy, the steps that go beyond the gate, and what that avoids",
            ("accuracy", "steps kept", "convolutions avoided, at Table 1's widths"),
            tuple(
                Row(
                    f"p{p}",
                    (
                        sweep.accuracy(results, name),
                        sweep.kept(results, name),
                        _avoided(results, p, name),
                    ),
                )
                for p, (_, name) in zip(POSITIONS, tuned, strict=True)
            ),
        )
        bars = sweep.series(results, "RTSAE-DSCNN", tuned)
        return Section(
            self.name,
            self.title,
            self.paper,
            (
                Table("Accuracy with a fixed DSCNN (Table 2)", layers, tuple(rows)),
                Table("Steps kept with a fixed DSCNN", layers, opened),
                trade,
            ),
            (Figure("Accuracy by position (Figure 7)", "bars", "position", "accuracy", (bars,)),),
            (measured.DRAWN.format(figure="Figure 7"), measured.LIMITS),
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        p1, p2, p3 = (_networks(setup, p)[-1].name for p in POSITIONS)
        own = trained.USUAL[setup.preset.network]["position"]
        joint, fixed = (p1, p2, p3)[own - 1], f"fixed-p{own}-l{CHOSEN}"
        better = "A gate at p2 recognises more than one at p1."
        jointly = "End-to-end training recognises more than a gate before a fixed DSCNN."
        return [
            sweep.claim(results, better, WHERE, p2, p1),
            sweep.claim(
                results,
                "A gate at p2 recognises more than one at p1, DSCNN fixed.",
                f"{WHERE}, Table 2",
                f"fixed-p2-l{CHOSEN}",
                f"fixed-p1-l{CHOSEN}",
            ),
            _more_avoided(results, p1, p3),
            *(
                sweep.claim(
                    results,
                    f"Two layers of aLSTMs recognise more than one, DSCNN fixed, at p{p}.",
                    f"{WHERE}, Table 2",
                    f"fixed-p{p}-l2",
                    f"fixed-p{p}-l1",
                )
                for p in dict.fromkeys((*PAPER, own))
            ),
            sweep.claim(results, DEEPER_P1, f"{WHERE}, Table 2", "fixed-p1-l3", "fixed-p1-l2"),
            _as_much(results, "fixed-p2-l3", "fixed-p2-l2"),
            sweep.claim(results, jointly, "Section 1", joint, fixed),
        ]


def _behind(p: int) -> float:
    """The share of the convolutions that lies behind a gate at p, at Table 1's widths."""
    from model.networks.vgg import multiply_adds

    return multiply_adds(SIZE, p + 1) / multiply_adds(SIZE)


def _avoided_N(seen: Outcomes, p: int) -> Floats:
    """The share of the convolutions that the gate avoids in each clip."""
    avoided_N: Floats = (1 - seen.variants[GATE].kept_N) * _behind(p)
    return avoided_N


def _avoided(results: Results, p: int, network: str) -> Cell:
    if sweep.of(network) not in results:
        return Cell(None)
    seen = sweep.outcomes(results, network)
    found = intervals.mean(_avoided_N(seen, p), seen.group_N)
    return measured.cell(found, (results.key(sweep.of(network)),), "share")


def _more_avoided(results: Results, p1: str, p3: str) -> Claim:
    """The claim on acceleration, of the shallowest and the deepest position."""
    text = "A gate at p1 avoids more of the convolutions than one at p3."
    if any(sweep.of(network) not in results for network in (p1, p3)):
        return measured.untested(text, WHERE)
    first, third = shared(*(sweep.outcomes(results, network) for network in (p1, p3)))
    found = intervals.difference(_avoided_N(first, 1), _avoided_N(third, 3), first.group_N)
    figure = f"difference at Table 1's widths {measured.written(found, '%')}, one training each"
    runs = [results.key(sweep.of(network)) for network in (p1, p3)]
    return measured.judged(text, WHERE, found.above(0), figure, *runs)


def _as_much(results: Results, three: str, two: str) -> Claim:
    """Gates that choose the same steps are not compared: trained without labels, they may open at
    the first alone in most clips, whatever their depth."""
    text, paper = ALIKE_P2, f"{WHERE}, Table 2"
    found = sweep.compared(results, (three, GATE), (two, GATE))
    if found is not None and found.difference.low == found.difference.high == 0:
        return replace(measured.untested(text, paper, SAME_CHOICE), runs=found.runs)
    return sweep.stable(results, text, paper, two, {"three layers": three})


def _networks(setup: Setup, p: int) -> tuple[Task, dict[int, Task], Task]:
    """Stage 1 with the gate at a position, gates by their layers, and all of it trained; at the
    position of the final model its own."""
    base, gate, joint = trained.stages(setup, setup.preset.seeds[0])
    dscnn = trained.changed(base, f"dscnn-p{p}", position=p)
    gates = {n: trained.attention(setup, dscnn, f"rtsae-p{p}-l{n}", layers=n) for n in LAYERS}
    if dscnn == base:
        return base, gates | {CHOSEN: gate}, joint
    needs = {"start": dscnn.name, "attention": gates[CHOSEN].name}
    return dscnn, gates, replace(joint, name=f"joint-p{p}", needs=needs)
