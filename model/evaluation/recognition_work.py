"""What the evaluations of recognisers share: where and how they compute, and decoded clips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.datasets.types import Fault
from model.datasets.verify import refused
from model.errors import InvalidParameter, UnreadableVideo
from model.evaluation.parts import NOTHING_KEPT, Parts
from model.evaluation.recognition import Group, OnClip, silent
from model.networks.device import Precision
from model.networks.frontend import Recipe
from model.training.clips import ClipCache

CACHE_BYTES = 32 << 30
SELECT = ("rtsae", "uniform")


@dataclass(frozen=True)
class Work:
    """Where and how it is computed: `device` as torch names it, `precision` that of the layers
    before the gate, `jobs` the clips decoded at a time (None: one a core). `attention` (None: the
    shipped one) chooses the keyframes of `rtsae`, `select` names the methods whose keyframes
    Two-Stream and C3D read. `on_clip` hears of every clip; `parts` keeps what checkpoints did."""

    cache: Path
    device: str = "cpu"
    precision: Precision = "float32"
    jobs: int | None = None
    attention: Path | None = None
    on_clip: OnClip = silent
    select: tuple[str, ...] = SELECT
    parts: Parts = NOTHING_KEPT

    def fill(self, what: str, fill: Callable[[Any], list[Fault]]) -> None:
        """Run `fill(on_progress)` over all clips. Raises UnreadableVideo when it refuses one."""
        faults = fill(lambda *done: self.on_clip(what, *done))
        if faults:
            first = faults[0]
            raise UnreadableVideo(
                f"{len(faults)} test clips cannot be used, the first is {first.path.name}: "
                f"{first.message}",
                "Render or fetch them again.",
            )

    def each(self, what: str, paths: Sequence[Path], look: Callable[[Path], object]) -> None:
        """Call `look` on every clip, `jobs` at a time. Raises UnreadableVideo when it does."""
        self.fill(what, lambda tell: refused(paths, look, self.jobs, tell))

    def decoded(
        self, group: Group, seeds: Sequence[tuple[Path, Recipe, int]], paths: Sequence[Path]
    ) -> ClipCache:
        """The steps of all clips as every one of `seeds` sees them: each its file, its recipe and
        the most steps of a clip. The whole picture at the recipe's own size, as in an analysis.

        Raises InvalidParameter for seeds that see clips differently, and UnreadableVideo.
        """
        first, recipe, most = seeds[0]
        for path, *got in seeds:
            if got != [recipe, most]:
                raise InvalidParameter(
                    f"{path.name}: wanted a seed of {group} like {first.name}, at most {most} "
                    f"steps of {recipe}, got {got[1]} of {got[0]}",
                    "Evaluate them apart.",
                )
        clips = ClipCache(
            self.cache / "steps",
            recipe=recipe,
            side=recipe.size,
            max_steps=most,
            cap_bytes=CACHE_BYTES,
        )
        self.fill("decode", lambda tell: clips.fill(paths, jobs=self.jobs, on_progress=tell))
        return clips
