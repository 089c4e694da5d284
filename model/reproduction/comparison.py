"""The recognisers that the tables compare: which are trained and evaluated, and what came of it.

A family are the trainings of one recogniser by other seeds and splits, or the network that ships.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.evaluation import statistics
from model.evaluation.outcomes import Outcomes, over_seeds, over_splits, shared
from model.evaluation.recognition import ALL, GATE
from model.evaluation.statistics import Comparison
from model.reproduction import measured, trained
from model.reproduction.document import Cell, Runs
from model.reproduction.experiment import Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

READY, JOINT, DSCNN = "shipped", "joint", "dscnn"  # families
ONE_LAYER = {JOINT: "joint-l1", "arch-rtsae": "arch-rtsae-l1"}  # of the first seed alone
TITLES = {
    READY: "RTSAE-DSCNN as it ships",
    JOINT: "DSCNN+RTSAE (2 layers)",
    ONE_LAYER[JOINT]: "DSCNN+RTSAE (1 layer)",
    DSCNN: "DSCNN",
    "arch-sms": "Vanilla ARCH (SMS sampling)",
    "arch-average": "Vanilla ARCH (average sampling)",
    "arch-rtsae": "Vanilla ARCH+RTSAE (2 layers)",
    ONE_LAYER["arch-rtsae"]: "Vanilla ARCH+RTSAE (1 layer)",
}
Key = tuple[int, int]  # split and seed


def families(setup: Setup) -> tuple[str, ...]:
    """Those of the setup: the network that ships knows the classes of Athletics alone, and gates
    of one layer are trained with the sweeps."""
    left_out = set() if setup.rendered else {READY}
    if not setup.preset.sweeps:
        left_out |= set(ONE_LAYER.values())
    return tuple(family for family in TITLES if family not in left_out)


def tasks(setup: Setup, *wanted: str) -> list[Task]:
    """The trainings and evaluations of these families, where the setup has them."""
    found: list[Task] = []
    for family in wanted:
        if family == READY and setup.rendered:
            found.append(_of_shipped(setup))
        elif family in families(setup):
            for split, seed in _runs(setup, family):
                trainings = _trainings(setup, family, split, seed)
                found += [*trainings, _evaluation(setup, trainings[-1])]
    return found


def _runs(setup: Setup, family: str) -> list[Key]:
    seeds = setup.preset.seeds[:1] if family in ONE_LAYER.values() else setup.preset.seeds
    return [(split, seed) for split in setup.preset.splits for seed in seeds]


def _trainings(setup: Setup, family: str, split: int, seed: int) -> list[Task]:
    if family in ONE_LAYER.values():
        dscnn, gate, joint = trained.one_layer(setup, split)
        if family == ONE_LAYER[JOINT]:
            return [dscnn, gate, joint]
        arch = trained.arch(setup, "rtsae", seed, split)
        return [dscnn, gate, replace(arch, name=f"{arch.name}-l1", needs={"attention": gate.name})]
    if family.startswith("arch-"):
        return [trained.arch(setup, family.removeprefix("arch-"), seed, split)]
    stages = trained.stages(setup, seed, split)
    return stages if family == JOINT else stages[:1]


def _of_shipped(setup: Setup) -> Task:
    clips = setup.classes * setup.preset.test
    needs = {"network": "shipped/compact"}
    return Task("recognition-shipped-compact", "recognition", {}, needs, seconds=0.8 * clips)


def _evaluation(setup: Setup, network: Task) -> Task:
    """On a few clips of each class in the quick preset, else on all."""
    quick = setup.preset.name == "quick"
    options = {"clips_per_class": setup.preset.few} if quick else {}
    needs = {"network": network.name}
    if network.protocol == "train-arch" and "attention" in network.needs:
        needs["attention"] = network.needs["attention"]
    clips = setup.classes * (setup.preset.few if quick else setup.preset.test)
    name = f"recognition-{network.name}"
    return Task(name, "recognition", options, needs, network.split, seconds=clips)


@dataclass(frozen=True)
class Subject:
    """What a family did: the outcomes of each run by split and seed, and the runs' keys."""

    family: str
    runs: Mapping[Key, Outcomes]
    keys: Runs
    left_out: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name in tables."""
        return TITLES[self.family]

    @cached_property
    def outcomes(self) -> Outcomes:
        """Seeds averaged clip by clip, splits one after the other."""
        splits: dict[int, list[Outcomes]] = {}
        for (split, _), run in sorted(self.runs.items()):
            splits.setdefault(split, []).append(run)
        return over_splits({split: over_seeds(runs) for split, runs in splits.items()})

    def accuracy(self, variant: str) -> Cell:
        """With its interval over recordings."""
        return measured.cell(self.outcomes.accuracy(variant), self.keys, "share")

    def kept(self, variant: str) -> Cell:
        """The share of the steps that are computed to the end."""
        kept = float(self.outcomes.variants[variant].kept_N.mean())
        return Cell(kept, runs=self.keys, unit="share")

    def spread(self, variant: str) -> Cell:
        """The standard deviation of the seeds' accuracies, each its mean over splits."""
        by_seed: dict[int, list[float]] = {}
        for (_, seed), run in self.runs.items():
            by_seed.setdefault(seed, []).append(float(run.variants[variant].right_N.mean()))
        found = statistics.over_seeds([float(np.mean(values)) for values in by_seed.values()])
        return Cell(found["sd"], runs=self.keys, unit="share")

    def confusion(self, variant: str) -> NDArray[np.int64]:
        """Clips of all runs by class (row) and the class named (column)."""
        C = len(self.outcomes.classes)
        table_CC = np.zeros((C, C), np.int64)
        for run in self.runs.values():
            table_CC += statistics.confusion(run.label_N, run.variants[variant].predicted_N, C)
        return table_CC


