"""`kairoscope evaluate athletics`: recognition and keyframes on the rendered test clips.

Shape legend: N clips, T steps of a clip, R variants of gates, K classes. Each checkpoint is one
training seed of its recogniser. A variant keeps some steps; its accuracy is that of the whole
network on them alone. Phases are those that the renderer drew. A group are the seeds of one
recogniser at one preset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter
from model.evaluation.bootstrap import paired_difference
from model.evaluation.phases import Moments, moments_of
from model.networks.dscnn import RTSAEDSCNN
from model.training.features import front_key
from model.training.selections import selections
from model.training.sources import MapStore
from model.training.views import WHOLE
from model.types import Floats

MIXED_BACK = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)  # shares of the discarded steps fed back in
OWN, COMPACT = "rtsae-dscnn", "compact"
VARIANTS = {"binary": OWN, "uniform": "dscnn+uniform", "random": "dscnn+random", "whole": "dscnn"}
OnClip = Callable[[str, int, int, str], None]  # stage, clips done, clips in all, name of the last


def silent(stage: str, done: int, total: int, name: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Group:
    """Checkpoints that differ by their seed: their family (`rtsae-dscnn`, `arch+sms`), and the
    preset that they were trained by."""

    family: str
    preset: str = COMPACT

    def named(self, name: str) -> str:
        """`name` among the rows of all presets: as it is at `compact`, else with the preset."""
        return name if self.preset == COMPACT else f"{name} ({self.preset})"

    def __str__(self) -> str:
        return self.named(self.family)


@dataclass
class Tally:
    """One checkpoint's figures of every clip: right or not and share kept, by name of recogniser,
    accuracy by share mixed back, and where its keyframes lie."""

    right: dict[str, list[float]] = field(default_factory=dict)
    kept: dict[str, list[float]] = field(default_factory=dict)
    mixed: list[list[float]] = field(default_factory=list)
    moments: list[Moments] = field(default_factory=list)

    def add(self, name: str, right: float, kept: float) -> None:
        """A clip's figures under one name."""
        self.right.setdefault(name, []).append(right)
        self.kept.setdefault(name, []).append(kept)


def evaluate_dscnn(
    networks: Sequence[RTSAEDSCNN],
    samples: Sequence[Sample],
    store: MapStore,
    steps_of: Callable[[Path], NDArray[np.int64]],
    group: Group = Group(OWN),
    on_clip: OnClip = silent,
) -> list[Tally]:
    """Each network on each clip by its own gate, by as many uniform and random steps, and by all.

    The maps before the gate are computed once for all networks, which share their front and its
    device (`store` holds it); `steps_of` gives the decoded frames that the steps of a clip are.
    Raises InvalidParameter when a network has another front.
    """
    keys = {front_key(network.front) for network in networks} | {front_key(store.front)}
    if len(keys) > 1:
        raise InvalidParameter("wanted networks with one front end, got several", "Run each apart.")
    tallies = [Tally() for _ in networks]
    device = next(store.front.parameters()).device
    for number, sample in enumerate(samples):
        maps_T2CHW, pooled_Tn = store.get(sample.path, WHOLE)
        x_s, x_t = torch.from_numpy(np.array(maps_T2CHW)).to(device).float().unbind(1)
        maps = (x_s, x_t, torch.from_numpy(np.array(pooled_Tn)).to(device))
        index_T = steps_of(sample.path)
        for network, tally in zip(networks, tallies, strict=True):
            _one_clip(network, sample, number, maps, index_T, tally, group)
        on_clip(str(group), number + 1, len(samples), sample.path.name)
    return tallies


@torch.inference_mode()
def _one_clip(
    network: RTSAEDSCNN,
    sample: Sample,
    number: int,
    maps: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    index_T: NDArray[np.int64],
    tally: Tally,
    group: Group,
) -> None:
    """Maps are on the network's device; gates are chosen on the CPU, from numpy's own draws."""
    x_s, x_t, pooled = maps
    open_T = network.open_steps(network.front.standardise(pooled)).cpu()
    ones_1T = torch.ones(1, len(open_T), dtype=torch.bool, device=x_s.device)
    z_s = network.features(network.s_tail, x_s[None], ones_1T.float(), ones_1T)
    z_t = network.features(network.t_tail, x_t[None], ones_1T.float(), ones_1T)

    def right(gate_RT: torch.Tensor) -> float:
        R = len(gate_RT)
        gates = gate_RT.to(z_s)
        logits_RK = network.head(z_s.expand(R, -1, -1), z_t.expand(R, -1, -1), gates)
        return float((logits_RK.argmax(1) == sample.label).float().mean())

    chosen = selections(open_T, np.random.default_rng([0, number]))
    for variant, gate_RT in chosen.items():
        tally.add(group.named(VARIANTS[variant]), right(gate_RT), float(gate_RT[0].mean()))
    tally.mixed.append([right(gate[None]) for gate in mixed_back(open_T.numpy(), number)])
    tally.moments.append(moments_of(sample.path, index_T, open_T.numpy()))


