"""What recognisers cost side by side on the same clips: seconds, steps and multiply-adds.

Shape legend: N clips, R repeats. A time step is a frame and its flow of RTSAE-DSCNN, and a cube of
six frames of Vanilla ARCH. Each repeat does all there is to do anew: decoding with optical flow at
the steps, then the network; systems take turns in being first.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model.datasets.verify import Progress
from model.errors import InvalidParameter
from model.features.types import Shots
from model.networks.frontend import Recipe
from model.recognisers.arch import ARCHRecogniser, sms_steps
from model.recognisers.base import Recogniser, Session
from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
from model.training.clips import step_images
from model.video.flow import DEFAULT_FLOW

GATED, UNGATED, ARCH = "RTSAE-DSCNN", "DSCNN (no gate)", "Vanilla ARCH (SMS)"
SYSTEMS = (GATED, UNGATED, ARCH)


@dataclass(frozen=True)
class Cost:
    """One system on one clip: its time steps and those computed to the end, and seconds: of
    decoding with optical flow, of choosing keyframes where that is apart, of the network."""

    steps: int
    computed: int
    multiply_adds: int
    select_s: float
    network_s: float
    prepare_s: float = 0.0


@dataclass(frozen=True)
class Rivals:
    """Both networks as recognisers; weights that are not trained take the same time."""

    dscnn: RTSAEDSCNNRecogniser
    arch: ARCHRecogniser

    def compare(
        self, paths: Sequence[Path], repeats: int, tell: Progress = lambda done, total, name: None
    ) -> dict[str, Any]:
        """Medians over the repeats, by system and clip, as JSON. Raises UnreadableVideo, or
        InvalidParameter for no clip or no repeat."""
        if not paths or repeats < 1:
            raise InvalidParameter(f"wanted clips and repeats, got {len(paths)} and {repeats}")
        load = os.getloadavg()[0]
        self._once(paths[0], SYSTEMS)  # first use chooses algorithms and fills caches
        rows: dict[str, list[Cost]] = {name: [] for name in SYSTEMS}
        for number, path in enumerate(paths):
            tried = [self._once(path, _rotated(number + turn)) for turn in range(repeats)]
            for name in SYSTEMS:
                rows[name].append(_median([costs[name] for costs in tried]))
            tell(number + 1, len(paths), path.name)
        return {
            "clips": [path.name for path in paths],
            "repeats": repeats,
            "threads": torch.get_num_threads(),
            "load": {"before": round(load, 2), "after": round(os.getloadavg()[0], 2)},
            "systems": {name: self._about(name) | _columns(rows[name]) for name in SYSTEMS},
        }

    def _once(self, path: Path, order: Sequence[str]) -> dict[str, Cost]:
        """Every system once; those with one recogniser share its decoded steps."""
        ready: dict[str, tuple[Shots, float]] = {}
        found = {}
        for name in order:
            recogniser = self._of(name)
            if recogniser.name not in ready:
                started = time.perf_counter()
                shots = prepared(recogniser, path)
                ready[recogniser.name] = shots, time.perf_counter() - started
            shots, prepare_s = ready[recogniser.name]
            session = recogniser.open(shots)
            cost = self._arch(session) if name == ARCH else _dscnn(session, name == GATED)
            found[name] = replace(cost, prepare_s=prepare_s)
        return found

    def _of(self, name: str) -> Recogniser:
        return self.arch if name == ARCH else self.dscnn

    def _arch(self, session: Session) -> Cost:
        """SMS over the steps' flow, then a cube for each keyframe."""
        assert session.shots.flow_SHWC is not None
        started = time.perf_counter()
        step_K = sms_steps(session.shots, session.shots.flow_SHWC)
        select_s = time.perf_counter() - started
        found = session.on(session.shots.index_S[step_K])
        cubes = min(len(step_K), self.arch.most_keyframes)
        return Cost(cubes, cubes, found.multiply_adds, select_s, found.seconds)

    def _about(self, name: str) -> dict[str, Any]:
        recogniser = self._of(name)
        return {
            "weights": recogniser.weights_name,
            "size": recogniser.size,
            "steps_per_second": recogniser.steps_per_second,
            "step_multiply_adds": self._step(name),
        }

    def _step(self, name: str) -> dict[str, int]:
        """Multiply-adds of one time step by what happens in it."""
        if name == ARCH:
            return {"cube": self.arch.network.multiply_adds()}
        cost = self.dscnn.network.multiply_adds()
        beyond = cost.front + cost.tails + cost.head
        if name == UNGATED:
            return {"every": beyond}
        return {"closed": cost.front + cost.gate, "open": beyond + cost.gate}


def prepared(recogniser: Recogniser, path: Path) -> Shots:
    """The steps of a clip as a recogniser wants them, with flow at these alone: the least that
    must be decoded and computed before it. Raises UnreadableVideo."""
    rate, flow = recogniser.steps_per_second, recogniser.flow or DEFAULT_FLOW
    recipe = Recipe(steps_per_second=rate, flow=flow, size=recogniser.size)
    images = step_images(path, recipe, recogniser.size, recogniser.most_shots)
    return Shots(images.index_T, images.time_T, images.rgb_THWC, images.flow_THWC)


def _dscnn(session: Session, gated: bool) -> Cost:
    found = session.whole() if gated else session.on(session.shots.index_S)
    steps = len(session.shots)
    return Cost(steps, len(found.step_M), found.multiply_adds, 0.0, found.seconds)


def _rotated(turn: int) -> tuple[str, ...]:
    turn %= len(SYSTEMS)
    return SYSTEMS[turn:] + SYSTEMS[:turn]


def _median(tried: Sequence[Cost]) -> Cost:
    """Counts are the same in all; of each figure in seconds the median."""

    def middle(name: str) -> float:
        return float(np.median([getattr(cost, name) for cost in tried]))

    return replace(
        tried[0],
        select_s=middle("select_s"),
        network_s=middle("network_s"),
        prepare_s=middle("prepare_s"),
    )


def _columns(rows: Sequence[Cost]) -> dict[str, list[Any]]:
    return {f"{name}_N": [getattr(row, name) for row in rows] for name in vars(rows[0])}
