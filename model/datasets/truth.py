"""Ground truth of rendered Athletics clips: the phases that lie in JSON beside each clip."""

import json
from pathlib import Path

from model.datasets.athletics import Phase
from model.errors import InvalidDataset


def truth_of(path: Path) -> tuple[Phase, ...]:
    """The phases of the clip at `path`, as frames [start, end) in order.

    Raises InvalidDataset where the JSON beside it is missing or is not Athletics' own.
    """
    beside = path.with_suffix(".json")
    try:
        truth = json.loads(beside.read_text())
        return tuple(
            Phase(row["name"], row["start"], row["end"], row["decisive"]) for row in truth["phases"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidDataset(
            f"wanted the phases of {path.name} in {beside.name}, got {type(error).__name__}: "
            f"{error}",
            "Only clips rendered by `kairoscope cases` have them.",
        ) from error
