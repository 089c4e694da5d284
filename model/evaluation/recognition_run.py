"""Recognition on test clips from checkpoint files on: who is who, and what they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from model import recognisers
from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter
from model.evaluation.lengths import Lengths
from model.evaluation.recognition import (
    COMPACT,
    GATE,
    OWN,
    Choose,
    Group,
    Tally,
    evaluate_dscnn,
    own_and_others,
)
from model.evaluation.recognition_extractors import (
    EXTRACTORS,
    Extractor,
    chosen,
    evaluate_extractors,
)
from model.evaluation.recognition_work import CACHE_BYTES, Work
from model.evaluation.steps_cache import StepsCache
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH
from model.networks.attention import AttentionModel
from model.networks.cubes import DEPTH
from model.networks.dscnn import RTSAEDSCNN
from model.training.clips import ClipCache
from model.training.features import front_key
from model.training.keyframe_cubes import CubeRecipe, KeyframeCubes
from model.training.sources import MapStore
from model.training.views import Views


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


def load(path: Path, dataset: Dataset, work: Work) -> Loaded | Extractor:
    """A recogniser of any kind that is trained here.

    Raises InvalidCheckpoint, and InvalidParameter for one of other classes or another attention.
    """
    stored = recognition_checkpoint.read(path)
    if stored.kind in EXTRACTORS:
        reader = recognisers.get(stored.kind).load(path, work.device)
        _check(path, reader.name, reader.classes, dataset)
        return Extractor(path, reader, stored.card)
    network, card = recognition_checkpoint.load(path, work.device)
    _check(path, type(network).__name__, network.config.classes, dataset)
    loaded = Loaded(path, network, card)
    if loaded.group.family != "arch+rtsae":
        return loaded
    gate = AttentionModel.load(work.attention, work.device, work.precision)
    wanted = card["origin"]["attention_sha256"]
    if gate.sha256 != wanted:
        raise InvalidParameter(
            f"{path.name} was trained on keyframes of another attention: wanted sha256 {wanted}, "
            f"got {gate.sha256} ({gate.name})",
            "Name its attention checkpoint with --attention.",
        )
    return replace(loaded, gate=gate)


def _check(path: Path, what: str, classes: Sequence[str], dataset: Dataset) -> None:
    if tuple(classes) != dataset.classes:
        raise InvalidParameter(
            f"{path.name}: wanted a recogniser of the {len(dataset.classes)} classes of "
            f"{dataset.name}, got {what} over {len(classes)}",
            "Evaluate a checkpoint on the data set that it was trained on.",
        )


def tallies_of(
    dataset: Dataset, files: Sequence[Path], samples: Sequence[Sample], work: Work
) -> tuple[dict[Group, list[Tally]], dict[Group, list[Path]]]:
    """What every checkpoint did on these clips, and its file; those of one family and preset are
    training seeds.

    Raises InvalidCheckpoint, InvalidParameter for a checkpoint of other classes or of another
    attention, or seeds that see clips differently, and UnreadableVideo.
    """
    groups: dict[Group, list[Loaded]] = {}
    extractors: dict[Group, list[Extractor]] = {}
    files_of: dict[Group, list[Path]] = {}
    for path in files:
        one = load(path, dataset, work)
        files_of.setdefault(one.group, []).append(path)
        if isinstance(one, Extractor):
            extractors.setdefault(one.group, []).append(one)
        else:
            groups.setdefault(one.group, []).append(one)
    keys = chosen([sample.path for sample in samples], work) if extractors else {}
    tallies = {}
    for group, seeds in groups.items():
        if group.family == OWN:
            tallies[group] = _done(work, str(group), partial(gated, group, seeds, samples, work))
        else:  # ARCH shares nothing: each seed is a part of its own
            tallies[group] = []
            for number, one in enumerate(seeds):
                alone = partial(_arch, group, one, samples, work)
                tallies[group] += _done(work, f"{group} {number}", alone)
    for group, readers in extractors.items():
        read = partial(evaluate_extractors, group, readers, samples, keys, work)
        tallies[group] = _done(work, str(group), read)
    return tallies, files_of


def _done(work: Work, name: str, make: Callable[[], list[Tally]]) -> list[Tally]:
    """What was done before an interruption, or is now."""
    rows = work.parts.get(name, lambda: [tally.to_json() for tally in make()])
    return [Tally.from_json(row) for row in rows]


def gated(
    group: Group,
    seeds: Sequence[Loaded],
    samples: Sequence[Sample],
    work: Work,
    choose: Choose = own_and_others,
) -> list[Tally]:
    """RTSAE-DSCNN by the variants that `choose` gives. Seeds with equal fronts share their maps; a
    trained front's are used once and dropped. Raises as `tallies_of`."""
    networks = [one.network for one in seeds if isinstance(one.network, RTSAEDSCNN)]
    sees = [
        (one.path, network.front.recipe, int(one.card["max_steps"]))
        for one, network in zip(seeds, networks, strict=True)
    ]
    clips = work.decoded(group, sees, [sample.path for sample in samples])
    fronts: dict[str, list[int]] = {}
    for number, network in enumerate(networks):
        fronts.setdefault(front_key(network.front), []).append(number)
    tallies: dict[int, Tally] = {}
    for numbers in fronts.values():
        store = _store(seeds[numbers[0]], clips, work)
        sharing = [networks[number] for number in numbers]
        found = evaluate_dscnn(
            sharing,
            samples,
            store,
            lambda path: clips.get(path).index_T,
            choose,
            lambda *done: work.on_clip(str(group), *done),
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
def _arch(group: Group, one: Loaded, samples: Sequence[Sample], work: Work) -> list[Tally]:
    """One seed of ARCH by the keyframes that it was trained on; `kept` is the share of the steps,
    at the rate of its cubes, that it computes."""
    assert isinstance(one.network, ARCH)
    selection = one.card["origin"]["selection"]
    recipe = CubeRecipe(size=one.network.config.size)
    store = KeyframeCubes(
        work.cache / "cubes",
        selection,
        recipe,
        cap_bytes=CACHE_BYTES,
        attention=one.gate,
        known=StepsCache(work.cache / "attention-steps", one.gate).known if one.gate else None,
    )
    lengths = Lengths(work.cache)
    work.each(f"{selection} cubes", [sample.path for sample in samples], store.get)
    tally = Tally()
    for number, sample in enumerate(samples):
        cubes_KDHWC = store.get(sample.path)
        probability_C = one.network.recognise(torch.from_numpy(cubes_KDHWC).to(work.device))
        _, seconds = lengths.of(sample.path)
        steps = max(1.0, seconds * recipe.steps_per_second)
        kept = min(1.0, DEPTH * len(cubes_KDHWC) / steps)
        tally.add(GATE, [int(probability_C.argmax())], sample.label, kept)
        work.on_clip(str(group), number + 1, len(samples), sample.path.name)
    return [tally]
