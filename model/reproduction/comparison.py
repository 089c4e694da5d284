"""The recognisers that the tables compare: which are trained and evaluated, and what came of it.

A family are the trainings of one recogniser by other seeds and splits, or the network that ships.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.evaluation import statistics
from model.evaluation.intervals import Interval, share
from model.evaluation.outcomes import Outcomes, over_seeds, over_splits, shared
from model.evaluation.recognition import ALL, GATE
from model.evaluation.statistics import Comparison
from model.reproduction import measured, trained
from model.reproduction.document import Cell, Claim, Runs
from model.reproduction.experiment import Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task
from model.types import Floats

READY, JOINT, DSCNN = "shipped", "joint", "dscnn"  # families
ONE_LAYER = "joint-l1"
ARCH_L1, ARCH_L2 = "arch-rtsae-l1", "arch-rtsae-l2"
OWN_GATE = {ARCH_L1: 1, ARCH_L2: 2}  # ARCH by a gate trained here, of so many layers
FIGURE_12 = ("arch-ranktracing", "arch-superframes")
EXTRA = (ONE_LAYER, *OWN_GATE, *FIGURE_12)  # of the sweeps: first seed, few test clips
TITLES = {
    READY: "RTSAE-DSCNN as it ships",
    JOINT: "DSCNN+RTSAE (2 layers)",
    ONE_LAYER: "DSCNN+RTSAE (1 layer)",
    DSCNN: "DSCNN",
    "arch-sms": "Vanilla ARCH (SMS sampling)",
    "arch-average": "Vanilla ARCH (average sampling)",
    "arch-rtsae": "Vanilla ARCH+RTSAE (2 layers)",
    ARCH_L1: "Vanilla ARCH+RTSAE (1 layer), gate trained here",
    ARCH_L2: "Vanilla ARCH+RTSAE (2 layers), gate trained here",
    FIGURE_12[0]: "Vanilla ARCH (RankTracing)",
    FIGURE_12[1]: "Vanilla ARCH (Superframes)",
}
Key = tuple[int, int]  # split and seed


def families(setup: Setup) -> tuple[str, ...]:
    """Those of the setup: the network that ships knows the classes of Athletics alone."""
    left_out = {*([] if setup.rendered else [READY]), *([] if setup.preset.sweeps else EXTRA)}
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
                found += [*trainings, _evaluation(setup, family, trainings[-1])]
    return found


def _runs(setup: Setup, family: str) -> list[Key]:
    seeds = setup.preset.seeds[:1] if family in EXTRA else setup.preset.seeds
    return [(split, seed) for split in setup.preset.splits for seed in seeds]


def _trainings(setup: Setup, family: str, split: int, seed: int) -> list[Task]:
    if family == ONE_LAYER:
        return trained.one_layer(setup, split)
    if layers := OWN_GATE.get(family):
        whole = trained.stages(setup, seed, split)
        dscnn, gate, _ = trained.one_layer(setup, split) if layers == 1 else whole
        arch = trained.arch(setup, "rtsae", seed, split)
        own = replace(arch, name=f"{arch.name}-l{layers}", needs={"attention": gate.name})
        return [dscnn, gate, own]
    if family.startswith("arch-"):
        return [trained.arch(setup, family.removeprefix("arch-"), seed, split)]
    stages = trained.stages(setup, seed, split)
    return stages if family == JOINT else stages[:1]


def _of_shipped(setup: Setup) -> Task:
    clips = setup.classes * setup.preset.test
    needs = {"network": "shipped/compact"}
    return Task("recognition-shipped-compact", "recognition", {}, needs, seconds=0.8 * clips)


def _evaluation(setup: Setup, family: str, network: Task) -> Task:
    """On a few clips of each class in the quick preset and of what is extra, else on all."""
    few = setup.preset.name == "quick" or family in EXTRA
    options = {"clips_per_class": setup.preset.few} if few else {}
    needs = {"network": network.name}
    if network.protocol == "train-arch" and "attention" in network.needs:
        needs["attention"] = network.needs["attention"]
    clips = setup.classes * (setup.preset.few if few else setup.preset.test)
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

    @property
    def seeds(self) -> list[int]:
        """Those of its trainings."""
        return sorted({seed for _, seed in self.runs})

    @cached_property
    def trainings(self) -> list[Outcomes]:
        """What each seed's trainings did, the clips of the splits one after the other."""
        seeds: dict[int, dict[int, Outcomes]] = {}
        for (split, seed), run in sorted(self.runs.items()):
            seeds.setdefault(seed, {})[split] = run
        return [over_splits(splits) for splits in seeds.values()]

    @cached_property
    def outcomes(self) -> Outcomes:
        """Seeds averaged clip by clip."""
        return over_seeds(self.trainings)

    def right(self, variant: str, names: Collection[str] | None = None) -> Floats:
        """What each training has right, (R, N), on the clips of these names or on all."""
        seen = self.trainings if names is None else [one.on(names) for one in self.trainings]
        return np.stack([one.variants[variant].right_N for one in seen])

    def interval(self, variant: str, names: Collection[str] | None = None) -> Interval:
        """The accuracy on the clips of these names or on all, with its interval over recordings
        and trainings."""
        seen = self.outcomes if names is None else self.outcomes.on(names)
        return share(self.right(variant, names), seen.group_N)

    def accuracy(self, variant: str) -> Cell:
        """The same as a cell."""
        return measured.cell(self.interval(variant), self.keys, "share")

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
            names[split, seed] = _evaluation(setup, family, network).name
    known = _whole({key: name for key, name in names.items() if name in results})
    if not known:
        return None
    rows = [results.of(name) for name in known.values()]
    return Subject(
        family,
        {key: Outcomes.from_json(row["outcomes"]) for key, row in zip(known, rows, strict=True)},
        tuple(results.key(name) for name in known.values()),
        tuple(sorted({clip for row in rows for clip in row["left_out"]})),
    )


