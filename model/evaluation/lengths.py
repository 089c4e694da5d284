"""How long clips are: from their ground truth where it lies beside them, else by decoding them."""

import json
from collections.abc import Sequence
from pathlib import Path

from model.datasets.truth import timing_of
from model.datasets.types import Dataset, Sample
from model.errors import InvalidDataset
from model.evaluation.outcomes import LabelledClip
from model.evaluation.recognition_work import Work
from model.training.capped import CappedFolder
from model.video.decode import open_clip
from model.video.probe import sha256_of

CAP_BYTES = 64 << 20  # a length takes some forty bytes
SIZE = 32  # pixels: nobody looks at them


def length_of(path: Path, kept: CappedFolder) -> tuple[int, float]:
    """Decoded frames of the clip at `path` and its seconds, from `kept` where they are known.

    Raises UnreadableVideo.
    """
    try:
        frames, fps = timing_of(path)
        return frames, frames / fps
    except InvalidDataset:
        pass
    name = sha256_of(path)[:32]
    stored = kept.read(name)
    if stored is None:
        with open_clip(path, size=SIZE) as stream:
            for _ in stream:
                pass
            info = stream.clip.info
        stored = json.dumps([info.frames, info.duration_s]).encode()
        kept.write(name, stored)
    frames, seconds = json.loads(stored)
    return int(frames), float(seconds)


def clips_of(dataset: Dataset, samples: Sequence[Sample], work: Work) -> tuple[LabelledClip, ...]:
    """The clips by their place below the data set's folder, with their lengths.

    Raises UnreadableVideo.
    """
    kept = CappedFolder(work.cache / "lengths", ".length", CAP_BYTES)
    found: dict[Path, tuple[int, float]] = {}

    def look(path: Path) -> None:
        found[path] = length_of(path, kept)

    work.each("lengths", [sample.path for sample in samples], look)
    return tuple(
        LabelledClip(_name(sample.path, dataset.root), sample.label, *found[sample.path])
        for sample in samples
    )


def _name(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name
