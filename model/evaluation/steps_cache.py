"""The attention model's steps of clips, read once for all that is measured on them."""

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model.datasets.types import Fault
from model.datasets.verify import Progress, refused
from model.errors import CannotWrite
from model.evaluation.attention import Steps, read_steps
from model.features.types import FrameBatch
from model.networks.attention import AttentionModel, AttentionRun, ClipGate
from model.networks.vgg import VggBlocks
from model.training.capped import CappedFolder
from model.video.probe import sha256_of

CAP_BYTES = 4 << 30
MAKER = 1  # raise it whenever `read_steps` gives other features for the same clip


@dataclass(frozen=True)
class StepsCache:
    """`read_steps` of clips, kept in `folder`. `fixed` are the blocks of the fixed space, and
    `fixed_key` names their weights."""

    folder: Path
    model: AttentionModel
    fixed: VggBlocks | None = None
    fixed_key: str = ""

    def get(self, path: Path) -> Steps:
        """The steps, from an earlier run where there was one. Raises UnreadableVideo,
        and CannotWrite."""
        name = f"{sha256_of(path)[:32]}-{self._key}"
        stored = self._kept.read(name)
        if stored is None:
            stored = _packed(read_steps(path, self.model, self.fixed))
            try:
                self._kept.write(name, stored)
            except OSError as error:
                raise CannotWrite.at(self.folder, error) from error
        with np.load(io.BytesIO(stored), allow_pickle=False) as data:
            own_SD = torch.from_numpy(data["own"])
            return Steps(path.name, data["index"], data["time"], own_SD, data.get("fixed"))

    def gate(self, path: Path) -> ClipGate:
        """The gate over these steps. Raises UnreadableVideo."""
        steps = self.get(path)
        return ClipGate(self.model, steps.index_S, steps.time_S, steps.own_SD)

    def known(self, path: Path) -> AttentionModel:
        """The model for an analysis of this clip: no frame goes through the network. Raises
        UnreadableVideo."""
        return _Known(self.model, self.gate(path))

    def fill(
        self, paths: Iterable[Path], jobs: int | None = None, tell: Progress | None = None
    ) -> list[Fault]:
        """Read what is not there yet, `jobs` clips at a time; the clips that cannot be used."""
        return refused(paths, self.get, jobs, tell)

    @cached_property
    def _kept(self) -> CappedFolder:
        try:
            return CappedFolder(self.folder, ".steps", CAP_BYTES)
        except OSError as error:
            raise CannotWrite.at(self.folder, error) from error

    @property
    def _key(self) -> str:
        about: list[Any] = [self.model.sha256, asdict(self.model.recipe), self.fixed_key, MAKER]
        if self.model.precision != "float32":
            about.append(self.model.precision)
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
        return digest.hexdigest()[:16]


def _packed(steps: Steps) -> bytes:
    arrays = {"index": steps.index_S, "time": steps.time_S, "own": steps.own_SD.numpy()}
    if steps.fixed_SD is not None:
        arrays["fixed"] = steps.fixed_SD
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


class _Known(AttentionModel):
    """The attention model over a clip whose steps are known: no frame goes through the network."""

    def __init__(self, model: AttentionModel, gate: ClipGate) -> None:
        super().__init__(
            model.front,
            model.rtsae,
            name=model.name,
            sha256=model.sha256,
            card=model.card,
            device=model.device,
            precision=model.precision,
        )
        self._gate = gate

    def begin(self, steps_per_second: float | None = None) -> AttentionRun:
        """See AttentionModel; at its own rate alone."""
        return _KnownRun(self, self._gate)


class _KnownRun(AttentionRun):
    def __init__(self, model: AttentionModel, gate: ClipGate) -> None:
        super().__init__(model, model.steps_per_second)
        self._gate = gate

    def update(self, batch: FrameBatch) -> None:
        """Nothing is left to compute."""

    def finish(self) -> ClipGate:
        """See AttentionRun."""
        return self._gate
