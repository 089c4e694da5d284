"""`kairoscope evaluate athletics`: recognition and keyframes on the rendered test clips.

Shape legend: N clips, R trainings of a recogniser, T steps of a clip, K classes. The rows are those
of recognition.py's variants by recogniser. Phases are those that the renderer drew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.datasets.hashes import place_of
from model.datasets.types import Dataset, Sample
from model.evaluation.intervals import paired_difference
from model.evaluation.phases import Moments, moments_of
from model.evaluation.recognition import (
    ALL,
    COMPACT,
    EVEN,
    GATE,
    MIXED_BACK,
    OWN,
    RANDOM,
    Group,
    Tally,
    mixed_name,
)
from model.types import Floats

SCHEMA = "kairoscope/athletics-evaluation@1"
GATED = {GATE: OWN, EVEN: "dscnn+uniform", RANDOM: "dscnn+random", ALL: "dscnn"}
Rows = Mapping[str, tuple[Group, str]]  # the group and the variant of each row by its name


def rows_of(tallies: Mapping[Group, Sequence[Tally]]) -> dict[str, tuple[Group, str]]:
    """The rows of the table: the variants of every group, without those that mix steps back in."""
    return {
        _row(group, variant): (group, variant)
        for group, seeds in tallies.items()
        for variant in seeds[0].right
        if group.family != OWN or variant in GATED
    }


def _row(group: Group, variant: str) -> str:
    if group.family == OWN:
        return group.named(GATED[variant])
    return group.named(group.family if variant == GATE else f"{group.family}+{variant}")


def report(
    dataset: Dataset, tallies: Mapping[Group, Sequence[Tally]], provenance: Mapping[str, Any]
) -> dict[str, Any]:
    """The result: recognisers over seeds, paired comparisons, inverse analysis, phases; and what
    each seed did on each clip, of which the comparisons can be made again.

    `tallies` holds a tally for each seed of each group. Comparisons draw recordings, and trainings
    where there are several. Inverse analysis and phases are those of the preset `compact`;
    `presets` has those of each other one.
    """
    rows = rows_of(tallies)
    clips = _clips(dataset)
    labels = np.array([sample.label for sample in dataset.test])
    about = {
        group.preset: {"inverse": _inverse(seeds), "phases": _phases(seeds, dataset.test)}
        for group, seeds in tallies.items()
        if group.family == OWN
    }
    return {
        "schema": SCHEMA,
        "dataset": {
            "name": dataset.name,
            "classes": dataset.classes,
            "test_clips": len(labels),
            "test_recordings": len(set(clips["recording"])),
        },
        "clips": clips,
        "recognizers": {
            name: _recogniser(variant, tallies[group], labels, dataset.classes)
            for name, (group, variant) in rows.items()
        },
        "comparisons": {
            f"{a} - {b}": _compared(rows[a], rows[b], tallies, clips["recording"])
            for a, b in _pairs(rows)
        },
        **about.pop(COMPACT, {"inverse": [], "phases": {}}),
        "presets": about,
        "provenance": dict(provenance),
    }


def _recogniser(
    variant: str, seeds: Sequence[Tally], labels: NDArray[np.int64], classes: Sequence[str]
) -> dict[str, Any]:
    right_RN = _right(variant, seeds)
    accuracy, right_N = right_RN.mean(1).tolist(), right_RN.mean(0)
    return {
        "accuracy_mean": float(np.mean(accuracy)),
        "accuracy_std": float(np.std(accuracy, ddof=1)) if len(accuracy) > 1 else 0.0,
        "kept_mean": float(np.mean([np.mean(tally.kept[variant]) for tally in seeds])),
        "seeds": accuracy,
        "classes": {
            label: float(right_N[labels == k].mean())
            for k, label in enumerate(classes)
            if (labels == k).any()
        },
        "right": right_RN.tolist(),
    }


def _clips(dataset: Dataset) -> dict[str, list[str]]:
    """The test clips by column: name, class, and the recording that it was cut from."""
    classes = [dataset.classes[sample.label] for sample in dataset.test]
    return {
        "name": [place_of(sample.path, dataset.root) for sample in dataset.test],
        "class": classes,
        "recording": [
            f"{name}/{sample.group}" for name, sample in zip(classes, dataset.test, strict=True)
        ],
    }


def _compared(
    a: tuple[Group, str],
    b: tuple[Group, str],
    tallies: Mapping[Group, Sequence[Tally]],
    recording_N: Sequence[str],
) -> dict[str, Any]:
    """Variants of one recogniser are of the same trainings."""
    a_RN, b_RN = (_right(variant, tallies[group]) for group, variant in (a, b))
    return paired_difference(a_RN, b_RN, recording_N, together=a[0] == b[0])


def _right(variant: str, seeds: Sequence[Tally]) -> Floats:
    """What each seed has right of each clip (R, N)."""
    return np.array([tally.right[variant] for tally in seeds], np.float64)


def _pairs(rows: Rows) -> list[tuple[str, str]]:
    """The differences that the paper claims, by name of row: RTSAE-DSCNN and each of its variants,
    all rivals, and itself at the presets after it; other recognisers by their variants; SMS and
    AVERAGE."""
    group_of = {name: group for name, (group, _) in rows.items()}
    pairs = []
    groups = list(dict.fromkeys(group_of.values()))
    first = {group: next(name for name in rows if group_of[name] == group) for group in groups}
    for place, group in enumerate(groups):
        others = [name for name in rows if group_of[name] == group and name != first[group]]
        if group.family == OWN:
            others += [name for name in rows if group_of[name].family != OWN]
            others += [first[later] for later in groups[place + 1 :] if later.family == OWN]
        if group.family == "arch+sms":
            others += [
                name for name in rows if group_of[name] == Group("arch+average", group.preset)
            ]
        pairs += [(first[group], other) for other in others]
    return pairs


def _inverse(seeds: Sequence[Tally]) -> list[dict[str, float]]:
    """Accuracy as discarded steps are mixed back in."""
    return [
        {
            "mixed_back": share,
            "accuracy": float(
                np.mean([np.mean(tally.right[mixed_name(share)]) for tally in seeds])
            ),
        }
        for share in MIXED_BACK
    ]


def _phases(seeds: Sequence[Tally], samples: Sequence[Sample]) -> dict[str, Any]:
    """Where the keyframes lie, and how many a clip has: of all clips, and of each action."""
    found: dict[str, Any] = {}
    moments = [
        (sample.path.parent.name, moments_of(sample.path, opened.index_T, opened.open_T))
        for tally in seeds
        for opened, sample in zip(tally.opened, samples, strict=True)
    ]
    for action in ("all", *sorted({name for name, _ in moments})):
        found[action] = _summed([row for name, row in moments if action in ("all", name)])
    return found


def _summed(rows: Sequence[Moments]) -> dict[str, Any]:
    keyframes = sum(row.keyframes for row in rows)
    return {
        "keyframes": keyframes / len(rows),
        "keyframes_most": max(row.keyframes for row in rows),
        "decisive": sum(row.decisive for row in rows) / keyframes,
        "run_up": sum(row.running for row in rows) / keyframes,
        "decisive_steps": sum(row.decisive_steps for row in rows) / sum(row.steps for row in rows),
    }
