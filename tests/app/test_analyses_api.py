"""Analyses over REST: submit, refuse with pointers, follow by server-sent events, cancel."""

import json
import threading
import time

import pytest
from sqlalchemy import update

from worker.blobs import result_key
from worker.database import JobRow

PARTIAL = {"index": [0], "time_s": [0.0], "phi": [1.0], "gate": [1.0], "open": [True]}


@pytest.fixture(scope="module")
def video_id(site, clip):
    return site.upload(clip(40)).headers["Kairoscope-Video"]


@pytest.fixture
def submit(site, video_id):
    """Submit an analysis; no worker runs here, the test plays it."""
    return lambda headers=None, **wanted: site.http.post(
        "/api/v1/analyses", json={"video_id": video_id} | wanted, headers=headers
    )


def change(site, job_id, **values):
    with site.service.database.write() as session:
        row = update(JobRow).where(JobRow.id == job_id)
        session.execute(row.values(revision=JobRow.revision + 1, **values))


def events(site, job_id):
    """(event, data) as a browser would see them, until the server closes the stream."""
    with site.http.stream("GET", f"/api/v1/analyses/{job_id}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-cache"
        event = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: "):
                yield event, json.loads(line[6:])


def test_submit(site, submit, video_id):
    response = submit(methods=["sms", "uniform"], keyframes=4)
    assert response.status_code == 202
    job = response.json()
    assert (job["state"], job["video_id"], job["keyframes"]) == ("queued", video_id, 4)
    assert list(job["methods"]) == ["sms", "uniform"]
    assert site.http.get(f"/api/v1/analyses/{job['id']}").json() == job
    listed = site.http.get("/api/v1/analyses", params={"video_id": video_id}).json()
    assert job["id"] in [entry["id"] for entry in listed]


def test_the_same_analysis_is_the_same_job(submit):
    assert submit(keyframes=5).json()["id"] == submit(keyframes=5).json()["id"]
    spelt = submit(methods={"sms": {}}, keyframes=5).json()["id"]
    assert submit(methods=["sms"], keyframes=5).json()["id"] == spelt


def test_idempotency_key(submit):
    key = {"Idempotency-Key": "once"}
    first = submit(headers=key, methods=["sms"], keyframes=3)
    again = submit(headers=key, methods=["sms"], keyframes=3)
    assert first.json()["id"] == again.json()["id"]
    assert submit(headers=key, methods=["sms"], keyframes=4).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"keyframes": -1}, "/keyframes"),
        ({"keyframes": 0}, "/keyframes"),
        ({"keyframes": 10**30}, "/keyframes"),
        ({"keyframes": "8"}, "/keyframes"),
        ({"keyframes": 8.5}, "/keyframes"),
        ({"keyframes": True}, "/keyframes"),
        ({"methods": ["nope"]}, "/methods/nope"),
        ({"methods": {"sms": {"nope": 1}}}, "/methods/sms/nope"),
        ({"methods": {"sms": 3}}, "/methods/sms"),
        ({"methods": []}, "/methods"),
        ({"methods": "sms"}, "/methods"),
        ({"path": "/etc/passwd"}, "/path"),
        ({"video_id": 7}, "/video_id"),
    ],
)
def test_wrong_fields_are_pointed_at(submit, wanted, pointer):
    response = submit(**wanted)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" * 4000, "1e999"])
def test_numbers_that_are_none(site, video_id, number):
    for fields in (f'"keyframes": {number}', f'"methods": {{"rtsae": {{"threshold": {number}}}}}'):
        body = f'{{"video_id": "{video_id}", {fields}}}'
        headers = {"Content-Type": "application/json"}
        response = site.http.post("/api/v1/analyses", content=body, headers=headers)
        assert response.status_code == 422, response.text
        assert "NaN" not in response.text


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "\x00", '{"video_id": "' + "[" * 5000])
def test_malformed_bodies(site, body):
    headers = {"Content-Type": "application/json"}
    response = site.http.post("/api/v1/analyses", content=body, headers=headers)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_unknown_ids(site):
    wanted = {"video_id": "x"}
    assert site.http.post("/api/v1/analyses", json=wanted).status_code == 404
    assert site.http.get("/api/v1/analyses", params=wanted).status_code == 404
    for path in ("x", "x/result", "x/events"):
        response = site.http.get(f"/api/v1/analyses/{path}")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
    assert site.http.delete("/api/v1/analyses/x").status_code == 404


