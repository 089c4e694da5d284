"""What the page of a case says of a video in numbers, to be shown and exported."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from app.exports.lists.records import Records
from app.pages.cases.studies import Study
from app.pages.video.view import Shown, shown
from model.evaluation.scores import scores
from model.types import Analysis, FrameScores
from worker.errors import NotFound
from worker.service import Service
from worker.types import Listing

RUN_UP = "run-up"


@dataclass(frozen=True)
class CaseVideo:
    """The figures of a video that was analysed by `rtsae`.

    `keyframes` of `frames` are kept, so many in decisive phases and in the run-up, None where
    none are known. `half_steps` of `steps` hold half of the attention. `recognised` is the action
    with the highest `probability`, `streams` what each stream alone says, `fusion` is w_f.
    """

    action: str
    video: str
    name: str
    gallery: bool
    keyframes: int
    frames: int
    decisive: int | None
    run_up: int | None
    half_steps: int
    steps: int
    recognised: str | None = None
    probability: float | None = None
    streams: Mapping[str, str] = field(default_factory=dict)
    stream_probabilities: Mapping[str, float] = field(default_factory=dict)
    fusion: float | None = None


CASE = Records(CaseVideo, "kairoscope/case@1")


def analysed(now: Shown) -> tuple[Analysis, FrameScores] | None:
    """The analysis and its steps, if `rtsae` is in it."""
    if now.analysis is None or now.steps is None or "rtsae" not in now.analysis.methods:
        return None
    return now.analysis, now.steps


def figures_of(action: str, now: Shown, analysis: Analysis, steps: FrameScores) -> CaseVideo:
    """The figures of a video that belongs to the case by this action."""
    found = analysis.recognition
    top = found["whole"]["top"][0] if found else {}
    streams = {name: tops[0] for name, tops in found.get("streams", {}).items()} if found else {}
    decisive, run_up = _by_phase(now, analysis)
    return CaseVideo(
        action=action,
        video=now.video.id,
        name=now.video.name,
        gallery=now.video.gallery,
        keyframes=len(analysis.methods["rtsae"].index_K),
        frames=analysis.clip.info.frames,
        decisive=decisive,
        run_up=run_up,
        half_steps=int(np.searchsorted(np.sort(steps.phi_S)[::-1].cumsum(), 0.5)) + 1,
        steps=len(steps.phi_S),
        recognised=top.get("label"),
        probability=top.get("probability"),
        streams={name: tops["label"] for name, tops in streams.items()},
        stream_probabilities={name: tops["probability"] for name, tops in streams.items()},
        fusion=found.get("fusion") if found else None,
    )


def _by_phase(now: Shown, analysis: Analysis) -> tuple[int | None, int | None]:
    """How many keyframes lie in decisive phases, and in a run-up; None where there is none."""
    entry = scores(analysis, now.truth)["methods"]["rtsae"]["phases"]
    if entry is None:
        return None, None
    decisive = sum(phase["keyframes"] * phase["decisive"] for phase in entry["counts"])
    run_ups = [phase["keyframes"] for phase in entry["counts"] if phase["name"] == RUN_UP]
    return int(decisive), run_ups[-1] if run_ups else None


def case_videos(service: Service, study: Study) -> Iterator[CaseVideo]:
    """The figures of every analysed video of the case: by action, those of the gallery first."""
    for action in study.actions:
        for gallery in (True, False):
            listing = Listing(tags=(action,), gallery=gallery, sort="name")
            for video in service.library.find(listing, 0, service.library.count(listing)):
                with suppress(NotFound):  # deleted since
                    now = shown(service, video.id, None)
                    if found := analysed(now):
                        yield figures_of(action, now, *found)
