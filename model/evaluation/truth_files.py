"""Finds and reads the ground truth of a video on disk."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from model.datasets.vsumm import user_summaries
from model.errors import InvalidDataset
from model.evaluation.truth import GroundTruth, InvalidAnnotations
from model.evaluation.truth_formats import of_json, of_users, parse

SUFFIXES = (".json", ".csv", ".mat")
SUMMARIES, LISTS = "UserSummary", "annotations.json"  # VSUMM's folder, and its lists in one file


def truth_of(video: Path, place: Path | None = None) -> GroundTruth:
    """The ground truth of `video`: the file `place`, or what the folder `place` (None: the video's
    own) has for a video of this name.

    In a folder that is `<name>.json`, `.csv` or `.mat`, VSUMM's UserSummary/<name>/user<n>/, or the
    entry <name> of VSUMM's annotations.json. Raises InvalidAnnotations.
    """
    place = video.parent if place is None else place
    if not place.is_dir():
        return read(place)
    found = [place / f"{video.stem}{suffix}" for suffix in SUFFIXES]
    for path in found:
        if path.is_file() and path != video:
            return read(path)
    if (place / SUMMARIES / video.stem).is_dir():
        return read(place / SUMMARIES / video.stem)
    lists = _lists(place / LISTS)
    if video.stem in lists:
        return of_json(lists[video.stem])
    raise InvalidAnnotations(
        f"wanted the ground truth of {video.name} in {place}, got none",
        f"Looked for {', '.join(path.name for path in found)}, {SUMMARIES}/{video.stem} and an "
        f"entry {video.stem!r} in {LISTS}.",
    )


def read(path: Path) -> GroundTruth:
    """The ground truth in a file of any format that `parse` knows, in SumMe's .mat, or in VSUMM's
    folder of one video. Raises InvalidAnnotations naming the file."""
    try:
        if path.is_dir():
            return of_users(user_summaries(path))
        if path.suffix.lower() == ".mat":
            return of_users(intervals=_selected(path))
        return parse(path.read_bytes(), path.name)
    except InvalidAnnotations as error:
        raise InvalidAnnotations(f"{path}: {error.message}", error.hint, error.pointer) from None
    except (OSError, InvalidDataset) as error:
        raise InvalidAnnotations(f"{path}: {error}") from None


def _selected(path: Path) -> list[list[tuple[int, int]]]:
    """Each user's intervals in SumMe's `user_score`, (nFrames, users): positive where selected."""
    try:
        score_TU: NDArray[np.float64] = np.asarray(
            loadmat(path, variable_names=["user_score"])["user_score"], np.float64
        )
    except (ValueError, TypeError, KeyError, NotImplementedError, MatReadError) as error:
        raise InvalidAnnotations(
            f"wanted user_score in a MATLAB file, got {type(error).__name__}: {error}",
            "SumMe's own files, in its folder GT, have it.",
        ) from None
    if score_TU.ndim != 2:
        raise InvalidAnnotations(f"wanted user_score of two dimensions, got {score_TU.ndim}")
    padded = np.pad(score_TU > 0, ((1, 1), (0, 0))).astype(np.int8)
    changes = [np.flatnonzero(np.diff(user)).tolist() for user in padded.T]
    return [list(zip(at[::2], at[1::2], strict=True)) for at in changes]


def _lists(path: Path) -> dict[str, object]:
    """VSUMM's lists by video; {} where there is no such file."""
    if not path.is_file():
        return {}
    try:
        lists = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidAnnotations(f"{path}: wanted JSON, got {error}") from None
    return lists if isinstance(lists, dict) else {}
