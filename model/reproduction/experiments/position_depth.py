"""Where the RTSAE stands and how deep it is: Figure 7 and Table 2."""

from dataclasses import replace
from typing import ClassVar

from model.reproduction import measured, sweep, trained
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

POSITIONS = (1, 2, 3)
LAYERS = (1, 2, 3)
CHOSEN = 2  # layers of the paper's final model
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
        layers = tuple(f"{n} layer{'s' if n > 1 else ''}" for n in LAYERS)
        tuned = [(f"p{p}", _networks(setup, p)[-1].name) for p in POSITIONS]
        trade = Table(
            "Everything trained: accuracy, and the steps that go beyond the gate",
            ("accuracy", "steps kept"),
            tuple(
                Row(p, (sweep.accuracy(results, name), sweep.kept(results, name)))
                for p, name in tuned
            ),
        )
        bars = sweep.series(results, "RTSAE-DSCNN", tuned)
        return Section(
            self.name,
            self.title,
            self.paper,
            (Table("Accuracy with a fixed DSCNN (Table 2)", layers, tuple(rows)), trade),
            (Figure("Accuracy by position (Figure 7)", "bars", "position", "accuracy", (bars,)),),
            (measured.LIMITS,),
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        better = "A gate at p2 recognises more than one at p1."
        deeper = "Two layers of aLSTMs recognise more than one (at p2)."
        p1, p2 = (_networks(setup, p)[-1].name for p in (1, 2))
        return [
            sweep.claim(results, better, "Section 5.1.1 A", p2, p1),
            sweep.claim(results, deeper, "Section 5.1.1 A", "fixed-p2-l2", "fixed-p2-l1"),
        ]


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