def mixed_back(open_T: NDArray[np.bool_], seed: int) -> list[torch.Tensor]:
    """Gates with growing shares of the discarded steps open again: the inverse analysis."""
    closed = np.random.default_rng([1, seed]).permutation(np.flatnonzero(~open_T))
    rows = []
    for share in MIXED_BACK:
        gate_T = open_T.astype(np.float32)
        gate_T[closed[: round(share * len(closed))]] = 1
        rows.append(torch.from_numpy(gate_T))
    return rows


def report(
    dataset: Dataset, tallies: Mapping[Group, Sequence[Tally]], provenance: Mapping[str, Any]
) -> dict[str, Any]:
    """The result: recognisers over seeds, paired comparisons, inverse analysis, phases.

    `tallies` holds a tally for each seed of each group. Inverse analysis and phases are those of
    the preset `compact`; `presets` has those of each other one.
    """
    rows = {name: group for group, seeds in tallies.items() for name in seeds[0].right}
    labels = np.array([sample.label for sample in dataset.test])
    actions = [sample.path.parent.name for sample in dataset.test]
    about = {
        group.preset: {"inverse": _inverse(seeds), "phases": _phases(seeds, actions)}
        for group, seeds in tallies.items()
        if group.family == OWN
    }
    return {
        "schema": "kairoscope/athletics-evaluation@1",
        "dataset": {"name": dataset.name, "classes": dataset.classes, "test_clips": len(labels)},
        "recognizers": {
            name: _recogniser(name, tallies[group], labels, dataset.classes)
            for name, group in rows.items()
        },
        "comparisons": {
            f"{a} - {b}": paired_difference(
                _over_seeds(a, tallies[rows[a]]), _over_seeds(b, tallies[rows[b]])
            )
            for a, b in _pairs(rows)
        },
        **about.pop(COMPACT, {"inverse": [], "phases": {}}),
        "presets": about,
        "provenance": dict(provenance),
    }


def _recogniser(
    name: str, seeds: Sequence[Tally], labels: NDArray[np.int64], classes: Sequence[str]
) -> dict[str, Any]:
    accuracy = [float(np.mean(tally.right[name])) for tally in seeds]
    right_N = _over_seeds(name, seeds)
    return {
        "accuracy_mean": float(np.mean(accuracy)),
        "accuracy_std": float(np.std(accuracy, ddof=1)) if len(accuracy) > 1 else 0.0,
        "kept_mean": float(np.mean([np.mean(tally.kept[name]) for tally in seeds])),
        "seeds": accuracy,
        "classes": {
            label: float(right_N[labels == k].mean())
            for k, label in enumerate(classes)
            if (labels == k).any()
        },
    }


def _over_seeds(name: str, seeds: Sequence[Tally]) -> Floats:
    """Accuracy on each clip, the mean over the seeds (N,)."""
    right_N: Floats = np.mean([tally.right[name] for tally in seeds], 0)
    return right_N


def _pairs(rows: Mapping[str, Group]) -> list[tuple[str, str]]:
    """The differences that the paper claims, by name of row: RTSAE-DSCNN and each of its variants,
    all rivals, and itself at the presets after it; other recognisers by their variants; SMS and
    AVERAGE."""
    pairs = []
    groups = list(dict.fromkeys(rows.values()))
    first = {group: next(name for name in rows if rows[name] == group) for group in groups}
    for place, group in enumerate(groups):
        others = [name for name in rows if rows[name] == group and name != first[group]]
        if group.family == OWN:
            others += [name for name in rows if rows[name].family != OWN]
            others += [first[later] for later in groups[place + 1 :] if later.family == OWN]
        if group.family == "arch+sms":
            others += [name for name in rows if rows[name] == Group("arch+average", group.preset)]
        pairs += [(first[group], other) for other in others]
    return pairs


def _inverse(seeds: Sequence[Tally]) -> list[dict[str, float]]:
    """Accuracy as discarded steps are mixed back in."""
    accuracy = np.mean([np.mean(tally.mixed, 0) for tally in seeds], 0)
    return [
        {"mixed_back": share, "accuracy": float(value)}
        for share, value in zip(MIXED_BACK, accuracy, strict=True)
    ]


def _phases(seeds: Sequence[Tally], actions: Sequence[str]) -> dict[str, Any]:
    """Where the keyframes lie, and how many a clip has: of all clips, and of each action."""
    found: dict[str, Any] = {}
    for action in ("all", *sorted(set(actions))):
        rows = [
            moments
            for tally in seeds
            for moments, name in zip(tally.moments, actions, strict=True)
            if action in ("all", name)
        ]
        keyframes = sum(row.keyframes for row in rows)
        found[action] = {
            "keyframes": keyframes / len(rows),
            "keyframes_most": max(row.keyframes for row in rows),
            "decisive": sum(row.decisive for row in rows) / keyframes,
            "run_up": sum(row.running for row in rows) / keyframes,
            "decisive_steps": sum(row.decisive_steps for row in rows)
            / sum(row.steps for row in rows),
        }
    return found
