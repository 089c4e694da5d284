"""The keyframes that methods choose in test clips, found once: by one analysis of each clip.

Shape legend: T decoded frames, K keyframes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model import methods
from model.analyze import analyze
from model.evaluation.recognition_work import Work
from model.evaluation.steps_cache import StepsCache
from model.methods.base import Method
from model.networks.attention import AttentionModel
from model.training.capped import CappedFolder
from model.types import Indices, Keyframes
from model.video.probe import sha256_of

CAP_BYTES = 1 << 30
MAKER = 1  # raise it whenever methods choose other keyframes in the same clip


@dataclass(frozen=True)
class Choice:
    """A method's keyframes in a clip, in decoded frames: as many as it finds itself, and its
    answers to exactly 1, 2, ... of them, where they were asked for."""

    own_K: Indices
    answers: tuple[Indices, ...] = ()

    def exactly(self, count: int) -> Indices:
        """The answer to `count` keyframes, or to the most that there is one to."""
        return self.answers[min(count, len(self.answers)) - 1] if self.answers else self.own_K


@dataclass(frozen=True)
class Chosen:
    """The choices of all methods by name, in a clip of `frames` decoded frames."""

    frames: int
    by_method: Mapping[str, Choice]


def keyframes_of(
    paths: Sequence[Path], names: Sequence[str], work: Work, *, budget: bool = False
) -> dict[Path, Chosen]:
    """The keyframes of the methods `names` in each clip; with `budget` their answers, too. The
    attention's steps are kept where other measurements of the same clips find them.

    Raises UnknownMethod, InvalidParameter, InvalidCheckpoint or UnreadableVideo.
    """
    wanted = [methods.get(name)() for name in names]
    gated = any(method.needs_gate for method in wanted)
    attention = AttentionModel.load(work.attention, work.device) if gated else None
    about = [[m.name, asdict(m)] for m in wanted], attention and attention.sha256, budget, MAKER
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    kept = CappedFolder(work.cache / "keyframes", ".keyframes", CAP_BYTES)
    steps = StepsCache(work.cache / "attention-steps", attention) if attention else None
    found: dict[Path, Chosen] = {}

    def look(path: Path) -> None:
        name = f"{sha256_of(path)[:32]}-{key}"
        stored = kept.read(name)
        if stored is None:
            stored = json.dumps(_analysed(path, wanted, steps, budget)).encode()
            kept.write(name, stored)
        found[path] = _read(json.loads(stored))

    work.each("keyframes", paths, look)
    return found


def _analysed(
    path: Path, wanted: Sequence[Method], steps: StepsCache | None, budget: bool
) -> dict[str, Any]:
    attention = steps.known(path) if steps else None
    analysis = analyze(path, wanted, attention=attention, budget=budget)
    rows = {name: _written(found) for name, found in analysis.methods.items()}
    return {"frames": len(analysis.clip.times_T), "methods": rows}


def _written(found: Keyframes) -> list[list[int]]:
    return [found.index_K.tolist(), *(answer.index_K.tolist() for answer in found.budget)]


def _read(stored: Mapping[str, Any]) -> Chosen:
    choices = {}
    for name, rows in stored["methods"].items():
        own_K, *answers = (np.array(row, np.int64) for row in rows)
        choices[name] = Choice(own_K, tuple(answers))
    return Chosen(stored["frames"], choices)
