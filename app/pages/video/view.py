"""What the video page shows, gathered from the service into one value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs

import plotly.graph_objects as go

from app.figures.attention import Phase, attention
from app.figures.diagnostics import diagnostics
from app.figures.style import NARROW, Theme
from app.pages.video.variants import Variant, beside
from model.evaluation.truth import GroundTruth, InvalidAnnotations
from model.types import Analysis, FrameScores
from worker.errors import NotFound
from worker.service import Service
from worker.types import Job, Video


@dataclass(frozen=True)
class Look:
    """How the figures are drawn: theme, gutter (px), the window of time (s), phi scaled or not."""

    theme: Theme = "light"
    gutter: int = 168
    window: tuple[float, float] | None = None
    scaled: bool = False

    @property
    def narrow(self) -> bool:
        """Whether the labels of a timeline stand above its rows, for want of room beside them."""
        return self.gutter < NARROW

    @classmethod
    def of(cls, theme: str | None, view: Mapping[str, Any] | None, scaled: bool) -> "Look":
        """The look the browser reported."""
        view = view or {}
        start, end = view.get("window") or (0.0, 0.0)
        window = (float(start), float(end)) if end > start else None
        known: Theme = "dark" if theme == "dark" else "light"
        return cls(known, int(view.get("gutter") or cls.gutter), window, scaled)


@dataclass(frozen=True)
class Shown:
    """A video, the job the page follows, its analysis once that is done, and all its jobs."""

    video: Video
    job: Job | None
    analysis: Analysis | None
    jobs: Sequence[Job] = ()
    annotations: GroundTruth | None = None  # what people marked
    truth: GroundTruth | None = None  # that, or the phases of a rendered scene, in seconds
    truth_fault: str = ""
    variants: Sequence[Variant] = ()  # of other runs, among the methods of the analysis

    @property
    def steps(self) -> FrameScores | None:
        """The scores so far: of the finished analysis, else the partial ones."""
        if self.analysis:
            return self.analysis.steps
        partial = self.job.partial if self.job else None
        return FrameScores.from_json(partial) if partial else None

    @property
    def scores(self) -> str:
        """Whether there are scores: `there`, `awaited`, or `none` to come."""
        if self.steps:
            return "there"
        return "awaited" if self.job and not self.job.finished else "none"

    @property
    def duration_s(self) -> float:
        """The length of the time axis."""
        if self.analysis:
            return self.analysis.clip.info.duration_s
        known = self.video.duration_s or 0.0
        steps = self.steps
        return max(known, float(steps.time_S[-1]) if steps else 0.0) or 1.0

    @property
    def phases(self) -> list[Phase]:
        """The ground-truth phases: those that somebody marked, or of a rendered scene."""
        if self.truth and self.truth.phases:
            return [Phase(p.name, p.start, p.end, p.decisive) for p in self.truth.phases]
        phases: Sequence[Mapping[str, Any]] = (self.video.truth or {}).get("phases", ())
        return [
            Phase(str(p["name"]), float(p["start_s"]), float(p["end_s"]), bool(p["decisive"]))
            for p in phases
        ]

    def attention(self, look: Look) -> go.Figure:
        """The attention figure."""
        return attention(
            self.steps,
            self.duration_s,
            phases=self.phases,
            theme=look.theme,
            scaled=look.scaled,
            gutter=look.gutter,
            window=look.window,
        )

    def diagnostics(self, look: Look) -> go.Figure:
        """The figure of the methods' own curves."""
        return diagnostics(
            self.analysis.methods if self.analysis else {},
            self.duration_s,
            theme=look.theme,
            gutter=look.gutter,
            window=look.window,
        )

    def state(self) -> dict[str, Any]:
        """What the browser needs to know to take over."""
        return {
            "video": self.video.id,
            "job": self.job.id if self.job else None,
            "state": self.job.state if self.job else None,
            "methods": dict(self.job.methods) if self.job else {},
            "attention": self.job.attention if self.job else None,
            "variants": [asdict(variant) for variant in self.variants],
            "ready": self.video.derivatives_ready,
            "duration_s": self.duration_s,
        }


def shown(service: Service, video_id: str, search: str | None) -> Shown:
    """What to show of a video: the analysis that the query string names as `run`; else the newest
    one that was asked for with its number of keyframes `k`, else the newest. With the methods of
    the runs named as `with`, by commas, beside it. Raises NotFound.
    """
    video = service.get_video(video_id)
    jobs = tuple(service.jobs_of(video_id))
    job = _asked(jobs, search)
    analysis, variants = _result(service, job), []
    if analysis is not None:
        wanted = [other for other in jobs if other.id in beside_of(search) and other != job]
        others = {other.id: _result(service, other) for other in reversed(wanted)}
        analysis, variants = beside(analysis, {id: a for id, a in others.items() if a})
    annotations = service.annotations(video_id)
    known = annotations or service.ground_truth(video_id)
    truth, fault = _in_seconds(known, analysis)
    return Shown(video, job, analysis, jobs, annotations, truth, fault, variants)


def beside_of(search: str | None) -> list[str]:
    """The runs that a query string wants beside the one on the page."""
    named = parse_qs((search or "").lstrip("?")).get("with", [""])[0]
    return [run for run in named.split(",") if run]


def _result(service: Service, job: Job | None) -> Analysis | None:
    done = job is not None and job.state == "done"
    return Analysis.from_json(service.result(job.id)) if job and done else None


def _in_seconds(
    truth: GroundTruth | None, analysis: Analysis | None
) -> tuple[GroundTruth | None, str]:
    """The ground truth once the frames' times are known, or why it does not fit."""
    if truth is None or analysis is None:
        return None, ""
    try:
        return truth.in_seconds(analysis.clip.times_T), ""
    except InvalidAnnotations as error:
        return None, f"The ground truth does not fit: {error.message}. {error.hint}"


def _asked(jobs: Sequence[Job], search: str | None) -> Job | None:
    query = parse_qs((search or "").lstrip("?"))
    run, keyframes = (query.get(name, [""])[0] for name in ("run", "k"))
    if run:
        for job in jobs:
            if job.id == run:
                return job
        raise NotFound("this analysis is not there", "Its video may have been deleted and added.")
    k = int(keyframes) if keyframes.isdecimal() and int(keyframes) >= 1 else None
    return newest(jobs, k)


def newest(jobs: Sequence[Job], keyframes: int | None = None) -> Job | None:
    """The newest job that was asked for with this number of keyframes, else the newest."""
    alike = [job for job in jobs if job.keyframes == keyframes]
    return next(iter(alike or jobs), None)
