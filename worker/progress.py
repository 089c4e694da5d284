"""A running job's progress, as the page shows it: one number that never falls, and an ETA."""

import time
from typing import Any

import numpy as np

from model.analyze import Progress
from model.types import FrameScores
from worker.leases import Lease

SHORTEST_WRITE_S = 0.25
MOST_PARTIAL_STEPS = 2000
DERIVATIVES_SHARE = 0.15  # of a job that has to make them
DECODE_SHARE = 0.95  # of an analysis without recognition; the methods share the rest
RECOGNITION_SHARE = 0.25  # of one with it, at its end
HALF_WAY_FRAMES = 500  # stand at half when nobody knows how many frames there are


class Reporter:
    """Writes progress to the job, at most four times a second.

    `methods` is how many follow the decoding, `recognition` whether it comes last, `derivatives`
    whether the job starts by making them, `shown` the progress that an earlier attempt got to.
    """

    def __init__(
        self,
        lease: Lease,
        methods: int,
        derivatives: bool,
        shown: float = 0.0,
        *,
        recognition: bool = False,
    ) -> None:
        self._lease, self._methods = lease, methods
        self._recognition = RECOGNITION_SHARE if recognition else 0.0
        self._analysis_starts = DERIVATIVES_SHARE if derivatives else 0.0
        self._stages: list[str] = []
        self._started = time.monotonic()
        self._written = -np.inf
        self._progress = 0.0
        self._shown = shown

    def derivatives(self, done: int, total: int | None) -> None:
        """`done` of `total` frames are in the preview. Raises LeaseLost."""
        self._report("preview", self._analysis_starts * fraction(done, total), None)

    def analysis(self, progress: Progress) -> None:
        """What the analysis reports of itself. Raises LeaseLost."""
        share = fraction(progress.done, progress.total)
        if progress.stage == "recognition":
            share = 1 - self._recognition * (1 - share)
        elif progress.stage == "decode":
            share *= DECODE_SHARE * (1 - self._recognition)
        else:
            if progress.stage not in self._stages:
                self._stages.append(progress.stage)
            share = min(1.0, (len(self._stages) - 1 + share) / self._methods)
            share = DECODE_SHARE + (1 - DECODE_SHARE) * share
            share *= 1 - self._recognition
        overall = self._analysis_starts + (1 - self._analysis_starts) * share
        self._report(progress.stage, overall, progress.partial)

    def _report(self, stage: str, progress: float, partial: FrameScores | None) -> None:
        self._progress = max(self._progress, min(progress, 1.0))
        now = time.monotonic()
        if now - self._written < SHORTEST_WRITE_S:
            return
        self._written = now
        self._shown = max(self._shown, self._progress)
        values: dict[str, Any] = {"stage": stage, "progress": self._shown}
        if self._progress > 0.01:
            elapsed = now - self._started
            values["eta_s"] = elapsed * (1 - self._progress) / self._progress
        if partial is not None:
            values["partial"] = thin(partial).to_json()
        self._lease.write(**values)


def fraction(done: int, total: int | None) -> float:
    """The share that is done; without a total it grows ever slower."""
    return min(1.0, done / total) if total else done / (done + HALF_WAY_FRAMES)


def thin(scores: FrameScores, most: int = MOST_PARTIAL_STEPS) -> FrameScores:
    """Every n-th step, so that a partial result of a long video stays small; phi sums to 1."""
    stride = -(-len(scores.index_S) // most)
    kept = slice(None, None, stride)
    phi_S = scores.phi_S[kept]
    total = float(phi_S.sum())
    return FrameScores(
        scores.index_S[kept],
        scores.time_S[kept],
        phi_S / total if total else np.full(len(phi_S), 1 / len(phi_S)),
        scores.gate_S[kept],
        scores.open_S[kept],
        scores.threshold,
    )