@pytest.mark.slow
def test_events_follow_the_job_to_its_end(site, submit):
    job_id = submit(keyframes=11).json()["id"]
    stream = events(site, job_id)
    event, job = next(stream)
    assert (event, job["state"]) == ("progress", "queued")
    change(site, job_id, state="running", stage="decode", progress=0.5, partial=PARTIAL)
    event, job = next(stream)
    assert (event, job["progress"], job["partial"]) == ("progress", 0.5, PARTIAL)
    change(site, job_id, state="done", progress=1.0)
    assert [(event, job["state"]) for event, job in stream] == [("end", "done")]
    assert [event for event, _ in events(site, job_id)] == ["end"]


@pytest.mark.slow
def test_events_end_when_the_video_is_deleted(site, clip):
    video_id = site.upload(clip(41)).headers["Kairoscope-Video"]
    [job] = site.http.get("/api/v1/analyses", params={"video_id": video_id}).json()
    stream = events(site, job["id"])
    next(stream)
    site.http.delete(f"/api/v1/videos/{video_id}")
    assert list(stream) == [("end", None)]


def test_streams_are_limited_and_given_back(site, submit, monkeypatch):
    monkeypatch.setattr("app.api.event_streams.MAX_STREAMS", 2)
    job_id = submit(keyframes=12).json()["id"]
    path = f"/api/v1/analyses/{job_id}/events"
    with site.http.stream("GET", path), site.http.stream("GET", path):
        refused = site.http.get(path)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"]
    deadline = time.monotonic() + 60
    while True:  # a closed stream is noticed at its next poll
        with site.http.stream("GET", path) as response:
            if response.status_code == 200:
                break
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_an_open_stream_does_not_hold_up_the_stop(serve, clip, monkeypatch):
    monkeypatch.setattr("app.server.GRACE_S", 600)  # nothing is cut off: it ends by itself
    site = serve()
    video_id = site.upload(clip(42)).headers["Kairoscope-Video"]
    [job] = site.http.get("/api/v1/analyses", params={"video_id": video_id}).json()
    seen = []
    twin = site.twin()
    reader = threading.Thread(target=lambda: seen.extend(events(twin, job["id"])))
    reader.start()
    while not seen:
        time.sleep(0.01)
    serve.stop(site)
    reader.join(60)
    twin.http.close()
    assert not reader.is_alive()
    assert [event for event, _ in seen] == ["progress"]


def test_result_only_when_done(site, submit):
    job = submit(keyframes=13).json()
    path = f"/api/v1/analyses/{job['id']}/result"
    early = site.http.get(path)
    assert early.status_code == 409
    assert early.json()["type"] == "urn:kairoscope:problem:conflict"
    analysis = {"schema": "kairoscope/analysis@1", "methods": {}}
    with site.service.database.read() as session:
        row = session.get(JobRow, job["id"])
        key = result_key(row.video.sha256, row.key)
    site.service.blobs.put(key, json.dumps(analysis).encode())
    change(site, job["id"], state="done")
    assert site.http.get(path).json() == analysis


def test_cancel(site, submit):
    job_id = submit(keyframes=14).json()["id"]
    path = f"/api/v1/analyses/{job_id}"
    cancelled = site.http.delete(path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    assert site.http.delete(path).status_code == 409
    running = submit(keyframes=15).json()["id"]
    change(site, running, state="running")
    assert site.http.delete(f"/api/v1/analyses/{running}").status_code == 202
    done = submit(keyframes=17).json()["id"]
    change(site, done, state="done")
    refused = site.http.delete(f"/api/v1/analyses/{done}")
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:kairoscope:problem:conflict"
    assert site.http.get(f"/api/v1/analyses/{done}").json()["state"] == "done"


def test_a_full_queue(submit, monkeypatch):
    monkeypatch.setattr("app.api.analyses.MAX_QUEUED", 0)
    response = submit(keyframes=16)
    assert response.status_code == 429
    assert response.headers["Retry-After"]
