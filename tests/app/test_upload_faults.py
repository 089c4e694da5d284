"""Uploads under real faults: cut connections, a full disk, two writers, SIGTERM, kill -9."""

import errno
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from worker import blobs
from worker.service import Service

MIB = 2**20
ENDED = (0, -signal.SIGTERM)


def finished_as(site, response):
    assert response.status_code == 204, response.text
    return site.http.get(f"/api/v1/videos/{response.headers['Kairoscope-Video']}").json()["sha256"]


@pytest.mark.slow
def test_cut_connection_keeps_what_arrived(site, clip, sha256):
    content = clip(10, padding=3 * MIB)
    url = site.create(len(content)).headers["Location"]
    stream = site.raw_patch(url, 0, content[:MIB], len(content))
    site.wait_for_offset(url, MIB)
    stream.close()
    assert finished_as(site, site.patch(url, MIB, content[MIB:])) == sha256(content)


@pytest.mark.slow
def test_cut_connection_keeps_nothing_that_is_not_verified(site, upload_folder):
    url = site.create(10).headers["Location"]
    stream = socket.create_connection(("127.0.0.1", site.port))
    stream.sendall(
        f"PATCH {url} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        "Upload-Checksum: sha1 AAAA\r\nContent-Type: application/offset+octet-stream\r\n"
        "Content-Length: 10\r\n\r\nabc".encode()
    )
    deadline = time.monotonic() + 60
    while not (upload_folder(url) / "chunk").exists():
        assert time.monotonic() < deadline
    stream.close()
    while (upload_folder(url) / "chunk").exists():
        assert time.monotonic() < deadline
    assert site.offset(url) == 0


@pytest.mark.slow
def test_the_newer_of_two_writers_wins(site, clip, sha256):
    content = clip(11, padding=2 * MIB)
    url = site.create(len(content)).headers["Location"]
    hanging = site.raw_patch(url, 0, content[:MIB], len(content))
    site.wait_for_offset(url, MIB)
    assert finished_as(site, site.patch(url, MIB, content[MIB:])) == sha256(content)
    hanging.settimeout(60)
    assert b" 423 " in hanging.recv(4096).split(b"\r\n")[0]
    hanging.close()


@pytest.mark.slow
def test_many_writers_at_once_never_mix(site, clip, sha256):
    content = clip(12, padding=2 * MIB)
    url = site.create(len(content)).headers["Location"]
    finished, deadline = [], time.monotonic() + 60

    def push():
        own = site.twin()
        with own.http:
            while time.monotonic() < deadline:
                held = own.head(url)
                if held.status_code == 423:  # another writer's last bytes are being finished
                    continue
                assert held.status_code == 200
                at = int(held.headers["Upload-Offset"])
                response = own.patch(url, at, content[at : at + 100_000])
                assert response.status_code in (204, 409, 423), response.text
                if "Kairoscope-Video" in response.headers:
                    finished.append(response)
                    return

    writers = [threading.Thread(target=push) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {finished_as(site, response) for response in finished} == {sha256(content)}


@pytest.mark.slow
def test_full_disk_keeps_the_durable_bytes(site, clip, sha256):
    """A file size limit of the process makes the kernel write short, then fail."""
    content = clip(13, padding=3 * MIB)
    url = site.create(len(content)).headers["Location"]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MIB + 12345, before[1]))
    try:
        response = site.patch(url, 0, content)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert response.status_code == 507
    assert response.json()["type"] == "urn:kairoscope:problem:disk-full"
    assert site.offset(url) == 2 * MIB + 12345
    rest = content[2 * MIB + 12345 :]
    assert finished_as(site, site.patch(url, 2 * MIB + 12345, rest)) == sha256(content)


def test_no_room_at_all(serve):
    site = serve(max_upload_bytes=2**60)
    response = site.create(2**59)
    assert response.status_code == 507
    assert "hint" in response.json()


def folder_of(site, url):
    return site.settings.data_dir / "uploads" / url.rsplit("/", 1)[-1]


def wait_until(happened, within_s=60):
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
def test_full_storage_while_finishing_loses_nothing(serve, clip, sha256, monkeypatch):
    """The bytes are there, but not where videos are kept: 507, locked, and the server goes on."""
    monkeypatch.setattr("app.background.ROUND_S", 0.1)
    site, content, room = serve(upload_expiry_s=2), clip(17), threading.Event()
    link = blobs._link_or_copy

    def full(source, target):
        if not room.is_set():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        link(source, target)

    monkeypatch.setattr(blobs, "_link_or_copy", full)
    url = site.create(len(content)).headers["Location"]
    response = site.patch(url, 0, content)
    assert response.status_code == 507
    assert response.json()["type"] == "urn:kairoscope:problem:storage-full"
    time.sleep(2.2)  # past its expiry, through some rounds of housekeeping
    assert site.head(url).status_code == 423
    assert site.http.get(url).json()["state"] == "finishing"
    assert (folder_of(site, url) / "data").read_bytes() == content
    room.set()
    wait_until(lambda: site.service.list_videos())
    assert site.service.list_videos()[0].sha256 == sha256(content)


