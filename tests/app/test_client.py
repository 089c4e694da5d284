"""The Python client against a real server on a real socket, with a worker behind it."""

import socket
import sys
import threading
from contextlib import suppress

import httpx
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from app.client import Kairoscope, Result, keyframes_frame, progress_line, steps_frame, uploads
from app.client.extra import MissingExtra
from app.client.transport import Refused, ServerUnreachable, error_of
from model.errors import (
    Cancelled,
    InvalidParameter,
    KairoscopeError,
    UnknownMethod,
    UnreadableVideo,
)
from model.types import Analysis, Clip, Keyframes, VideoInfo
from tests.clips import moving_square, write_clip
from tests.documents import run_examples
from worker.database import JobRow
from worker.engine import TorchEngine
from worker.errors import Conflict, NotFound
from worker.run_job import run_job

MIB = 2**20


@pytest.fixture(scope="module")
def kairoscope(site):
    with Kairoscope(str(site.http.base_url)) as client:
        yield client


@pytest.fixture(scope="module")
def working(serve):
    """A site whose jobs are done, but for the one that every upload queues by itself."""
    site, stopping = serve(recognizer="none", device="cpu"), threading.Event()
    engine = TorchEngine(site.settings)
    waiting = select(JobRow.id).where(JobRow.state == "queued", JobRow.keyframes.is_not(None))

    def work() -> None:
        while not stopping.wait(0.05):
            with site.service.database.read() as session:
                queued = list(session.scalars(waiting))
            for job_id in queued:
                run_job(site.service, job_id, "worker", engine)

    worker = threading.Thread(target=work)
    worker.start()
    yield site
    stopping.set()
    worker.join(60)


@pytest.fixture
def quick_tries(monkeypatch):
    """No pauses between tries."""
    for module in ("transport", "uploads"):
        monkeypatch.setattr(f"app.client.{module}.PAUSES_S", (0.01,) * 5)


