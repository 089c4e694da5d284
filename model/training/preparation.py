"""Before a labelled stage trains: everything checked, clips verified and cached, parts split.

Shape legend: T steps of a clip.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import torch

from model.datasets.types import Dataset, Fault, Sample
from model.datasets.verify import verify
from model.errors import CannotWrite, InvalidParameter, UnreadableVideo
from model.methods.filling import midpoints
from model.networks.device import Precision, resolve
from model.networks.dscnn import RTSAEDSCNN
from model.networks.frontend import FrontEnd, Recipe
from model.order import from_anywhere
from model.training.capped import CAP_BYTES
from model.training.clips import ClipCache
from model.training.distributed import World
from model.training.mapped import MappedFolder
from model.training.presets import Preset
from model.training.sources import ImageSource, MapSource, MapStore, Pick, Source
from model.training.trainer import Progress
from model.training.views import WHOLE, ImageStore, Views
from model.video.limits import Limits

FITTED_CLIPS = 256  # whose features set the frozen statistics
FITTED_STEPS = 4  # of each clip, for those behind the gate
OnClip = Callable[[str, int, int, str], None]  # what is done, clips done, clips in all, name


@dataclass(frozen=True)
class Run:
    """What a labelled stage needs. `second` trains the T-Net of stage 1 too; `attention` and
    `start` are checkpoints, `backbone` a converted VGG-16; `validation_share` of the groups is
    held out where the data set has no validation."""

    dataset: Dataset
    preset: Preset
    out: Path
    cache: Path
    second: Dataset | None = None
    backbone: Path | None = None
    start: Path | None = None
    attention: Path | None = None
    note: str = ""
    device: str = "cpu"
    world: World = field(default_factory=World)
    cache_bytes: int = CAP_BYTES
    validation_share: float = 0.1
    limits: Limits | None = None
    on_clip: OnClip = lambda what, done, total, name: None
    on_progress: Callable[[Progress], None] | None = None
    on_notice: Callable[[str], None] = lambda text: None


@dataclass(frozen=True)
class Parts:
    """The clips of a stage, and those that cannot be used."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    refused: tuple[str, ...] = ()

    @property
    def paths(self) -> list[Path]:
        """All files, those to train on first."""
        return [sample.path for sample in (*self.train, *self.validation)]

    @property
    def files(self) -> tuple[list[Path], list[Path]]:
        """Files to train on, and to validate by."""
        return [s.path for s in self.train], [s.path for s in self.validation]


def check(run: Run) -> None:
    """Refuse, before any work, what cannot come to anything.

    Raises InvalidParameter, DeviceUnavailable or CannotWrite.
    """
    classes, train = len(run.dataset.classes), run.dataset.train
    if classes < 2:
        raise InvalidParameter(f"{run.dataset.name}: wanted at least 2 classes, got {classes}")
    if not train:
        raise InvalidParameter(f"{run.dataset.name}: wanted clips to train on, got none")
    for sample in run.dataset.samples:
        if not 0 <= sample.label < classes:
            raise InvalidParameter(
                f"{sample.path}: wanted a label from 0 to {classes - 1}, got {sample.label}"
            )
    if len({sample.label for sample in train}) < 2:
        raise InvalidParameter(f"{run.dataset.name}: all clips to train on are of one class")
    if not 0 <= run.validation_share < 1:
        raise InvalidParameter(f"validation share: wanted 0 to below 1, got {run.validation_share}")
    resolve(run.device)
    check_places(run.out, run.cache, run.backbone, run.start, run.attention)


def check_places(out: Path, cache: Path, *starts: Path | None) -> None:
    """Refuse files to start from that are not there, and places that cannot be written.

    Makes the folders of `out` and `cache`. Raises InvalidParameter or CannotWrite.
    """
    for path in starts:
        if path is not None and not path.is_file():
            raise InvalidParameter(f"there is no file {path}", "Check the path.")
    check_out(out)
    _make(cache)


def check_out(out: Path) -> None:
    """Make the folder of a checkpoint. Raises InvalidParameter for another kind of name, beside
    which the curves would not have one of their own, or CannotWrite."""
    if out.suffix != ".safetensors":
        raise InvalidParameter(f"--out: wanted a name ending in .safetensors, got {out.name}")
    if out.is_dir():
        raise InvalidParameter(f"--out: wanted the name of a file, got the folder {out}")
    _make(out.parent)


def _make(folder: Path) -> None:
    """The folder, in which something was written. Raises CannotWrite."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotWrite.at(folder, error) from error


def split(run: Run) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Clips to train on and to validate by: the data set's own, or whole groups held out.

    The choice does not depend on the run's seed, so that no stage validates by what another
    trained on.
    """
    train, validation = run.dataset.train, run.dataset.validation
    groups = sorted({sample.group for sample in train})
    count = round(run.validation_share * len(groups))
    if validation or not count:
        return train, validation
    held = set(np.random.default_rng(0).permutation(groups)[:count].tolist())
    kept = tuple(sample for sample in train if sample.group not in held)
    if {sample.label for sample in kept} != {sample.label for sample in train}:
        run.on_notice("no validation: holding groups out would leave a class without clips")
        return train, ()
    return kept, tuple(sample for sample in train if sample.group in held)


def verified(run: Run) -> Parts:
    """The clips that can be read: each probed and one frame decoded, once. The others are named.

    Raises UnreadableVideo when a class loses all its clips to train on.
    """
    train, validation = split(run)
    if not run.world.leads:
        run.world.wait()
    known = _Known(run.cache / "verified.json")
    unknown = [sample for sample in (*train, *validation) if sample.path not in known]
    faults = verify(unknown, run.limits, lambda *done: run.on_clip("verified", *done))
    bad = {fault.path for fault in faults}
    if run.world.leads:
        known.add(sample.path for sample in unknown if sample.path not in bad)
        run.world.wait()
    return usable(run, Parts(train, validation), faults)


