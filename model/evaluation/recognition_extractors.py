"""Two-Stream and C3D on test clips: they read what any method selected.

Shape legend: T steps of a clip, K keyframes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model.datasets.types import Sample
from model.evaluation.keyframes import keyframes_of
from model.evaluation.recognition import ALL, COMPACT, Group, Tally
from model.evaluation.recognition_work import Work
from model.features.types import Shots
from model.methods.filling import midpoints
from model.networks.frontend import Recipe
from model.recognisers.base import Recogniser
from model.types import Indices

EXTRACTORS = ("two-stream", "c3d")
Keys = Mapping[Path, Mapping[str, Indices]]  # keyframes by clip and method


@dataclass(frozen=True)
class Extractor:
    """A checkpoint of one of `EXTRACTORS`, its recogniser and its card."""

    path: Path
    recogniser: Recogniser
    card: Mapping[str, Any]

    @property
    def group(self) -> Group:
        """The recogniser's name and the preset of its card."""
        return Group(self.recogniser.name, self.card.get("preset", COMPACT))

    @property
    def sees(self) -> tuple[Path, Recipe, int]:
        """What `Work.decoded` wants of a seed."""
        recipe = replace(Recipe(), **self.card["recipe"])
        return self.path, replace(recipe, size=self.recogniser.size), int(self.card["max_steps"])


def chosen(paths: Sequence[Path], work: Work) -> Keys:
    """Keyframes of each method of `work.select` on each clip, as many as the method itself finds;
    `uniform` takes as many as `rtsae` where both are asked for, and `ALL` every frame. Raises as
    `keyframes_of`."""
    found: dict[Path, dict[str, Indices]] = {}
    methods = tuple(name for name in work.select if name != ALL)
    for path, clip in keyframes_of(paths, methods, work).items():
        rows = {name: choice.own_K for name, choice in clip.by_method.items()}
        if {"rtsae", "uniform"} <= rows.keys():
            rows["uniform"] = midpoints(clip.frames, len(rows["rtsae"]))
        if ALL in work.select:
            rows[ALL] = np.arange(clip.frames)
        found[path] = rows
    return found


def evaluate_extractors(
    group: Group, seeds: Sequence[Extractor], samples: Sequence[Sample], keys: Keys, work: Work
) -> list[Tally]:
    """Each recogniser on each clip's keyframes alone. `kept` is the share of its steps that it
    computes: C3D the neighbours of keyframes, too. Raises as `Work.decoded`."""
    clips = work.decoded(group, [one.sees for one in seeds], [sample.path for sample in samples])
    tallies = [Tally() for _ in seeds]
    for number, sample in enumerate(samples):
        images = clips.get(sample.path)
        shots = Shots(images.index_T, images.time_T, images.rgb_THWC, images.flow_THWC)
        for one, tally in zip(seeds, tallies, strict=True):
            session = one.recogniser.open(shots)
            for name, index_K in keys[sample.path].items():
                found = session.on(index_K)
                named = [int(found.probability_C.argmax())]
                tally.add(name, named, sample.label, len(found.step_M) / len(session.shots))
        work.on_clip(str(group), number + 1, len(samples), sample.path.name)
    return tallies