def _whole(known: dict[Key, str]) -> dict[Key, str]:
    """The runs of the seeds that have the most splits, which are the same before the last ones
    have run."""
    splits: dict[int, set[int]] = {}
    for split, seed in known:
        splits.setdefault(seed, set()).add(split)
    most = max(splits.values(), key=len, default=set())
    return {key: name for key, name in known.items() if splits[key[1]] == most}


def subjects(setup: Setup, results: Results, *wanted: str) -> dict[str, Subject]:
    """Those of these families of which anything is known."""
    found = {family: subject(setup, results, family) for family in wanted}
    return {family: one for family, one in found.items() if one is not None}


def compared(a: Subject, variant_a: str, b: Subject, variant_b: str) -> tuple[Comparison, int]:
    """Two subjects, or two variants of one, on the clips that both saw, and how many these are. Of
    trainings of which one goes on from the other, those of a seed are drawn together."""
    first, _ = shared(a.outcomes, b.outcomes)
    names = {clip.name for clip in first.clips}
    right_a, right_b = a.right(variant_a, names), b.right(variant_b, names)
    same = a is b or ({a.family, b.family} == {JOINT, DSCNN} and a.seeds == b.seeds)
    found = statistics.compare(right_a, right_b, first.group_N, together=same)
    return found, len(first.clips)


def judged(text: str, where: str, a: Subject, variant_a: str, b: Subject, variant_b: str) -> Claim:
    """The claim that the first recognises more than the second, or one variant than another."""
    found, clips = compared(a, variant_a, b, variant_b)
    said = f"difference {measured.written(found.difference, '%')}, p = {found.p:.2g}, {clips} clips"
    keys = dict.fromkeys((*a.keys, *b.keys))
    return measured.judged(text, where, found.more, f"{said}{_trainings_said(a, b)}", *keys)


def falls(text: str, where: str, one: Subject, variants: Mapping[float, str]) -> Claim:
    """The claim that accuracy falls with x, of which each variant has a value, over all of them."""
    right = [one.right(variant) for variant in variants.values()]
    found = statistics.trend([-x for x in variants], right, one.outcomes.group_N)
    said = (
        f"from {max(variants):g} to {min(variants):g}, on the line through all {len(variants)} "
        f"shares, {measured.written(found.difference, '%')}, p = {found.p:.2g}, "
        f"{len(one.outcomes.clips)} clips{_trainings_said(one)}"
    )
    return measured.judged(text, where, found.more, said, *one.keys)


def _trainings_said(*subjects: Subject) -> str:
    """How many trainings each has, as a claim's figure ends; nothing of what ships."""
    counts = {one.family: len(one.trainings) for one in subjects if one.family != READY}
    numbers = " and ".join(str(count) for count in dict.fromkeys(counts.values()))
    return f", {numbers} training{'s' * (set(counts.values()) != {1})}" if counts else ""


def claim(
    found: Mapping[str, Subject],
    text: str,
    where: str,
    a: str,
    b: str,
) -> Claim:
    """The same of two families, each as it is meant; untested where one is not known."""
    if why := absent(found, a, b):
        return measured.untested(text, where, why)
    return judged(text, where, found[a], main_variant(a), found[b], main_variant(b))


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
