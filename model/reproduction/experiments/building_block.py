"""RTSAE as a building block: C3D and Two-Stream on the keyframes that it selects."""

from typing import ClassVar

from model.evaluation.recognition import ALL
from model.reproduction import measured, sweep, trained
from model.reproduction.document import Cell, Claim, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

KINDS = {"c3d": "C3D", "two-stream": "Two-Stream ConvNet"}
SELECT = ("rtsae", "uniform", "sms", ALL)
GAINS = {"c3d": 0.0020, "two-stream": 0.0013}  # section 5.1.3: over itself without the RTSAE
CLAIMS = {ALL: "the whole clip", "uniform": "as many others"}


class BuildingBlock(Experiment):
    """Each reads the keyframes of the shipped gate, as many at equal distances, and those of SMS.
    It was trained on frames of all clips, not on keyframes."""

    name: ClassVar[str] = "building-block"
    title: ClassVar[str] = "RTSAE in front of other recognisers"
    paper: ClassVar[str] = "Section 5.1.3"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        tasks = []
        for kind in KINDS:
            network = trained.extractor(setup, kind, setup.preset.seeds[0])
            options = {"clips_per_class": setup.preset.few, "select": list(SELECT)}
            needs = {"network": network.name, "attention": "shipped/attention"}
            tasks += [network, Task(sweep.of(network.name), "recognition", options, needs)]
        return tasks

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        rows = []
        for kind, title in KINDS.items():
            network = _network(setup, kind)
            for method in SELECT:
                cells = (
                    sweep.accuracy(results, network, method),
                    sweep.kept(results, network, method),
                    Cell(None) if method == ALL else sweep.gain(results, network, method, ALL),
                )
                said = "whole clips" if method == ALL else f"keyframes of {method}"
                rows.append(Row(f"{title}, {said}", cells))
        rows += [
            Row(
                f"{KINDS[kind]}, data set not named",
                (Cell(None), Cell(None), Cell(gain, unit="share")),
                "paper",
            )
            for kind, gain in GAINS.items()
        ]
        heads = ("accuracy", "steps kept", "gain over whole clips")
        table = Table("Accuracy on keyframes alone", heads, tuple(rows))
        return Section(self.name, self.title, self.paper, (table,), (), (measured.LIMITS,))

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        found = [
            sweep.claim(
                results,
                f"{title} recognises more on RTSAE's keyframes than on {others}.",
                self.paper,
                _network(setup, kind),
                _network(setup, kind),
                ("rtsae", variant),
            )
            for kind, title in KINDS.items()
            for variant, others in CLAIMS.items()
        ]
        idt = "With iDT features the method reaches 93.5 % on UCF101 and 69.6 % on HMDB51."
        return [*found, measured.untested(idt, self.paper, "there is no iDT here")]


def _network(setup: Setup, kind: str) -> str:
    return trained.extractor(setup, kind, setup.preset.seeds[0]).name
