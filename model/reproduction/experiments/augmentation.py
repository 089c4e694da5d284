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
WHERE = "Section 5.1.1 B"
MORE_INSERTED = "The more examples have inserted steps, the higher is the accuracy."
MORE_CROPS = "The more crops of each clip, the higher is the accuracy."


class Augmentation(Experiment):
    """Spatial: crops in stage 1. Temporal: steps of other clips, or repeated ones, in stage 3."""

    name: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "Data augmentation"
    paper: ClassVar[str] = "Section 5.1.1 B, Figure 9"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        networks = [*_cropped(setup).values(), *_inserted(setup).values()]
        evaluations = [sweep.evaluated(setup, network) for network in networks]
        return [*trained.stages(setup, setup.preset.seeds[0]), *networks, *evaluations]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        crops = [(float(n), network.name) for n, network in _cropped(setup).items()]
        inserted = [(share, network.name) for share, network in _inserted(setup).items()]
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
            (measured.DRAWN.format(figure="Figure 9"), measured.LIMITS),
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        cropped, inserted = (
            {float(x): network.name for x, network in networks.items()}
            for networks in (_cropped(setup), _inserted(setup))
        )
        return [
            _passed_over(results, inserted[0.8]),
            sweep.claim(
                results,
                "Inserting steps into 80 % of the examples raises the accuracy.",
                WHERE,
                inserted[0.8],
                inserted[0.0],
            ),
            sweep.claim(
                results,
                "Five crops of each clip raise the accuracy over one.",
                WHERE,
                cropped[5],
                cropped[1],
                (ALL, ALL),
            ),
            sweep.rises(results, MORE_INSERTED, f"{WHERE}, Figure 9", inserted),
            sweep.rises(results, MORE_CROPS, f"{WHERE}, Figure 9", cropped, ALL),
        ]


def _passed_over(results: Results, joint: str) -> Claim:
    """What the monitors of training say of it, as numbers without an interval."""
    text = "The attention passes over inserted steps."
    gates = results.of(joint)["figures"] if joint in results else {}
    if "gate_inserted" not in gates:
        return measured.untested(text, WHERE)
    figure = (
        f"at the end of a training the gate is {gates['gate_native']:.2g} at a clip's own steps, "
        f"{gates['gate_inserted']:.2g} at inserted ones, on average: a monitor without an interval"
    )
    return Claim(text, WHERE, "not testable here", figure, (results.key(joint),))


def _cropped(setup: Setup) -> dict[int, Task]:
    """Stage 1 by its number of crops."""
    dscnn = trained.stages(setup, setup.preset.seeds[0])[0]
    return {n: trained.changed(dscnn, f"dscnn-crops-{n}", views=n) for n in CROPS}


def _inserted(setup: Setup) -> dict[float, Task]:
    """Stage 3 by its share of examples with inserted steps."""
    joint = trained.stages(setup, setup.preset.seeds[0])[-1]
    return {
        share: trained.changed(joint, f"joint-inserted-{share:g}", insert=share)
        for share in INSERTED
    }
