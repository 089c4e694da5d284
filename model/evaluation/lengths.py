"""How long clips are: from their ground truth where it lies beside them, else by decoding them."""

import json
from collections.abc import Sequence
from pathlib import Path

from model.datasets.hashes import place_of
from model.datasets.truth import timing_of
from model.datasets.types import Dataset, Fault, Sample
from model.datasets.verify import refused
from model.errors import InvalidDataset
from model.evaluation.outcomes import LabelledClip
from model.evaluation.recognition_work import Work
from model.training.capped import CappedFolder
from model.video.decode import open_clip
from model.video.probe import probe, sha256_of

CAP_BYTES = 64 << 20  # a length takes some forty bytes
SIZE = 32  # pixels: nobody looks at them


class Lengths:
    """Lengths of clips, kept in `cache`."""

    def __init__(self, cache: Path) -> None:
        self._kept = CappedFolder(cache / "lengths", ".length", CAP_BYTES)

    def of(self, path: Path) -> tuple[int, float]:
        """Decoded frames of the clip at `path`, and its seconds. Raises UnreadableVideo; of a clip
        with ground truth only when not even its first frame can be read."""
        name = sha256_of(path)[:32]
        stored = self._kept.read(name)
        if stored is None:
            stored = json.dumps(_noted(path) or _decoded(path)).encode()
            self._kept.write(name, stored)
        frames, seconds = json.loads(stored)
        return int(frames), float(seconds)


def _noted(path: Path) -> tuple[int, float] | None:
    try:
        frames, fps = timing_of(path)
    except InvalidDataset:
        return None
    probe(path)
    return frames, frames / fps


def _decoded(path: Path) -> tuple[int, float]:
    with open_clip(path, size=SIZE) as stream:
        for _ in stream:
            pass
        info = stream.clip.info
    return info.frames, info.duration_s


def measured(
    dataset: Dataset, samples: Sequence[Sample], work: Work
) -> tuple[dict[Sample, LabelledClip], list[Fault]]:
    """The clips that can be read, by their place below the data set's folder, with their lengths;
    and those that cannot."""
    lengths, found = Lengths(work.cache), {}

    def look(path: Path) -> None:
        found[path] = lengths.of(path)

    paths = [sample.path for sample in samples]
    faults = refused(paths, look, work.jobs, lambda *done: work.on_clip("lengths", *done))
    clips = {
        sample: LabelledClip(place_of(sample.path, dataset.root), sample.label, *found[sample.path])
        for sample in samples
        if sample.path in found
    }
    return clips, faults
