"""The analyses of videos: ask for one, follow it, read its result, cancel it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field, StrictInt, field_validator

from app.api.parts import TheService, TheStreams
from app.api.problems import answers
from model.errors import KairoscopeError
from model.evaluation.matching import TOLERANCE_S
from model.evaluation.scores import scores
from model.types import Analysis
from worker.errors import NotFound
from worker.types import Job

MAX_QUEUED = 1000
POLL_S = 0.25
RECONNECT_MS = 1000


class TooManyAnalyses(KairoscopeError):
    """The queue is full."""

    code = "too-many-analyses"
    status = 429


class NewAnalysis(BaseModel):
    """What to analyse: a video by methods, given as names or as names with their parameters.

    Without `methods` all default ones; without `keyframes` each method chooses its own number;
    `attention` names a checkpoint of /models of that task, without it the one in use.
    """

    model_config = ConfigDict(extra="forbid")

    video_id: str
    methods: dict[str, dict[str, Any]] | None = Field(
        None, examples=[{"sms": {}, "uniform": {}}], description="a list of names also does"
    )
    keyframes: StrictInt | None = Field(None, le=1_000_000)
    attention: str | None = Field(None, max_length=255)

    @field_validator("methods", mode="before")
    @classmethod
    def names_alone(cls, methods: Any) -> Any:
        """["sms"] means {"sms": {}}."""
        if isinstance(methods, list) and all(isinstance(name, str) for name in methods):
            return {name: {} for name in methods}
        return methods


routes = APIRouter(prefix="/analyses", tags=["analyses"])


@routes.post("", status_code=202, responses=answers(404, 413, 422, 429))
def submit(
    service: TheService,
    wanted: NewAnalysis,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Job:
    """Queue an analysis; the same one again is the same job."""
    if service.counts()["queued"] >= MAX_QUEUED:
        raise TooManyAnalyses(f"{MAX_QUEUED} analyses are waiting", "Try again later.")
    return service.submit(
        wanted.video_id,
        wanted.methods,
        wanted.keyframes,
        idempotency_key,
        attention=wanted.attention,
    )


@routes.get("", responses=answers(404, 422))
def list_analyses(service: TheService, video_id: str) -> list[Job]:
    """The analyses of a video, newest first."""
    return service.jobs_of(video_id)


@routes.get("/{job_id}", responses=answers(404))
def get_analysis(service: TheService, job_id: str) -> Job:
    """Where an analysis stands."""
    return service.get_job(job_id)


@routes.delete("/{job_id}", status_code=202, responses=answers(404, 409))
def cancel(service: TheService, job_id: str) -> Job:
    """Cancel: at once while queued, within two seconds while running."""
    return service.cancel(job_id)


@routes.get("/{job_id}/result", responses=answers(404, 409))
def result(service: TheService, job_id: str) -> dict[str, Any]:
    """The result, schema `kairoscope/analysis@1`; 409 until it is there."""
    return service.result(job_id)


@routes.get("/{job_id}/scores", responses=answers(404, 409, 422))
def get_scores(
    service: TheService,
    job_id: str,
    tolerance_s: Annotated[float, Query(ge=0, le=3600, allow_inf_nan=False)] = TOLERANCE_S,
) -> dict[str, Any]:
    """How each method's keyframes compare with the video's annotations, or a rendered scene's
    phases, and with the other methods', within `tolerance_s`; 409 until there is a result."""
    analysis = Analysis.from_json(service.result(job_id))
    truth = service.ground_truth(service.get_job(job_id).video_id)
    return scores(analysis, truth, tolerance_s)


def _known(service: TheService, job_id: str) -> Job:
    return service.get_job(job_id)


async def _place(streams: TheStreams) -> AsyncIterator[None]:
    with streams.place():
        yield


@routes.get(
    "/{job_id}/events",
    response_class=EventSourceResponse,
    responses=answers(404, 429),
    dependencies=[Depends(_place)],
)
async def events(
    service: TheService, streams: TheStreams, job: Annotated[Job, Depends(_known)]
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` with the job at each change, `end` with its last state."""
    revision = -1
    while not streams.stopping:
        if job.finished:
            yield ServerSentEvent(event="end", data=job)
            return
        if job.revision != revision:
            revision = job.revision
            yield ServerSentEvent(event="progress", data=job, retry=RECONNECT_MS)
        await anyio.sleep(POLL_S)
        try:
            job = await run_sync(service.get_job, job.id)
        except NotFound:  # deleted with its video
            yield ServerSentEvent(event="end", raw_data="null")
            return
