"""Ground truth of rendered Athletics clips: the phases that lie in JSON beside each clip."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from model.datasets.athletics import Phase
from model.datasets.athletics.scene import TRUTH
from model.errors import InvalidDataset

_Taken = TypeVar("_Taken")


def truth_of(path: Path) -> tuple[Phase, ...]:
    """The phases of the clip at `path`, as frames [start, end) in order.

    Raises InvalidDataset where the JSON beside it is missing or is not Athletics' own.
    """
    return _read(
        path,
        lambda truth: tuple(
            Phase(row["name"], row["start"], row["end"], row["decisive"]) for row in truth["phases"]
        ),
    )


def timing_of(path: Path) -> tuple[int, float]:
    """Frames of the clip at `path`, and frames per second. Raises InvalidDataset as `truth_of`."""
    return _read(path, lambda truth: (int(truth["n_frames"]), float(truth["fps"])))


def version_of(path: Path) -> str:
    """The version of Athletics that the clip at `path` is of. Raises InvalidDataset as
    `truth_of`."""
    return _read(path, lambda truth: str(_own(truth)["version"]))


def _own(truth: Any) -> Any:
    """Raises ValueError for the JSON of another program."""
    if truth["schema"] != TRUTH:
        raise ValueError(f"wanted the schema {TRUTH}, got {truth['schema']!r}")
    return truth


def _read(path: Path, take: Callable[[Any], _Taken]) -> _Taken:
    beside = path.with_suffix(".json")
    try:
        return take(json.loads(beside.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidDataset(
            f"wanted Athletics' ground truth of {path.name} in {beside.name}, got "
            f"{type(error).__name__}: {error}",
            "Only clips rendered by `kairoscope cases` have it.",
        ) from error
