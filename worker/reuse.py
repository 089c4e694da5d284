"""What of an analysis is known already: a method that was run on the same video with the same
parameters, weights and code is not run again, and the attention network not either."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from model import methods as registered
from model.types import Analysis
from worker.blobs import result_key
from worker.database import JobRow
from worker.keys import analysis_key
from worker.service import Service
from worker.types import Job, Video

Document = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What to run (`missing`: methods and parameters; `attention`: the network) and what to keep
    (`kept`: methods' entries; `recognised`: their recognitions; `base`: an earlier analysis with
    the steps)."""

    asked: tuple[str, ...]
    missing: Mapping[str, Mapping[str, Any]]
    kept: Mapping[str, Document]
    recognised: Mapping[str, Document]
    base: Document | None

    @property
    def attention(self) -> bool:
        """Whether the attention network has to run."""
        return self.base is None or any(registered.get(name).needs_gate for name in self.missing)


def plan(service: Service, video: Video, job: Job) -> Plan:
    """The job, less what earlier analyses of the video found out."""
    kept: dict[str, Document] = {}
    recognised: dict[str, Document] = {}
    base: Document | None = None
    for row in _valid(service, video, job.attention):
        useful = {
            name
            for name, parameters in job.methods.items()
            if name not in kept
            and row.keyframes == job.keyframes
            and row.methods.get(name) == parameters
        }
        if not useful and base is not None:
            continue
        document: Document = json.loads(service.blobs.read(result_key(video.sha256, row.key)))
        useful &= document["methods"].keys()  # less those that were skipped
        kept.update((name, document["methods"][name]) for name in useful)
        entries = document["recognition"].get("methods", {})
        recognised.update((name, entries[name]) for name in useful if name in entries)
        base = base or document
    missing = {name: parameters for name, parameters in job.methods.items() if name not in kept}
    return Plan(tuple(job.methods), missing, kept, recognised, base)


def merge(plan: Plan, computed: Analysis | None, skipped: Mapping[str, str]) -> Document:
    """The whole analysis as JSON; `provenance.reused` names the methods of an earlier one.

    `skipped` says of methods from outside why they gave no keyframes this time.
    """
    document = computed.to_json() if computed else dict(plan.base or {})
    found = {**(document["methods"] if computed else {}), **plan.kept}
    if plan.base is not None:
        if not plan.attention:
            document["steps"] = plan.base["steps"]
        for part in ("compute", "provenance"):
            document[part] = {**plan.base[part], **document[part]}
    document["methods"] = {name: found[name] for name in plan.asked if name in found}
    if document["recognition"]:
        entries = {**document["recognition"]["methods"], **plan.recognised}
        asked = {name: entries[name] for name in document["methods"] if name in entries}
        document["recognition"] = {**document["recognition"], "methods": asked}
    document["provenance"] = {
        **document["provenance"],
        **registered.from_outside(document["methods"], skipped),
        "reused": sorted(plan.kept),
    }
    return document


def _valid(service: Service, video: Video, attention: str | None) -> list[JobRow]:
    """Finished jobs of the video with this attention checkpoint whose results today's weights and
    code would give again. Raises InvalidParameter when the checkpoint is gone."""
    wanted = (
        select(JobRow)
        .where(JobRow.video_id == video.id, JobRow.state == "done")
        .where(JobRow.attention.is_not_distinct_from(attention))
        .order_by(JobRow.created_at.desc())
    )
    with service.database.read() as session:
        rows = list(session.scalars(wanted))
    return [
        row
        for row in rows
        if row.key == _key_today(service, video, row)
        and service.blobs.exists(result_key(video.sha256, row.key))
    ]


def _key_today(service: Service, video: Video, row: JobRow) -> str:
    settings, methods = service.settings, row.methods
    return analysis_key(settings, video.sha256, methods, row.keyframes, row.attention)
