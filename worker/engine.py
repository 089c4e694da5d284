"""What a job computes, and on which device: the only part of worker/ that loads torch, and only
when a job needs it, so that it happens in the Celery child and never before its fork."""

import os
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from model.analyze import Progress, analyze
from model.cores import cores
from model.methods.base import Method
from model.networks.fallback import or_cpu
from model.types import Analysis
from model.video.preview import write_derivatives
from worker.models import file_sha256, recogniser
from worker.service import limits
from worker.settings import Settings

if TYPE_CHECKING:
    from model.networks.attention import AttentionModel
    from model.recognisers.base import Recogniser

LOADED = 4  # attention networks kept in memory


class Engine(Protocol):
    """The two halves of a job."""

    def device(self) -> str:
        """Where the networks run."""

    def derive(
        self, video: Path, folder: Path, on_progress: Callable[[int, int | None], None]
    ) -> None:
        """Write what the browser plays (preview, sprites, thumbnail) into the folder."""

    def analyze(
        self,
        video: Path,
        methods: Sequence[Method],
        keyframes: int | None,
        attention: Path | None,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> Analysis:
        """Run the methods and the recogniser; the attention network only where its checkpoint is
        given."""


class TorchEngine:
    """The engine of the product."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def device(self) -> str:
        """The device of the settings; `auto` takes a GPU when there is one. Raises
        DeviceUnavailable."""
        return resolve_device(self.settings.device)

    def derive(
        self, video: Path, folder: Path, on_progress: Callable[[int, int | None], None]
    ) -> None:
        """See Engine."""
        write_derivatives(video, folder, limits(self.settings), on_progress=on_progress)

    def analyze(
        self,
        video: Path,
        methods: Sequence[Method],
        keyframes: int | None,
        attention: Path | None,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> Analysis:
        """See Engine. A full or lost GPU means the CPU, and `provenance` says so. Raises what
        model.analyze raises, DeviceUnavailable, MissingWeights and InvalidCheckpoint."""
        recognised = recogniser(self.settings)
        run = partial(
            analyze,
            video,
            methods,
            keyframes=keyframes,
            budget=True,
            flow=self.settings.flow,
            limits=limits(self.settings),
            on_progress=on_progress,
            cancelled=cancelled,
        )
        if not attention and not recognised:
            return run()

        def on(device: str) -> Analysis:
            return run(
                attention=load_attention(attention, device) if attention else None,
                recogniser=load_recogniser(*recognised, device) if recognised else None,
            )

        return or_cpu(self.device(), on)


def resolve_device(wanted: str) -> str:
    """`auto` as a device that is there. Raises DeviceUnavailable for a named one that is not."""
    from model.networks.device import resolve

    return resolve(wanted)


def load_attention(weights: Path, device: str) -> "AttentionModel":
    """The network, loaded once per process while its file stays the same. Raises
    InvalidCheckpoint."""
    return _attention(weights, file_sha256(weights), device)


@lru_cache(maxsize=LOADED)
def _attention(weights: Path, sha256: str | None, device: str) -> "AttentionModel":
    from model.networks.attention import AttentionModel

    _all_cores()
    return AttentionModel.load(weights, device)


@cache
def load_recogniser(kind: "type[Recogniser]", weights: Path, device: str) -> "Recogniser":
    """The recogniser, loaded once per process. Raises InvalidCheckpoint."""
    _all_cores()
    return kind.load(weights, device)


@cache
def _all_cores() -> None:
    """Networks have all cores to themselves, as one job runs at a time, unless OMP_NUM_THREADS says
    otherwise."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(cores())
    torch.set_flush_denormal(True)
