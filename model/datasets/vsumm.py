"""Videos with the keyframes that people chose: VSUMM's user summaries (de Avila et al., 2011).

Files count frames from 1, as VSUMM does; everything here counts decoded frames from 0.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from model.datasets.files import existing_folder, folders_in, is_video, wrong_root
from model.errors import InvalidDataset

LAYOUT = (
    "Expected <root>/database/<video>.mpg with <root>/UserSummary/<video>/user<n>/Frame<number>"
    ".jpeg; or single frames, <root>/frames/<video>/<number>.jpg, with <root>/annotations.json: "
    '{"<video>": {"n_frames": 3279, "user_keyframes": [[631, ...], ...]}}.'
)
VIDEO_FOLDERS = ("database", "videos", "")
STILLS = (".jpg", ".jpeg", ".png")

Summary = tuple[int, ...]


@dataclass(frozen=True)
class SummarisedVideo:
    """A video and the keyframes of each user, as sorted indices; named twice they are there twice.

    There is the `video` file, or a `bank`: the stills of some of its `frames`, by index. `frames`
    is None where only decoding tells, and else at least the last number named.
    """

    name: str
    users: tuple[Summary, ...]
    frames: int | None = None
    video: Path | None = None
    bank: Mapping[int, Path] = field(default_factory=dict)

    def nearest(self, index: int) -> int:
        """The index in the bank closest to `index`, the earlier of two: what stands for it."""
        known = sorted(self.bank)
        if not known:
            raise InvalidDataset(
                f"wanted a frame of {self.name} near {index}, got a video without single frames",
                "Decode the video file instead.",
            )
        place = bisect_left(known, index)
        return min(known[max(0, place - 1) : place + 1], key=lambda other: abs(other - index))


@dataclass(frozen=True)
class SummarySet:
    """Summarised videos in the order of their numbers, and `published` keyframes: method to video
    to indices. `notices` say what a reader of results must know."""

    name: str
    root: Path
    videos: tuple[SummarisedVideo, ...]
    published: Mapping[str, Mapping[str, Summary]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def read(root: Path | str) -> SummarySet:
    """The videos below `root` with their user summaries. Raises InvalidDataset.

    Videos without summaries are there too, since `published` keyframes may be of them.
    """
    root = existing_folder(root, "VSUMM's videos and user summaries", LAYOUT)
    notices: tuple[str, ...] = ()
    if (root / "annotations.json").is_file():
        videos, notices = _with_bank(root)
    elif (root / "UserSummary").is_dir():
        videos = _with_files(root)
    else:
        raise wrong_root(root, "VSUMM's videos and user summaries", LAYOUT)
    known = {video.name: video for video in videos}
    published = {
        method: {name: _indices(numbers) for name, numbers in by_video.items() if name in known}
        for method, by_video in _json(root / "published_keyframes.json").items()
    }
    return SummarySet("vsumm", root, videos, published, notices)


def content(root: Path | str) -> str:
    """A hash of what lies below `root`: of the bytes of JSON files, and of others' names and sizes.

    Raises InvalidDataset where there is no such folder.
    """
    root, digest = existing_folder(root, "VSUMM's videos and user summaries", LAYOUT), sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _with_bank(root: Path) -> tuple[tuple[SummarisedVideo, ...], tuple[str, ...]]:
    """Frame banks and `annotations.json`, and what is odd about them."""
    videos, notices = [], []
    for name, about in sorted(_json(root / "annotations.json").items(), key=_by_number):
        stills = _stills(root / "frames" / name)
        if not stills:
            raise InvalidDataset(
                f"{name}: wanted single frames in {root / 'frames' / name}, got none", LAYOUT
            )
        claimed, users = _annotation(name, about)
        last = 1 + max(index for indices in (*users, tuple(stills)) for index in indices)
        if last > claimed:
            notices.append(f"{name}: {claimed} frames are claimed, but there is number {last}")
        if any(len(set(user)) < len(user) for user in users):
            notices.append(f"{name}: keyframes of users are named more than once, and count so")
        videos.append(SummarisedVideo(name, users, max(claimed, last), bank=stills))
    count = sum(len(video.bank) for video in videos)
    notices.insert(0, f"a sparse bank: {count} single frames of {len(videos)} videos")
    return tuple(videos), tuple(notices)


def _annotation(name: str, about: Any) -> tuple[int, tuple[Summary, ...]]:
    """The number of frames, and each user's keyframes."""
    try:
        users = tuple(_indices(numbers) for numbers in about.get("user_keyframes", ()) if numbers)
        return int(about["n_frames"]), users
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidDataset(
            f"annotations.json: wanted n_frames and user_keyframes of {name}, got "
            f"{type(error).__name__}: {error}",
            LAYOUT,
        ) from error


def _with_files(root: Path) -> tuple[SummarisedVideo, ...]:
    """Video files and the folders of stills in which VSUMM keeps each user's choice."""
    files = {
        path.stem: path
        for folder in VIDEO_FOLDERS
        if (root / folder).is_dir()
        for path in sorted((root / folder).iterdir())
        if is_video(path)
    }
    users = {folder.name: user_summaries(folder) for folder in folders_in(root / "UserSummary")}
    if not files or not users.keys() & files.keys():
        raise wrong_root(root, "videos named as the folders of UserSummary/", LAYOUT)
    return tuple(
        SummarisedVideo(name, users.get(name, ()), video=path)
        for name, path in sorted(files.items(), key=_by_number)
    )


def user_summaries(folder: Path) -> tuple[Summary, ...]:
    """What users chose in one video, from `folder`/user<n>/Frame<number>.jpeg; users without a
    picture are left out. Raises InvalidDataset."""
    return tuple(filter(None, (tuple(_stills(user)) for user in folders_in(folder))))


def _stills(folder: Path) -> dict[int, Path]:
    """Index to picture, from names that end in a number from 1."""
    if not folder.is_dir():
        return {}
    named = ((re.search(r"(\d+)$", path.stem), path) for path in folder.iterdir())
    found = {int(m[1]) - 1: p for m, p in named if m and p.suffix.lower() in STILLS}
    if min(found, default=0) < 0:
        raise InvalidDataset(f"{folder}: wanted numbers from 1, got {found[-1].name}", LAYOUT)
    return dict(sorted(found.items()))


def _indices(numbers: list[int]) -> Summary:
    return tuple(sorted(number - 1 for number in numbers))


def _by_number(item: tuple[str, Any]) -> tuple[int, str]:
    digits = re.sub(r"\D", "", item[0])
    return (int(digits) if digits else 0, item[0])


def _json(path: Path) -> dict[str, Any]:
    """A JSON object; {} where there is no such file."""
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text())
    except ValueError as error:
        raise InvalidDataset(f"{path}: wanted JSON, got {error}", LAYOUT) from error
    if not isinstance(data, dict):
        raise InvalidDataset(f"{path}: wanted an object, got {type(data).__name__}", LAYOUT)
    return data