class _Known:
    """Files that were verified before, by path, size and time of change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._states = set(json.loads(path.read_text())) if path.exists() else set()

    def __contains__(self, path: Path) -> bool:
        return path.is_file() and self._state(path) in self._states

    def add(self, paths: Iterable[Path]) -> None:
        self._states |= {self._state(path) for path in paths}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(sorted(self._states)))
        partial.replace(self._path)

    @staticmethod
    def _state(path: Path) -> str:
        about = path.stat()
        return f"{path.resolve()} {about.st_size} {about.st_mtime_ns}"


def usable(run: Run, parts: Parts, faults: Sequence[Fault]) -> Parts:
    """The parts without faulty clips. Raises UnreadableVideo when a class has none left."""
    bad = {fault.path for fault in faults}
    for fault in faults:
        run.on_notice(f"refused: {fault.path}: {fault.message}")
    kept = tuple(sample for sample in parts.train if sample.path not in bad)
    lost = {s.label for s in parts.train} - {s.label for s in kept}
    if lost:
        names = ", ".join(run.dataset.classes[label] for label in sorted(lost))
        raise UnreadableVideo(
            f"no clip to train on can be read of {names}", f"First: {faults[0].message}"
        )
    validation = tuple(sample for sample in parts.validation if sample.path not in bad)
    named = tuple(f"{fault.path.name}: {fault.message}" for fault in faults)
    return replace(parts, train=kept, validation=validation, refused=(*parts.refused, *named))


def decoded(
    run: Run, parts: Parts, recipe: Recipe, side: int, cap_bytes: int
) -> tuple[Parts, ClipCache]:
    """The steps of all clips in a cache, `side` pixels wide; clips that fail are named and left
    out. Raises UnreadableVideo when a class has none left."""
    cache = ClipCache(
        run.cache / "steps",
        recipe=recipe,
        side=side,
        max_steps=run.preset.max_steps,
        cap_bytes=cap_bytes,
        limits=run.limits,
    )
    if not run.world.leads:
        run.world.wait()
    faults = cache.fill(parts.paths, on_progress=lambda *done: run.on_clip("steps", *done))
    if run.world.leads:
        run.world.wait()
    return usable(run, parts, faults), cache


def sources(
    run: Run, parts: Parts, front: FrontEnd, precision: Precision
) -> tuple[Parts, Source, Source]:
    """Sources of the clips to train on and to validate by; what `front` makes of them is cached
    where it is frozen, else their images. Clips that fail on the way are named and left out."""
    preset, share = run.preset, run.cache_bytes // 4
    parts, cache = decoded(run, parts, front.recipe, preset.side, share)
    views = Views(cache, front.recipe.size, preset.views)
    train, held = parts.files
    if not preset.frozen:
        images = ImageStore(run.cache / "images", views, run.cache_bytes - share)
        clips = [(path, WHOLE) for path in (*train, *held)]
        _fill(run, "images", clips, lambda path, _: images.steps(path), images.kept)
        live = [
            ImageSource(paths, list(map(images.steps, paths)), images, preset.views)
            for paths in (train, held)
        ]
        return parts, live[0], live[1]
    store = MapStore(
        run.cache / "maps",
        front,
        views,
        views.key,
        views=preset.views,
        cap_bytes=run.cache_bytes - share,
        precision=precision,
    )
    wanted = [(path, view) for path in train for view in range(store.views)]
    wanted += [(path, WHOLE) for path in held]
    _fill(run, "maps", wanted, store.get, store.kept)
    kept = [MapSource(store, paths, list(map(store.steps, paths))) for paths in (train, held)]
    return parts, kept[0], kept[1]


def _fill(
    run: Run,
    what: str,
    wanted: Sequence[tuple[Path, int]],
    make: Callable[[Path, int], object],
    kept: MappedFolder,
) -> None:
    """Make what is not there yet of these clips and views, each rank its share."""
    mine = from_anywhere(wanted[run.world.rank :: run.world.size])
    for done, (path, view) in enumerate(mine, 1):
        make(path, view)
        run.on_clip(what, done, len(mine), path.name)
    run.world.wait()
    if kept.notice:
        run.on_notice(kept.notice)


@torch.no_grad()
def fit_front(network: RTSAEDSCNN, source: Source) -> None:
    """Set the front's frozen statistics from clips to train on, evenly taken from the list."""
    N = len(source.length_N)
    numbers = np.unique(np.linspace(0, N - 1, min(N, FITTED_CLIPS)).astype(int)).tolist()
    rows = [
        source.read(network, [Pick(n, 0, np.arange(source.length_N[n]))])[2].float()
        for n in numbers
    ]
    network.front.fit(torch.cat(rows))


@torch.no_grad()
def fit_head(network: RTSAEDSCNN, source: Source) -> None:
    """Set the head's frozen statistics from a few steps of clips to train on."""
    N = len(source.length_N)
    rows = []
    for n in np.unique(np.linspace(0, N - 1, min(N, FITTED_CLIPS)).astype(int)).tolist():
        step_M = midpoints(source.length_N[n], min(FITTED_STEPS, source.length_N[n]))
        x_s, x_t, _ = source.read(network, [Pick(n, 0, step_M)])
        rows.append((network.s_tail(x_s), network.t_tail(x_t)))
    z_s, z_t = (torch.cat(column) for column in zip(*rows, strict=True))
    network.head.fit(z_s, z_t)
