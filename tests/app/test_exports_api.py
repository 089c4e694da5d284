"""Exports over REST: every format of a real clip, names that are safe, refusals, hang-ups."""

import io
import json
import re
import socket
import time
import zipfile

import av
import numpy as np
import psutil
import pytest
from sqlalchemy import update

from app.exports import FORMATS, keyframes_csv, npz, report, stills_zip
from model.analyze import analyze
from model.methods import get
from tests.clips import grey_frames, write_clip
from worker.database import JobRow
from worker.service import result_key

NAME = '=cmd| "跳".mp4'
T = 9


@pytest.fixture(scope="module")
def analysed(site, tmp_path_factory):
    """(the path of an analysis, its result): a clip whose frames tell their index by their grey."""
    path = write_clip(tmp_path_factory.mktemp("clip") / "a.mp4", grey_frames(T))
    methods = [get(name).from_parameters({}) for name in ("uniform", "average")]
    result = analyze(path, methods, keyframes=3).to_json()
    return _as_done(site, path.read_bytes(), result), result


@pytest.fixture(scope="module")
def damaged(site, tmp_path_factory):
    """An analysis whose video is not there to the end."""
    path = write_clip(tmp_path_factory.mktemp("clip") / "b.mp4", grey_frames(T + 1))
    result = analyze(path, [get("uniform").from_parameters({})], keyframes=2).to_json()
    result["video"]["frames"], result["times_s"] = 500, [t / 25 for t in range(500)]
    result["methods"]["uniform"]["keyframes"][-1]["index"] = 499
    return _as_done(site, path.read_bytes(), result)


def _as_done(site, content, result):
    """Upload a clip and play the worker that has analysed it."""
    video_id = site.upload(content, NAME).headers["Kairoscope-Video"]
    [job] = site.http.get("/api/v1/analyses", params={"video_id": video_id}).json()
    with site.service.database.write() as session:
        row = session.get(JobRow, job["id"])
        key = result_key(row.video.sha256, row.key)
        session.execute(update(JobRow).where(JobRow.id == job["id"]).values(state="done"))
    site.service.blobs.put(key, json.dumps(result).encode())
    return f"/api/v1/analyses/{job['id']}"


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_a_download_with_a_safe_name(site, analysed, name):
    path, _ = analysed
    response = site.http.get(f"{path}/export/{name}")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == FORMATS[name].media_type
    method = "uniform." if FORMATS[name].per_method else ""
    wanted = f"_cmd___%E8%B7%B3_.{method}{FORMATS[name].suffix}"
    assert response.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{wanted}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.content


@pytest.mark.slow
def test_the_analysis_comes_back(site, analysed):
    path, result = analysed

    def got(name):
        return site.http.get(f"{path}/export/{name}")

    assert got("json").json() == result
    assert npz.read(got("npz").content).to_json() == result
    assert report.read(got("html").text).to_json() == result
    for name, kept in keyframes_csv.read(got("csv").text).items():
        assert kept.to_json()["keyframes"] == result["methods"][name]["keyframes"]


@pytest.mark.slow
def test_the_zip_holds_the_very_frames(site, analysed):
    path, result = analysed
    content = site.http.get(f"{path}/export/zip").content
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    analysis, files = stills_zip.read(content)
    assert analysis.to_json() == result
    assert len(files) == sum(len(kept.index_K) for kept in analysis.methods.values())
    greys_T = [frame.mean() for frame in grey_frames(T)]
    for name, jpeg in files.items():
        index = int(re.search(r"frame(\d+)", name).group(1))
        with av.open(io.BytesIO(jpeg)) as image:
            picture_HWC = next(image.decode(video=0)).to_ndarray(format="rgb24")
        assert int(np.argmin(np.abs(np.array(greys_T) - picture_HWC.mean()))) == index


def test_the_method_is_chosen(site, analysed):
    path, _ = analysed
    response = site.http.get(f"{path}/export/vtt", params={"method": "average"})
    assert response.text.count("-->") == 3
    assert '"method": "average"' in response.text
    unknown = site.http.get(f"{path}/export/vtt", params={"method": "nosuch"})
    assert unknown.status_code == 422
    assert unknown.json()["type"] == "urn:kairoscope:problem:unknown-method"
    assert unknown.json()["errors"][0]["pointer"] == "/query/method"
    assert "uniform, average" in unknown.json()["hint"]


@pytest.mark.slow
def test_what_is_not_there(site, analysed, clip):
    path, _ = analysed
    for missing in (
        f"{path}/export/nosuch",
        "/api/v1/analyses/x/export/csv",
        f"{path}/export/__init__",
    ):
        response = site.http.get(missing)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
    assert "edl" in site.http.get(f"{path}/export/nosuch").json()["hint"]
    video_id = site.upload(clip(50)).headers["Kairoscope-Video"]
    [job] = site.http.get("/api/v1/analyses", params={"video_id": video_id}).json()
    early = site.http.get(f"/api/v1/analyses/{job['id']}/export/csv")
    assert early.status_code == 409
    assert early.json()["type"] == "urn:kairoscope:problem:conflict"


@pytest.mark.slow
def test_a_frame_that_cannot_be_read_is_a_problem_or_a_cut_connection(site, damaged):
    refused = site.http.get(f"{damaged}/export/html")  # made whole before it is sent
    assert refused.status_code == 422
    assert "wanted frame 499" in refused.json()["detail"]
    with pytest.raises(Exception, match=r"incomplete|closed"):  # never a ZIP that looks whole
        site.http.get(f"{damaged}/export/zip")


@pytest.mark.slow
def test_so_many_exports_at_a_time(serve, monkeypatch, clip):
    monkeypatch.setattr("app.main.EXPORTS", 0)
    site = serve()
    site.upload(clip(51))
    response = site.http.get("/api/v1/analyses/x/export/csv")
    assert response.status_code == 429
    assert response.headers["Retry-After"]


@pytest.mark.slow
def test_a_client_that_hangs_up_leaves_no_decoder_and_gives_its_place_back(serve, tmp_path):
    site = serve()
    random = np.random.default_rng(0)
    frames = [random.integers(0, 256, (540, 960, 3), np.uint8) for _ in range(24)]
    path = write_clip(tmp_path / "noise.mp4", frames, options={"preset": "ultrafast"})
    result = analyze(path, [get("uniform").from_parameters({})], keyframes=24).to_json()
    address = _as_done(site, path.read_bytes(), result)
    for _ in range(10):  # more often than there are places
        stream = socket.create_connection(("127.0.0.1", site.port))
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stream.sendall(f"GET {address}/export/zip HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert stream.recv(12) == b"HTTP/1.1 200"
        assert decoders()
        stream.close()
    deadline = time.monotonic() + 60
    while decoders():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert site.http.get(f"{address}/export/csv").status_code == 200


def decoders():
    """The running processes that read frames for an export."""
    return [child for child in psutil.Process().children(recursive=True) if _reads_stills(child)]


def _reads_stills(process):
    try:
        return process.name() == "stills_child"
    except psutil.Error:  # it has ended since
        return False
