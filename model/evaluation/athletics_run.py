"""The Athletics protocol from checkpoint files to its result: who is who, and what they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from model.datasets.truth import timing_of
from model.datasets.types import Dataset
from model.errors import InvalidParameter
from model.evaluation.athletics import OWN, OnClip, Tally, evaluate_dscnn, report
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH
from model.networks.attention import AttentionModel
from model.networks.checkpoint import sha256
from model.networks.cubes import DEPTH
from model.networks.dscnn import RTSAEDSCNN
from model.training.card import provenance
from model.training.clips import ClipCache
from model.training.keyframe_cubes import CubeRecipe, KeyframeCubes
from model.training.sources import MapStore
from model.training.views import Views

CACHE_BYTES = 32 << 30


@dataclass(frozen=True)
class Loaded:
    """A checkpoint, its network and its card; `gate` chooses the keyframes of `arch+rtsae`."""

    path: Path
    network: torch.nn.Module
    card: Mapping[str, Any]
    gate: AttentionModel | None = None

    @property
    def family(self) -> str:
        """`rtsae-dscnn`, or `arch+` and the method whose keyframes it was trained on."""
        if isinstance(self.network, RTSAEDSCNN):
            return OWN
        return f"arch+{self.card['origin']['selection']}"


def evaluate(
    dataset: Dataset,
    files: Sequence[Path],
    cache: Path,
    *,
    attention: Path | None = None,
    on_clip: OnClip = lambda done, total, name: None,
) -> dict[str, Any]:
    """Every checkpoint on the data set's test clips; those of one family are training seeds.

    `attention` (None: the shipped one) is what `arch+rtsae` was trained with. Raises
    InvalidCheckpoint, or InvalidParameter for a checkpoint of other classes or of another
    attention, or a data set without test clips.
    """
    if not dataset.test:
        raise InvalidParameter(f"{dataset.name} has no test clips", "Render or list some.")
    families: dict[str, list[Loaded]] = {}
    for path in files:
        loaded = _load(path, dataset, attention)
        families.setdefault(loaded.family, []).append(loaded)
    tallies = {}
    for family, seeds in families.items():
        if family == OWN:
            tallies[family] = _dscnn(seeds, dataset, cache, on_clip)
        else:
            tallies[family] = [_arch(one, dataset, cache, on_clip) for one in seeds]
    about = [
        {"file": one.path.name, "family": family, "sha256": sha256(one.path)}
        for family, seeds in families.items()
        for one in seeds
    ]
    return report(dataset, tallies, {**provenance(), "checkpoints": about})


def _load(path: Path, dataset: Dataset, attention: Path | None) -> Loaded:
    network, card = recognition_checkpoint.load(path)
    classes = network.config.classes
    if not isinstance(network, RTSAEDSCNN | ARCH) or tuple(classes) != dataset.classes:
        raise InvalidParameter(
            f"{path.name}: wanted RTSAE-DSCNN or ARCH over {len(dataset.classes)} classes of "
            f"{dataset.name}, got {type(network).__name__} over {len(classes)}",
            "Evaluate a checkpoint on the data set that it was trained on.",
        )
    loaded = Loaded(path, network, card)
    if loaded.family != "arch+rtsae":
        return loaded
    gate, wanted = AttentionModel.load(attention), card["origin"]["attention_sha256"]
    if gate.sha256 != wanted:
        raise InvalidParameter(
            f"{path.name} was trained on keyframes of another attention: wanted sha256 {wanted}, "
            f"got {gate.sha256} ({gate.name})",
            "Name its attention checkpoint with --attention.",
        )
    return replace(loaded, gate=gate)


def _dscnn(seeds: Sequence[Loaded], dataset: Dataset, cache: Path, on_clip: OnClip) -> list[Tally]:
    networks = [one.network for one in seeds if isinstance(one.network, RTSAEDSCNN)]
    recipe = networks[0].front.recipe
    most = int(seeds[0].card["max_steps"])
    clips = ClipCache(
        cache / "steps", recipe=recipe, side=recipe.size, max_steps=most, cap_bytes=CACHE_BYTES
    )
    views = Views(clips, recipe.size)
    store = MapStore(cache / "maps", networks[0].front, views, views.key, cap_bytes=CACHE_BYTES)
    return evaluate_dscnn(
        networks, dataset.test, store, lambda path: clips.get(path).index_T, on_clip
    )


@torch.inference_mode()
def _arch(one: Loaded, dataset: Dataset, cache: Path, on_clip: OnClip) -> Tally:
    """`kept` is the share of the steps, at the rate of its cubes, that it computes."""
    assert isinstance(one.network, ARCH)
    selection = one.card["origin"]["selection"]
    recipe = CubeRecipe(size=one.network.config.size)
    store = KeyframeCubes(
        cache / "cubes", selection, recipe, cap_bytes=CACHE_BYTES, attention=one.gate
    )
    tally = Tally()
    for number, sample in enumerate(dataset.test):
        on_clip(number, len(dataset.test), sample.path.name)
        cubes_KDHWC = store.get(sample.path)
        probability_C = one.network.recognise(torch.from_numpy(cubes_KDHWC))
        frames, fps = timing_of(sample.path)
        steps = max(1.0, frames / fps * recipe.steps_per_second)
        right = float(int(probability_C.argmax()) == sample.label)
        tally.add(one.family, right, min(1.0, DEPTH * len(cubes_KDHWC) / steps))
    return tally
