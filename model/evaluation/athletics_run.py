"""The Athletics protocol from checkpoint files to its result: who is who, and what they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from model.datasets.truth import timing_of
from model.datasets.types import Dataset, Fault
from model.datasets.verify import refused
from model.errors import InvalidParameter, UnreadableVideo
from model.evaluation.athletics import (
    COMPACT,
    OWN,
    Group,
    OnClip,
    Tally,
    evaluate_dscnn,
    report,
    silent,
)
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH
from model.networks.attention import AttentionModel
from model.networks.checkpoint import sha256
from model.networks.cubes import DEPTH
from model.networks.dscnn import RTSAEDSCNN
from model.training.card import provenance
from model.training.clips import ClipCache
from model.training.features import front_key
from model.training.keyframe_cubes import CubeRecipe, KeyframeCubes
from model.training.sources import MapStore
from model.training.trainer import Precision
from model.training.views import Views

CACHE_BYTES = 32 << 30


@dataclass(frozen=True)
class Work:
    """Where and how it is computed: `device` as torch names it, `precision` that of the layers
    before the gate, `jobs` the clips decoded at a time (None: one a core). `attention` (None: the
    shipped one) is what `arch+rtsae` was trained with. `on_clip` hears of every clip."""

    cache: Path
    device: str = "cpu"
    precision: Precision = "float32"
    jobs: int | None = None
    attention: Path | None = None
    on_clip: OnClip = silent


@dataclass(frozen=True)
class Loaded:
    """A checkpoint, its network and its card; `gate` chooses the keyframes of `arch+rtsae`."""

    path: Path
    network: RTSAEDSCNN | ARCH
    card: Mapping[str, Any]
    gate: AttentionModel | None = None

    @property
    def group(self) -> Group:
        """`rtsae-dscnn`, or `arch+` and the method whose keyframes it was trained on; and the
        preset of its card."""
        own = isinstance(self.network, RTSAEDSCNN)
        family = OWN if own else f"arch+{self.card['origin']['selection']}"
        return Group(family, self.card.get("preset", COMPACT))


def evaluate(dataset: Dataset, files: Sequence[Path], work: Work) -> dict[str, Any]:
    """Every checkpoint on the data set's test clips; those of one family and preset are training
    seeds.

    Raises InvalidCheckpoint, InvalidParameter for a checkpoint of other classes or of another
    attention, seeds that see clips differently, or a data set without test clips, and
    UnreadableVideo.
    """
    if not dataset.test:
        raise InvalidParameter(f"{dataset.name} has no test clips", "Render or list some.")
    groups: dict[Group, list[Loaded]] = {}
    for path in files:
        loaded = _load(path, dataset, work)
        groups.setdefault(loaded.group, []).append(loaded)
    tallies = {}
    for group, seeds in groups.items():
        if group.family == OWN:
            tallies[group] = _dscnn(group, seeds, dataset, work)
        else:
            tallies[group] = [_arch(group, one, dataset, work) for one in seeds]
    about = [
        {"file": one.path.name, "family": str(group), "sha256": sha256(one.path)}
        for group, seeds in groups.items()
        for one in seeds
    ]
    how = {"device": work.device, "precision": work.precision}
    return report(dataset, tallies, {**provenance(), **how, "checkpoints": about})


def _load(path: Path, dataset: Dataset, work: Work) -> Loaded:
    network, card = recognition_checkpoint.load(path, work.device)
    classes = network.config.classes
    if tuple(classes) != dataset.classes:
        raise InvalidParameter(
            f"{path.name}: wanted RTSAE-DSCNN or ARCH over {len(dataset.classes)} classes of "
            f"{dataset.name}, got {type(network).__name__} over {len(classes)}",
            "Evaluate a checkpoint on the data set that it was trained on.",
        )
    loaded = Loaded(path, network, card)
    if loaded.group.family != "arch+rtsae":
        return loaded
    gate = AttentionModel.load(work.attention, work.device)
    wanted = card["origin"]["attention_sha256"]
    if gate.sha256 != wanted:
        raise InvalidParameter(
            f"{path.name} was trained on keyframes of another attention: wanted sha256 {wanted}, "
            f"got {gate.sha256} ({gate.name})",
            "Name its attention checkpoint with --attention.",
        )
    return replace(loaded, gate=gate)


def _fill(what: str, fill: Callable[[Any], list[Fault]], work: Work) -> None:
    """Run `fill(on_progress)` over all clips. Raises UnreadableVideo when it refuses one."""
    faults = fill(lambda *done: work.on_clip(what, *done))
    if faults:
        first = faults[0]
        raise UnreadableVideo(
            f"{len(faults)} test clips cannot be used, the first is {first.path.name}: "
            f"{first.message}",
            "Render or fetch them again.",
        )


def _dscnn(group: Group, seeds: Sequence[Loaded], dataset: Dataset, work: Work) -> list[Tally]:
    """Seeds with equal fronts share their maps; a trained front's are used once and dropped.

    Clips are decoded at the network's own size: the whole picture, as an analysis sees it.
    """
    networks = [one.network for one in seeds if isinstance(one.network, RTSAEDSCNN)]
    recipe, most = networks[0].front.recipe, int(seeds[0].card["max_steps"])
    for one, network in zip(seeds, networks, strict=True):
        got = (network.front.recipe, int(one.card["max_steps"]))
        if got != (recipe, most):
            raise InvalidParameter(
                f"{one.path.name}: wanted a seed of {group} like {seeds[0].path.name}, at most "
                f"{most} steps of {recipe}, got {got[1]} of {got[0]}",
                "Evaluate them apart.",
            )
    clips = ClipCache(
        work.cache / "steps", recipe=recipe, side=recipe.size, max_steps=most, cap_bytes=CACHE_BYTES
    )
    paths = [sample.path for sample in dataset.test]
    _fill("decode", lambda tell: clips.fill(paths, jobs=work.jobs, on_progress=tell), work)
    fronts: dict[str, list[int]] = {}
    for number, network in enumerate(networks):
        fronts.setdefault(front_key(network.front), []).append(number)
    tallies: dict[int, Tally] = {}
    for numbers in fronts.values():
        store = _store(seeds[numbers[0]], clips, work)
        sharing = [networks[number] for number in numbers]
        found = evaluate_dscnn(
            sharing, dataset.test, store, lambda path: clips.get(path).index_T, group, work.on_clip
        )
        tallies.update(zip(numbers, found, strict=True))
    return [tallies[number] for number in range(len(seeds))]


def _store(one: Loaded, clips: ClipCache, work: Work) -> MapStore:
    """Maps of a frozen front are kept for the next evaluation; no other network has a trained
    one's."""
    assert isinstance(one.network, RTSAEDSCNN)
    front, views = one.network.front, Views(clips, clips.side)
    kept = one.card.get("frozen_front", True)
    folder, cap = ("maps", CACHE_BYTES) if kept else ("no-maps", 0)
    return MapStore(
        work.cache / folder, front, views, views.key, cap_bytes=cap, precision=work.precision
    )


@torch.inference_mode()
def _arch(group: Group, one: Loaded, dataset: Dataset, work: Work) -> Tally:
    """`kept` is the share of the steps, at the rate of its cubes, that it computes."""
    assert isinstance(one.network, ARCH)
    selection = one.card["origin"]["selection"]
    recipe = CubeRecipe(size=one.network.config.size)
    store = KeyframeCubes(
        work.cache / "cubes", selection, recipe, cap_bytes=CACHE_BYTES, attention=one.gate
    )
    paths = [sample.path for sample in dataset.test]
    _fill(f"{selection} cubes", lambda tell: refused(paths, store.get, work.jobs, tell), work)
    tally = Tally()
    for number, sample in enumerate(dataset.test):
        cubes_KDHWC = store.get(sample.path)
        probability_C = one.network.recognise(torch.from_numpy(cubes_KDHWC).to(work.device))
        frames, fps = timing_of(sample.path)
        steps = max(1.0, frames / fps * recipe.steps_per_second)
        right = float(int(probability_C.argmax()) == sample.label)
        tally.add(str(group), right, min(1.0, DEPTH * len(cubes_KDHWC) / steps))
        work.on_clip(str(group), number + 1, len(dataset.test), sample.path.name)
    return tally
