"""Binary gates in training: the ablations of section 5.1.1 C."""

from typing import ClassVar

from model.reproduction import measured, sweep, trained
from model.reproduction.document import Cell, Claim, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

GATES = {
    "soft": "soft gates",
    "hard": "binary mapping in training",
    "binary-neuron": "binary neuron",
    "straight-through": "straight-through (ours)",
    "hard-concrete": "hard concrete (ours)",
}
PAPER = {  # on UCF101 and HMDB51
    "soft": ("91.8 %", "66.1 %"),
    "hard": ("78.2 %", "46.1 %"),
    "binary-neuron": ("below 61 %", None),
}
SETS = ("UCF101", "HMDB51")


class BinaryGates(Experiment):
    """Stage 3 with each way of opening gates in training; all predict with binary gates."""

    name: ClassVar[str] = "binary-gates"
    title: ClassVar[str] = "Binary gates in training"
    paper: ClassVar[str] = "Section 5.1.1 C"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        networks = _networks(setup).values()
        evaluations = [sweep.evaluated(setup, network) for network in networks]
        return [*trained.stages(setup, setup.preset.seeds[0]), *networks, *evaluations]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        names = {gate: network.name for gate, network in _networks(setup).items()}
        rows = [
            Row(title, (sweep.accuracy(results, names[gate]), sweep.kept(results, names[gate])))
            for gate, title in GATES.items()
        ]
        rows += [
            Row(f"{GATES[gate]}, {name}", (Cell(value), Cell(None)), "paper")
            for gate, values in PAPER.items()
            for name, value in zip(SETS, values, strict=True)
            if value
        ]
        table = Table("Accuracy by the gate of training", ("accuracy", "steps kept"), tuple(rows))
        return Section(self.name, self.title, self.paper, (table,), (), (measured.LIMITS,))

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        networks = _networks(setup)
        return [
            sweep.claim(
                results,
                f"Soft gates in training recognise more than {GATES[gate]}.",
                "Section 5.1.1 C",
                networks["soft"].name,
                networks[gate].name,
            )
            for gate in ("hard", "binary-neuron")
        ]


def _networks(setup: Setup) -> dict[str, Task]:
    """Stage 3 by its gates."""
    joint = trained.stages(setup, setup.preset.seeds[0])[-1]
    return {gate: trained.changed(joint, f"joint-{gate}", gate=gate) for gate in GATES}