@pytest.mark.slow
def test_an_upload_that_cannot_be_finished_does_not_stop_the_rest(serve, clip, monkeypatch):
    monkeypatch.setattr("app.background.ROUND_S", 0.1)
    site, good = serve(), clip(18)
    add_video, broken = Service.add_video, threading.Event()

    def some(self, path, name):
        if not broken.is_set() or name == "bad.mp4":
            raise RuntimeError("a bug")
        return add_video(self, path, name)

    monkeypatch.setattr(Service, "add_video", some)
    for name in ("bad.mp4", "good.mp4"):
        assert site.upload(good, name).status_code == 500
    broken.set()
    wait_until(lambda: site.service.list_videos())
    assert [video.name for video in site.service.list_videos()] == ["good.mp4"]
    assert site.http.get("/healthz").status_code == 200


@pytest.mark.slow
def test_an_abandoned_upload_expires(serve):
    site = serve(upload_expiry_s=0.3)
    url = site.create(10).headers["Location"]
    site.patch(url, 0, b"abc")
    time.sleep(0.4)
    for response in (site.patch(url, 3, b"def"), site.http.get(url)):
        assert response.status_code == 410
        assert response.json()["type"] == "urn:kairoscope:problem:expired-upload"
    assert site.head(url).status_code == 410


@pytest.mark.slow
def test_abandoned_uploads_are_collected(serve, monkeypatch):
    monkeypatch.setattr("app.background.ROUND_S", 0.1)
    site = serve(upload_expiry_s=0.3)
    url = site.create(10).headers["Location"]
    folder = folder_of(site, url)
    assert folder.exists()
    wait_until(lambda: not folder.exists())
    assert site.head(url).status_code == 404


@pytest.fixture
def start(idle_site):
    """Starts the idle site's server as a process of its own; none is left at the end."""
    started = []

    def begin():
        command = [sys.executable, "-m", "app.server"]
        process = subprocess.Popen(command, env=os.environ | idle_site.settings.environment())
        started.append(process)
        deadline = time.monotonic() + 60
        while True:
            try:
                idle_site.http.get("/healthz")
                return process
            except httpx.ConnectError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_kill_9_in_a_chunk_then_resume(idle_site, start, clip, sha256):
    site, content = idle_site, clip(14, padding=4 * MIB)
    process = start()
    url = site.create(len(content)).headers["Location"]
    site.patch(url, 0, content[:MIB])
    stream = site.raw_patch(url, MIB, content[MIB : 2 * MIB + 777], len(content) - MIB)
    site.wait_for_offset(url, 2 * MIB + 777)
    process.kill()
    process.wait()
    stream.close()
    process = start()
    offset = site.offset(url)
    assert offset == 2 * MIB + 777
    assert finished_as(site, site.patch(url, offset, content[offset:])) == sha256(content)
    process.terminate()
    assert process.wait(60) in ENDED


@pytest.mark.slow
def test_killed_before_finishing_is_finished_at_the_next_start(idle_site, start, clip, sha256):
    site, content = idle_site, clip(15)
    process = start()
    url = site.create(len(content)).headers["Location"]
    site.patch(url, 0, content[:-1])
    process.kill()
    process.wait()
    with open(folder_of(site, url) / "data", "ab") as data:  # as if killed after the last byte
        data.write(content[-1:])
    start()
    deadline = time.monotonic() + 60
    while site.http.get(url).json()["state"] == "finishing":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    response = site.patch(url, len(content), b"")
    assert finished_as(site, response) == sha256(content)


@pytest.mark.slow
def test_sigterm_in_a_chunk_answers_503_and_resumes(idle_site, start, clip, sha256):
    site, content = idle_site, clip(16, padding=2 * MIB)
    process = start()
    url = site.create(len(content)).headers["Location"]
    stream = site.raw_patch(url, 0, content[:MIB], len(content))
    site.wait_for_offset(url, MIB)
    process.send_signal(signal.SIGTERM)
    stream.settimeout(60)
    answer = stream.recv(4096)
    assert b" 503 " in answer.split(b"\r\n")[0]
    assert b"retry-after" in answer.lower()
    stream.close()
    assert process.wait(60) in ENDED
    start()
    assert finished_as(site, site.patch(url, MIB, content[MIB:])) == sha256(content)
