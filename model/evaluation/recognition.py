"""What a network recognises on test clips, by several choices of the steps that it computes.

Shape legend: N clips, T steps of a clip, R draws of gates, K classes. A variant keeps some steps;
its prediction is that of the whole network on them alone. Each checkpoint is one training seed of
its recogniser; a group are the seeds of one recogniser at one preset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from model.datasets.types import Sample
from model.errors import InvalidParameter
from model.evaluation.outcomes import UNKNOWN, LabelledClip, Outcomes, Variant
from model.networks.dscnn import RTSAEDSCNN
from model.order import from_anywhere
from model.training.features import front_key
from model.training.selections import selections
from model.training.sources import MapStore
from model.training.views import WHOLE
from model.types import Flags, Indices

MIXED_BACK = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)  # shares of the discarded steps fed back in
OWN, COMPACT = "rtsae-dscnn", "compact"
GATE, EVEN, RANDOM, ALL = "own", "uniform", "random", "whole"  # variants of a gated network
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


@dataclass(frozen=True)
class Opened:
    """The steps of a clip, as decoded frames, and those at which the network's own gate opened."""

    index_T: Indices
    open_T: Flags


@dataclass
class Tally:
    """What one checkpoint did on one clip after the other, by variant; `opened` by its own gate,
    where it has one."""

    right: dict[str, list[float]] = field(default_factory=dict)
    predicted: dict[str, list[int]] = field(default_factory=dict)
    kept: dict[str, list[float]] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)

    def add(self, variant: str, named: Sequence[int], label: int, kept: float) -> None:
        """The classes that the draws of a variant named on the next clip of class `label`."""
        first = named[0] if len(named) == 1 else UNKNOWN
        right = sum(name == label for name in named) / len(named)
        self.right.setdefault(variant, []).append(right)
        self.predicted.setdefault(variant, []).append(first)
        self.kept.setdefault(variant, []).append(kept)

    def sort(self, number_N: Sequence[int]) -> None:
        """Put clips that were added in the order of these numbers into that of the numbers."""
        place_N = np.argsort(number_N).tolist()
        for column in (self.right, self.predicted, self.kept):
            for name, values in column.items():
                column[name] = [values[place] for place in place_N]
        self.opened = [self.opened[place] for place in place_N]

    def to_json(self) -> dict[str, Any]:
        """As JSON, of which `from_json` makes the same again."""
        opened = [[clip.index_T.tolist(), clip.open_T.tolist()] for clip in self.opened]
        return {
            "right": self.right,
            "predicted": self.predicted,
            "kept": self.kept,
            "opened": opened,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The value that `to_json` wrote."""
        opened = [
            Opened(np.array(index_T, np.int64), np.array(open_T, np.bool_))
            for index_T, open_T in data["opened"]
        ]
        return cls(**{**data, "opened": opened})

    def outcomes(self, classes: tuple[str, ...], clips: Sequence[LabelledClip]) -> Outcomes:
        """The same as a value, of these clips."""
        variants = {
            name: Variant(
                np.array(self.right[name]),
                np.array(self.predicted[name], np.int64),
                np.array(self.kept[name]),
            )
            for name in self.right
        }
        return Outcomes(classes, tuple(clips), variants)


# The gates (R, T) of each variant: of clip `number` at `path` with its steps, and the own gate's.
Choose = Callable[[Path, int, Opened], Mapping[str, torch.Tensor]]


def own_and_others(path: Path, number: int, opened: Opened) -> dict[str, torch.Tensor]:
    """The own gate, as many uniform and random steps, all, and discarded steps mixed back in."""
    found = selections(torch.from_numpy(opened.open_T), np.random.default_rng([0, number]))
    chosen = {GATE: found.pop("binary"), **found}
    mixed = zip(MIXED_BACK, mixed_back(opened.open_T, number), strict=True)
    return chosen | {mixed_name(share): gate_T[None] for share, gate_T in mixed if 0 < share < 1}


def mixed_name(share: float) -> str:
    """The variant of this share of the discarded steps: none is the own gate, all are all steps."""
    return {0.0: GATE, 1.0: ALL}.get(share, f"mixed-{share:g}")


def mixed_back(open_T: NDArray[np.bool_], seed: int) -> list[torch.Tensor]:
    """Gates with growing shares of the discarded steps open again: the inverse analysis."""
    closed = np.random.default_rng([1, seed]).permutation(np.flatnonzero(~open_T))
    rows = []
    for share in MIXED_BACK:
        gate_T = open_T.astype(np.float32)
        gate_T[closed[: round(share * len(closed))]] = 1
        rows.append(torch.from_numpy(gate_T))
    return rows


def evaluate_dscnn(
    networks: Sequence[RTSAEDSCNN],
    samples: Sequence[Sample],
    store: MapStore,
    steps_of: Callable[[Path], NDArray[np.int64]],
    choose: Choose = own_and_others,
    on_clip: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> list[Tally]:
    """Each network on each clip by the variants that `choose` gives, every step computed once.

    The maps before the gate are computed once for all networks, which share their front and its
    device (`store` holds it); `steps_of` gives the decoded frames that the steps of a clip are.
    Raises InvalidParameter when a network has another front.
    """
    keys = {front_key(network.front) for network in networks} | {front_key(store.front)}
    if len(keys) > 1:
        raise InvalidParameter("wanted networks with one front end, got several", "Run each apart.")
    tallies = [Tally() for _ in networks]
    device = next(store.front.parameters()).device
    order = from_anywhere(range(len(samples)))
    for done, number in enumerate(order, 1):
        sample = samples[number]
        maps_T2CHW, pooled_Tn = store.get(sample.path, WHOLE)
        x_s, x_t = torch.from_numpy(np.array(maps_T2CHW)).to(device).float().unbind(1)
        maps = (x_s, x_t, torch.from_numpy(np.array(pooled_Tn)).to(device))
        index_T = steps_of(sample.path)
        for network, tally in zip(networks, tallies, strict=True):
            _one_clip(network, sample, number, maps, index_T, tally, choose)
        on_clip(done, len(samples), sample.path.name)
    for tally in tallies:
        tally.sort(order)
    return tallies


@torch.inference_mode()
def _one_clip(
    network: RTSAEDSCNN,
    sample: Sample,
    number: int,
    maps: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    index_T: NDArray[np.int64],
    tally: Tally,
    choose: Choose,
) -> None:
    """Maps are on the network's device; gates are chosen on the CPU, from numpy's own draws."""
    x_s, x_t, pooled = maps
    open_T = network.open_steps(network.front.standardise(pooled)).cpu()
    opened = Opened(index_T, open_T.numpy())
    ones_1T = torch.ones(1, len(open_T), dtype=torch.bool, device=x_s.device)
    z_s = network.features(network.s_tail, x_s[None], ones_1T.float(), ones_1T)
    z_t = network.features(network.t_tail, x_t[None], ones_1T.float(), ones_1T)
    for variant, gate_RT in choose(sample.path, number, opened).items():
        R = len(gate_RT)
        gates = gate_RT.to(z_s)
        logits_RK = network.head(z_s.expand(R, -1, -1), z_t.expand(R, -1, -1), gates)
        named = logits_RK.argmax(1).tolist()
        tally.add(variant, named, sample.label, float(gate_RT[0].mean()))
    tally.opened.append(opened)
