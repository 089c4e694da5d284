"""`kairoscope evaluate athletics`: recognition and keyframes on the rendered test clips.

Shape legend: N clips, T steps of a clip, K classes. The rows are those of recognition.py's variants
by recogniser. Phases are those that the renderer drew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """The result: recognisers over seeds, paired comparisons, inverse analysis, phases.

    `tallies` holds a tally for each seed of each group. Inverse analysis and phases are those of
    the preset `compact`; `presets` has those of each other one.
    """
    rows = rows_of(tallies)
    labels = np.array([sample.label for sample in dataset.test])
    about = {
        group.preset: {"inverse": _inverse(seeds), "phases": _phases(seeds, dataset.test)}
        for group, seeds in tallies.items()
        if group.family == OWN
    }
    return {
        "schema": "kairoscope/athletics-evaluation@1",
        "dataset": {"name": dataset.name, "classes": dataset.classes, "test_clips": len(labels)},
        "recognizers": {
            name: _recogniser(variant, tallies[group], labels, dataset.classes)
            for name, (group, variant) in rows.items()
        },
        "comparisons": {
            f"{a} - {b}": paired_difference(
                _on_clips(rows[a], tallies), _on_clips(rows[b], tallies)
            )
            for a, b in _pairs(rows)
        },
        **about.pop(COMPACT, {"inverse": [], "phases": {}}),
        "presets": about,
        "provenance": dict(provenance),
    }


def _recogniser(
    variant: str, seeds: Sequence[Tally], labels: NDArray[np.int64], classes: Sequence[str]
) -> dict[str, Any]:
    accuracy = [float(np.mean(tally.right[variant])) for tally in seeds]
    right_N = _over_seeds(variant, seeds)
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
    }


def _on_clips(row: tuple[Group, str], tallies: Mapping[Group, Sequence[Tally]]) -> Floats:
    group, variant = row
    return _over_seeds(variant, tallies[group])


def _over_seeds(variant: str, seeds: Sequence[Tally]) -> Floats:
    """Accuracy on each clip, the mean over the seeds (N,)."""
    right_N: Floats = np.mean([tally.right[variant] for tally in seeds], 0)
    return right_N


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
