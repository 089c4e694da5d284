"""What recognisers did on clips: the figures that every table and interval is computed from.

Shape legend: N clips, C classes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.datasets.files import group_of
from model.errors import InvalidValue
from model.evaluation.intervals import Interval, share
from model.types import Floats

UNKNOWN = -1  # a prediction that is averaged over several draws


@dataclass(frozen=True)
class LabelledClip:
    """A clip by name, its class by number, and its length in decoded frames and in seconds."""

    name: str
    label: int
    frames: int
    seconds: float


@dataclass(frozen=True)
class Variant:
    """One way to recognise all clips: right (1), wrong (0) or the share of the draws that were;
    the class named, `UNKNOWN` where several draws named it; and the share of the steps that were
    computed to the end."""

    right_N: Floats
    predicted_N: NDArray[np.int64]
    kept_N: Floats

    def __post_init__(self) -> None:
        lengths = {len(self.right_N), len(self.predicted_N), len(self.kept_N)}
        if len(lengths) > 1:
            raise InvalidValue(f"wanted figures of the same clips, got {sorted(lengths)}")

    @property
    def known(self) -> bool:
        """Whether one class is named of every clip."""
        return bool((self.predicted_N != UNKNOWN).all())


@dataclass(frozen=True)
class Outcomes:
    """What the variants by name did on the same clips, in the same order."""

    classes: tuple[str, ...]
    clips: tuple[LabelledClip, ...]
    variants: Mapping[str, Variant]

    def __post_init__(self) -> None:
        for name, variant in self.variants.items():
            if len(variant.right_N) != len(self.clips):
                raise InvalidValue(
                    f"{name}: wanted figures of {len(self.clips)} clips, got {len(variant.right_N)}"
                )

    @property
    def label_N(self) -> NDArray[np.int64]:
        """The class of each clip."""
        return np.array([clip.label for clip in self.clips], np.int64)

    @property
    def group_N(self) -> list[str]:
        """The class and the recording that each clip was cut from, as its name says."""
        names = [self.classes[clip.label] for clip in self.clips]
        stems = [Path(clip.name).stem for clip in self.clips]
        return [f"{name}/{group_of(s, name)}" for name, s in zip(names, stems, strict=True)]

    def accuracy(self, variant: str) -> Interval:
        """The share of the clips that a variant has right, with its interval over recordings."""
        return share(self.variants[variant].right_N, self.group_N)

    @property
    def frames_N(self) -> Floats:
        """The length of each clip in frames."""
        return np.array([clip.frames for clip in self.clips], np.float64)

    def on(self, names: Collection[str]) -> Self:
        """The same on the clips of these names alone."""
        kept_N = np.array([clip.name in names for clip in self.clips], bool)
        clips = tuple(clip for clip, kept in zip(self.clips, kept_N, strict=True) if kept)
        variants = {
            name: Variant(row.right_N[kept_N], row.predicted_N[kept_N], row.kept_N[kept_N])
            for name, row in self.variants.items()
        }
        return replace(self, clips=clips, variants=variants)

    def to_json(self) -> dict[str, Any]:
        """As JSON: a list for each field; null for a prediction of several draws."""
        clips = self.clips
        return {
            "classes": list(self.classes),
            "clips": {
                "name": [clip.name for clip in clips],
                "label": [clip.label for clip in clips],
                "frames": [clip.frames for clip in clips],
                "seconds": [clip.seconds for clip in clips],
            },
            "variants": {name: _written(variant) for name, variant in self.variants.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The value that `to_json` wrote. Raises InvalidValue for another form."""
        try:
            columns = (data["clips"][name] for name in ("name", "label", "frames", "seconds"))
            clips = tuple(LabelledClip(*row) for row in zip(*columns, strict=True))
            variants = {name: _read(row) for name, row in data["variants"].items()}
            return cls(tuple(data["classes"]), clips, variants)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidValue(f"wanted outcomes of recognition, got {error!r}") from error


def shared(*seen: Outcomes) -> list[Outcomes]:
    """Each on the clips that all have, in the same order, for pairing them.

    Raises InvalidValue for none, or for another order.
    """
    names = set.intersection(*({clip.name for clip in one.clips} for one in seen))
    alike = [one.on(names) for one in seen]
    if not names or any(one.clips != alike[0].clips for one in alike):
        raise InvalidValue("wanted outcomes on the same clips in the same order")
    return alike


def over_seeds(seeds: Sequence[Outcomes]) -> Outcomes:
    """Seeds of one recogniser on the same clips as one: shares are averaged, and no class is named
    unless there is one seed. Raises InvalidValue for other clips or none."""
    first = seeds[0] if seeds else None
    if first is None or any(one.clips != first.clips for one in seeds):
        raise InvalidValue("wanted seeds on the same clips")
    if len(seeds) == 1:
        return first
    variants = {
        name: Variant(
            np.mean([one.variants[name].right_N for one in seeds], 0),
            np.full(len(first.clips), UNKNOWN),
            np.mean([one.variants[name].kept_N for one in seeds], 0),
        )
        for name in first.variants
    }
    return Outcomes(first.classes, first.clips, variants)


def over_splits(splits: Mapping[int, Outcomes]) -> Outcomes:
    """The test clips of several splits by number, one after the other and named with it: a mean
    over them weighs each split by its clips. Raises InvalidValue for other classes or none."""
    parts = [splits[number] for number in sorted(splits)]
    if not parts or any(one.classes != parts[0].classes for one in parts):
        raise InvalidValue("wanted splits of the same classes")
    clips = tuple(
        replace(clip, name=f"{number}/{clip.name}")
        for number in sorted(splits)
        for clip in splits[number].clips
    )
    variants = {
        name: Variant(
            np.concatenate([one.variants[name].right_N for one in parts]),
            np.concatenate([one.variants[name].predicted_N for one in parts]),
            np.concatenate([one.variants[name].kept_N for one in parts]),
        )
        for name in parts[0].variants
    }
    return Outcomes(parts[0].classes, clips, variants)


def _written(variant: Variant) -> dict[str, Any]:
    return {
        "right": [_short(value) for value in variant.right_N.tolist()],
        "predicted": [
            None if value == UNKNOWN else value for value in variant.predicted_N.tolist()
        ],
        "kept": variant.kept_N.tolist(),
    }


def _short(value: float) -> float | int:
    return int(value) if value in (0, 1) else value


def _read(row: Mapping[str, Any]) -> Variant:
    predicted = [UNKNOWN if value is None else value for value in row["predicted"]]
    return Variant(
        np.array(row["right"], np.float64),
        np.array(predicted, np.int64),
        np.array(row["kept"], np.float64),
    )