@pytest.fixture
def video_file(tmp_path, clip):
    """A clip of a megabyte and a half."""
    path = tmp_path / "jump 跳.mp4"
    path.write_bytes(clip(60, padding=3 * MIB // 2))
    return path


class CuttingProxy:
    """Passes requests on to a server, and cuts each connection after so many bytes."""

    def __init__(self, port: int, budget: int) -> None:
        self._port, self._budget, self.cuts = port, budget, 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._pass, args=(near, far, self._budget)).start()
            threading.Thread(target=self._pass, args=(far, near, 1 << 60)).start()

    def _pass(self, source: socket.socket, target: socket.socket, budget: int) -> None:
        with suppress(OSError):
            while budget > 0 and (data := source.recv(min(budget, 65536))):
                budget -= len(data)
                target.sendall(data)
            self.cuts += budget <= 0
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._listening.close()


@pytest.mark.slow
def test_the_documented_examples_run(working, tmp_path, monkeypatch, capsys):
    write_clip(tmp_path / "jump.mp4", moving_square(40))
    monkeypatch.chdir(tmp_path)
    names = run_examples("client.md", {"http://127.0.0.1:8050": str(working.http.base_url)})
    result = names["result"]
    assert isinstance(result, Result)
    served = working.http.get(f"/api/v1/analyses/{names['job'].id}/result").json()
    assert result.to_json() == served
    assert list(result.methods) == ["rtsae", "sms", "uniform"]
    assert [len(kept.index_K) for kept in result.methods.values()] == [4, 4, 4]
    frame = names["keyframes"]
    assert frame.columns.tolist() == ["method", "index", "time_s", "score"]
    uniform = frame[frame.method == "uniform"]
    assert uniform["index"].tolist() == result.methods["uniform"].index_K.tolist()
    np.testing.assert_array_equal(names["steps"].phi, result.steps.phi_S)
    assert names["figure"].data[0].name == "phi"
    assert "SMS (reconstruction)" in result._repr_html_()
    assert (tmp_path / "jump.zip").read_bytes().startswith(b"PK")
    assert (tmp_path / "jump.sms.vtt").read_text().count("-->") == 4
    assert "100 % done" in capsys.readouterr().err


@pytest.mark.slow
def test_an_upload_goes_on_where_it_was_cut(site, video_file, quick_tries):
    proxy, heard = CuttingProxy(site.port, 400_000), []
    with Kairoscope(proxy.url) as client:
        video = client.upload(video_file, lambda held, length: heard.append((held, length)))
    proxy.close()
    assert proxy.cuts >= 3
    assert site.http.get(f"/api/v1/videos/{video.id}/original").content == video_file.read_bytes()
    assert video.name == video_file.name
    held = [held for held, _ in heard]
    assert held == sorted(held)
    assert {length for _, length in heard} == {video_file.stat().st_size}
    assert len(set(held)) >= 4  # in the middle of a piece, too


@pytest.mark.slow
def test_an_upload_survives_a_restart_of_the_server(serve, video_file, monkeypatch):
    monkeypatch.setattr(uploads, "CHUNK", MIB // 2)
    site, restarted = serve(), []

    def restart(held: int, _: int) -> None:
        if held >= MIB and not restarted:
            serve.stop(site)
            restarted.append(serve(port=site.port, data_dir=site.settings.data_dir))

    with Kairoscope(f"http://127.0.0.1:{site.port}") as client:
        video = client.upload(video_file, restart)
        original = restarted[0].http.get(f"/api/v1/videos/{video.id}/original")
    assert original.content == video_file.read_bytes()


@pytest.mark.slow
def test_a_connection_that_never_lasts_is_given_up(site, video_file, quick_tries):
    proxy = CuttingProxy(site.port, 700)  # enough for the questions, not for a byte of the file
    with Kairoscope(proxy.url) as client, pytest.raises(ServerUnreachable):
        client.upload(video_file)
    proxy.close()


def test_what_is_no_video_is_refused_as_on_the_server(kairoscope, tmp_path):
    for name, content in (("text.mp4", b"no video"), ("empty.mp4", b"")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UnreadableVideo) as refused:
            kairoscope.upload(path)
        assert refused.value.hint
    with pytest.raises(UnreadableVideo, match="is not a file"):
        kairoscope.upload(tmp_path)


@pytest.mark.slow
def test_all_videos_come_page_by_page(serve, clip, tmp_path, monkeypatch):
    monkeypatch.setattr("app.client.server.PAGE", 2)
    with Kairoscope(str(serve().http.base_url)) as client:
        names = [f"clip {number}.mp4" for number in range(3)]
        for number, name in enumerate(names):
            (tmp_path / name).write_bytes(clip(70 + number))
            client.upload(tmp_path / name)
        assert [video.name for video in client.videos()] == names[::-1]
        assert [video.name for video in client.videos("CLIP 1")] == ["clip 1.mp4"]
        assert client.videos("nosuch") == []


def test_errors_are_those_of_the_server(site, kairoscope, tmp_path, clip):
    (tmp_path / "a.mp4").write_bytes(clip(80))
    video = kairoscope.upload(tmp_path / "a.mp4")
    with pytest.raises(NotFound, match="no video 'x'"):
        kairoscope.analyse("x")
    with pytest.raises(UnknownMethod) as unknown:
        kairoscope.analyse(video, methods=["nosuch"])
    assert (unknown.value.pointer, unknown.value.status) == ("/methods/nosuch", 422)
    with pytest.raises(KairoscopeError) as wrong:
        kairoscope.analyse(video, keyframes=0)
    assert wrong.value.status == 422
    job = kairoscope.analyse(video, methods={"sms": {"prominence": 0.2}}, keyframes=3)
    assert kairoscope.analyse(video, {"sms": {"prominence": 0.2}}, 3).id == job.id
    assert kairoscope.jobs(video)[0] == kairoscope.job(job) == kairoscope.job(job.id)
    for early in (kairoscope.result, lambda job: kairoscope.export(job, "csv")):
        with pytest.raises(Conflict, match="queued, wanted done"):
            early(job)
    heard = []
    kairoscope.cancel(job)
    with pytest.raises(Cancelled):
        kairoscope.wait(job, heard.append)
    assert [job.state for job in heard] == ["cancelled"]


@pytest.mark.slow
def test_a_failed_job_raises_its_error(site, kairoscope, tmp_path, clip):
    (tmp_path / "a.mp4").write_bytes(clip(81))
    [job] = kairoscope.jobs(kairoscope.upload(tmp_path / "a.mp4"))
    with site.service.database.write() as session:
        row = session.get(JobRow, job.id)
        row.state, row.error = "failed", UnreadableVideo("it ends", "Convert it.").to_problem()
    with pytest.raises(UnreadableVideo, match="it ends") as failed:
        kairoscope.wait(job)
    assert failed.value.hint == "Convert it."


@pytest.mark.slow
def test_a_token_is_sent(serve, clip):
    url = str(serve(token="secret 1234567890").http.base_url)
    with Kairoscope(url, token="secret 1234567890") as client:
        assert client.videos() == []
    with Kairoscope(url, token="wrong") as client, pytest.raises(KairoscopeError) as refused:
        client.videos()
    assert (refused.value.code, refused.value.status) == ("unauthorized", 401)
    assert refused.value.hint


def test_a_server_that_is_not_there(quick_tries):
    with Kairoscope("http://127.0.0.1:9") as client, pytest.raises(ServerUnreachable) as missing:
        client.videos()
    assert "http://127.0.0.1:9" in missing.value.message
    for address in ("127.0.0.1:8050", "http://[", "ftp://x"):
        with pytest.raises(KairoscopeError), Kairoscope(address) as client:
            client.videos()


def test_what_passes_is_asked_again(kairoscope, monkeypatch, quick_tries):
    answers = iter([httpx.Response(503), httpx.Response(429), httpx.Response(200, json={"a": 1})])
    monkeypatch.setattr(kairoscope._transport._http, "request", lambda *_, **__: next(answers))
    assert kairoscope._transport.get("/x") == {"a": 1}
    answers = iter([httpx.Response(500, text="<html>")])
    with pytest.raises(Refused, match="500 Internal Server Error"):
        kairoscope._transport.get("/x")


@pytest.mark.parametrize(
    ("code", "cls"),
    [("unknown-method", UnknownMethod), ("invalid-parameter", InvalidParameter),
     ("not-found", NotFound), ("plugin-failed", KairoscopeError), ("of-tomorrow", Refused)],
)  # fmt: skip
def test_a_problem_becomes_the_error_it_tells_of(code, cls):
    problem = {"type": f"urn:kairoscope:problem:{code}", "status": 422, "detail": "d", "hint": "h"}
    errors = [{"pointer": "/a", "detail": "d"}]
    error = error_of({**problem, "errors": errors})
    assert isinstance(error, cls)
    assert (error.code, error.status, error.message, error.hint) == (code, 422, "d", "h")
    assert error.to_problem()["type"] == problem["type"]
    assert getattr(error, "pointer", "/a") == "/a"
    assert "no reason" in error_of({}).message


def test_frames_without_keyframes_or_steps():
    clip = Clip(VideoInfo("", 2, None, 8, 8, 0.08), np.array([0.0, 0.04]))
    kept = Keyframes("a", np.array([1]), np.array([0.04]), np.array([0.5]))
    frame = keyframes_frame(Analysis(clip, None, {"a": kept}))
    wanted = pd.DataFrame({"method": ["a"], "index": [1], "time_s": [0.04], "score": [0.5]})
    pd.testing.assert_frame_equal(frame, wanted)
    assert keyframes_frame(Analysis(clip, None, {})).empty
    assert steps_frame(Analysis(clip, None, {})).columns.tolist()[:2] == ["index", "time_s"]


@pytest.mark.parametrize("module", ["httpx", "pandas"])
def test_a_missing_extra_is_named(module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    clip = Clip(VideoInfo("", 1, None, 8, 8, 0.04), np.zeros(1))
    with pytest.raises(MissingExtra, match=f"{module} is not installed") as missing:
        Kairoscope("http://x") if module == "httpx" else steps_frame(Analysis(clip, None, {}))
    assert "kairoscope[client]" in missing.value.hint


def test_the_progress_line_says_how_far_and_how_long(kairoscope, capsys, tmp_path, clip):
    (tmp_path / "a.mp4").write_bytes(clip(82))
    [job] = kairoscope.jobs(kairoscope.upload(tmp_path / "a.mp4"))
    progress_line(job)
    assert capsys.readouterr().err == "\r\x1b[K  0 % queued"
