"""Spatial and temporal augmentation: Figure 9."""

from typing import ClassVar

from model.evaluation.recognition import ALL
from model.reproduction import measured, sweep, trained
from model.reproduction.document import Claim, Figure, Section
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

CROPS = (1, 3, 5)
INSERTED = (0.0, 0.4, 0.8)  # share of the examples with inserted steps


class Augmentation(Experiment):
    """Spatial: crops in stage 1. Temporal: steps of other clips, or repeated ones, in stage 3."""

    name: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "Data augmentation"
    paper: ClassVar[str] = "Section 5.1.1 B, Figure 9"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        dscnn, gate, joint = trained.stages(setup, setup.preset.seeds[0])
        tasks = [dscnn, gate]
        for crops in CROPS:
            network = trained.changed(dscnn, f"dscnn-crops-{crops}", views=crops)
            tasks += [network, sweep.evaluated(setup, network)]
        for share in INSERTED:
            network = trained.changed(joint, _inserted(share), insert=share)
            tasks += [network, sweep.evaluated(setup, network)]
        return tasks

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        crops = [(float(n), f"dscnn-crops-{n}") for n in CROPS]
        inserted = [(share, _inserted(share)) for share in INSERTED]
        spatial = sweep.series(results, "DSCNN, every step", crops, ALL)
        temporal = sweep.series(results, "RTSAE-DSCNN", inserted)
        title = "Accuracy by share of examples with inserted steps (Figure 9b)"
        return Section(
            self.name,
            self.title,
            self.paper,
            (),
            (
                Figure("Accuracy by crops (Figure 9a)", "lines", "crops", "accuracy", (spatial,)),
                Figure(title, "lines", "share with inserted steps", "accuracy", (temporal,)),
            ),
            (measured.LIMITS,),
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        return [
            sweep.claim(
                results,
                "Inserting steps into 80 % of the examples raises the accuracy.",
                "Section 5.1.1 B",
                _inserted(INSERTED[-1]),
                _inserted(0.0),
            ),
            sweep.claim(
                results,
                "Five crops of each clip raise the accuracy over one.",
                "Section 5.1.1 B",
                f"dscnn-crops-{CROPS[-1]}",
                "dscnn-crops-1",
                (ALL, ALL),
            ),
        ]


def _inserted(share: float) -> str:
    return f"joint-inserted-{share:g}"
