"""The benchmark on disk: twelve classes in three parts, laid out and listed as UCF101 is.

An actor and a place belong to one group of four seeds, and a group to one part; all classes of a
family have the same groups, so that neither actor nor place tells the class.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import cv2

from model.datasets.athletics.scene import (
    ATHLETICS_VERSION,
    CLIPS_PER_GROUP,
    Action,
    Scene,
    make_scene,
)
from model.datasets.athletics.write import SUFFIX, Codec, finished, write_scene
from model.datasets.files import group_of
from model.datasets.types import Dataset, Sample
from model.process import die_with_parent

# The first seed of each part, and the end of the last.
PARTS = {"train": 0, "validation": 10_000, "test": 20_000}
PART_SIZE = 10_000
UNSAID = "2"  # the version that keys do not tell: results that took days are kept by such keys
_LISTS = {"train": "trainlist01.txt", "validation": "vallist01.txt", "test": "testlist01.txt"}


@dataclass(frozen=True)
class Picture:
    """How all clips are stored: pixels, frames per second, codec."""

    width: int = 320
    height: int = 240
    fps: float = 25.0
    codec: Codec = "mpeg4"


@dataclass(frozen=True)
class Clip:
    """One clip to be: its part, class and seed."""

    part: str
    action: str
    seed: int

    def file(self, codec: Codec) -> str:
        """Its path below the benchmark's folder; the group and clip numbers say the seed."""
        group, clip = divmod(self.seed, CLIPS_PER_GROUP)
        stem = f"v_{self.action}_g{group + 1:02d}_c{clip + 1:02d}"
        return f"{self.action}/{stem}{SUFFIX[codec]}"


def clips_of(train: int, validation: int, test: int) -> list[Clip]:
    """So many clips of each class in each part, class by class within a seed.

    Raises ValueError for a part of less than 0 or more than 10000 clips.
    """
    counts = {"train": train, "validation": validation, "test": test}
    for part, count in counts.items():
        if not 0 <= count <= PART_SIZE:
            raise ValueError(f"{part}: wanted 0 to {PART_SIZE} clips a class, got {count}")
    return [
        Clip(part, action, PARTS[part] + k)
        for part, count in counts.items()
        for k in range(count)
        for action in sorted(Action.registry)
    ]


def render_benchmark(
    out: Path,
    *,
    train: int,
    validation: int,
    test: int,
    picture: Picture | None = None,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write the clips that are not there yet, and then the lists. Returns all video paths.

    train, validation, test: clips of each class; jobs: processes. `on_progress` gets the number
    of clips done and to do. Raises ValueError as `clips_of` and `make_scene` do, and OSError
    where `out` cannot be written.
    """
    picture = picture or Picture()
    clips = clips_of(train, validation, test)
    missing = [clip for clip in clips if not _is_whole(out, clip, picture)]
    done = len(clips) - len(missing)
    for _ in _rendered(out, missing, picture, jobs):
        done += 1
        if on_progress is not None:
            on_progress(done, len(clips))
    _write_lists(out, clips, picture.codec)
    return [out / clip.file(picture.codec) for clip in clips]


def listed(out: Path, *, train: int, validation: int, test: int) -> Dataset:
    """The data set as it will be read from `out` once so many clips of each class are rendered."""
    classes = tuple(sorted(Action.registry))
    found: dict[str, list[Sample]] = {part: [] for part in PARTS}
    for clip in clips_of(train, validation, test):
        path = out / clip.file(Picture().codec)
        group = group_of(path.stem, clip.action)
        found[clip.part].append(Sample(path, classes.index(clip.action), group))
    train_N, validation_N, test_N = (tuple(found[part]) for part in PARTS)
    return Dataset("athletics", out, classes, train_N, test_N, validation_N, edition=edition())


def edition(version: str = ATHLETICS_VERSION) -> str:
    """What determines the clips of the benchmark beside their names, as keys of results tell it:
    the version, from that after `UNSAID` on."""
    return "" if version == UNSAID else version


def _rendered(out: Path, clips: list[Clip], picture: Picture, jobs: int) -> Iterator[None]:
    """Render all, and yield after each."""
    if jobs == 1:
        for clip in clips:
            _render(out, clip, picture)
            yield
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _began) as pool:
        futures = [pool.submit(_render, out, clip, picture) for clip in clips]
        try:
            for future in as_completed(futures):
                future.result()
                yield
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _began() -> None:
    """In a process that renders: it ends with the one that started it, and takes one core."""
    die_with_parent()
    cv2.setNumThreads(1)


def scene_of(clip: Clip, picture: Picture) -> Scene:
    """The scene that a clip shows."""
    return make_scene(
        clip.action,
        clip.seed,
        width=picture.width,
        height=picture.height,
        fps=picture.fps,
        version=ATHLETICS_VERSION,
    )


def _render(out: Path, clip: Clip, picture: Picture) -> None:
    scene = scene_of(clip, picture)
    rng = scene.rng("compression")
    crf, quality = int(rng.integers(22, 37)), int(rng.integers(3, 17))
    path = out / clip.file(picture.codec)
    write_scene(scene, path, codec=picture.codec, crf=crf, quality=quality)


def _is_whole(out: Path, clip: Clip, picture: Picture) -> bool:
    """Whether the clip is there, as this picture and this version would have it."""
    path = out / clip.file(picture.codec)
    try:
        truth = json.loads(path.with_suffix(".json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    wanted = {
        "version": ATHLETICS_VERSION,
        "seed": clip.seed,
        "width": picture.width,
        "height": picture.height,
        "fps": picture.fps,
    }
    return path.is_file() and all(truth.get(name) == value for name, value in wanted.items())


def _write_lists(out: Path, clips: list[Clip], codec: Codec) -> None:
    folder = out / "ucfTrainTestlist"
    folder.mkdir(parents=True, exist_ok=True)
    label = {name: k for k, name in enumerate(sorted(Action.registry), start=1)}
    lists = {"classInd.txt": [f"{k} {name}" for name, k in label.items()]}
    for part, name in _LISTS.items():
        own = [clip for clip in clips if clip.part == part]
        lists[name] = [
            clip.file(codec) + ("" if part == "test" else f" {label[clip.action]}") for clip in own
        ]
    for name, lines in lists.items():
        with finished(folder / name) as path:
            path.write_text("".join(f"{line}\n" for line in lines))