def subject(setup: Setup, results: Results, family: str) -> Subject | None:
    """What is known of a family; None before anything is."""
    names: dict[Key, str] = {}
    if family == READY:
        names[1, 0] = _of_shipped(setup).name
    else:
        for split, seed in _runs(setup, family):
            network = _trainings(setup, family, split, seed)[-1]
            names[split, seed] = _evaluation(setup, network).name
    known = {key: name for key, name in names.items() if name in results}
    if not known:
        return None
    rows = [results.of(name) for name in known.values()]
    return Subject(
        family,
        {key: Outcomes.from_json(row["outcomes"]) for key, row in zip(known, rows, strict=True)},
        tuple(results.key(name) for name in known.values()),
        tuple(sorted({clip for row in rows for clip in row["left_out"]})),
    )


def subjects(setup: Setup, results: Results, *wanted: str) -> dict[str, Subject]:
    """Those of these families of which anything is known."""
    found = {family: subject(setup, results, family) for family in wanted}
    return {family: one for family, one in found.items() if one is not None}


def compared(a: Subject, variant_a: str, b: Subject, variant_b: str) -> tuple[Comparison, int]:
    """Two subjects on the clips that both saw, and how many these are."""
    first, second = shared(a.outcomes, b.outcomes)
    right_a, right_b = (
        row.variants[name].right_N for row, name in ((first, variant_a), (second, variant_b))
    )
    return statistics.compare(right_a, right_b, first.group_N), len(first.clips)


def runs(*wanted: Subject) -> Runs:
    """The keys of all their runs, each once."""
    return tuple(dict.fromkeys(key for one in wanted for key in one.keys))


def main_variant(family: str) -> str:
    """What is meant by the accuracy of a family: by its own gate; of the DSCNN, which has none that
    was trained, by all steps."""
    return ALL if family == DSCNN else GATE


def absent(found: Mapping[str, Subject], *wanted: str) -> str:
    """Why a claim on these families cannot be judged; empty where it can."""
    names = " and ".join(TITLES[family] for family in wanted if family not in found)
    return f"Not evaluated: {names}." if names else ""


def notices(found: Mapping[str, Subject]) -> tuple[str, ...]:
    """What a reader of figures of these subjects must know."""
    left_out = sorted({clip for one in found.values() for clip in one.left_out})
    if not left_out:
        return ()
    return (f"{len(left_out)} clips could not be read and are left out: {left_out[0]} ...",)
