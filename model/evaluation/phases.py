"""Where keyframes lie in a clip whose phases are known."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.datasets.truth import timing_of, truth_of
from model.types import Flags

TOLERANCE_S = 0.2  # a keyframe this near to a decisive phase counts as within


@dataclass(frozen=True)
class Moments:
    """Counts of one clip: steps, those near a decisive phase, and of the keyframes as many."""

    steps: int
    decisive_steps: int
    keyframes: int
    decisive: int
    running: int


def phases_of(path: Path, index_T: NDArray[np.int64]) -> tuple[Flags, Flags]:
    """Which steps are near a decisive phase of the clip at `path`, and which in a run-up; `index_T`
    are their decoded frames. Raises InvalidDataset without ground truth."""
    phases, (_, fps) = truth_of(path), timing_of(path)
    near = TOLERANCE_S * fps
    decisive_T = np.zeros(len(index_T), bool)
    running_T = np.zeros(len(index_T), bool)
    for phase in phases:
        if phase.decisive:
            decisive_T |= (index_T >= phase.start - near) & (index_T < phase.end + near)
        if phase.name == "run-up":
            running_T |= (index_T >= phase.start) & (index_T < phase.end)
    return decisive_T, running_T


def moments_of(path: Path, index_T: NDArray[np.int64], open_T: NDArray[np.bool_]) -> Moments:
    """Counts for the clip at `path`: `open_T` are the keyframes among its steps. Raises as
    `phases_of`."""
    decisive_T, running_T = phases_of(path, index_T)
    return Moments(
        steps=len(index_T),
        decisive_steps=int(decisive_T.sum()),
        keyframes=int(open_T.sum()),
        decisive=int((decisive_T & open_T).sum()),
        running=int((running_T & open_T).sum()),
    )
