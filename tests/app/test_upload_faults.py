"""Uploads under real faults: cut connections, a full disk, two writers, SIGTERM, kill -9."""

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

MIB = 2**20
ENDED = (0, -signal.SIGTERM)


def finished_as(site, response):
    assert response.status_code == 204, response.text
    return site.http.get(f"/api/v1/videos/{response.headers['Kairoscope-Video']}").json()["sha256"]


def test_cut_connection_keeps_what_arrived(site, clip, sha256):
    content = clip(10, padding=3 * MIB)
    url = site.create(len(content)).headers["Location"]
    stream = site.raw_patch(url, 0, content[:MIB], len(content))
    site.wait_for_offset(url, MIB)
    stream.close()
    assert finished_as(site, site.patch(url, MIB, content[MIB:])) == sha256(content)


def test_cut_connection_keeps_nothing_that_is_not_verified(site, upload_folder):
    url = site.create(10).headers["Location"]
    stream = socket.create_connection(("127.0.0.1", site.port))
    stream.sendall(
        f"PATCH {url} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        "Upload-Checksum: sha1 AAAA\r\nContent-Type: application/offset+octet-stream\r\n"
        "Content-Length: 10\r\n\r\nabc".encode()
    )
    deadline = time.monotonic() + 5
    while not (upload_folder(url) / "chunk").exists():
        assert time.monotonic() < deadline
    stream.close()
    while (upload_folder(url) / "chunk").exists():
        assert time.monotonic() < deadline
    assert site.offset(url) == 0


def test_the_newer_of_two_writers_wins(site, clip, sha256):
    content = clip(11, padding=2 * MIB)
    url = site.create(len(content)).headers["Location"]
    hanging = site.raw_patch(url, 0, content[:MIB], len(content))
    site.wait_for_offset(url, MIB)
    assert finished_as(site, site.patch(url, MIB, content[MIB:])) == sha256(content)
    hanging.settimeout(5)
    assert b" 423 " in hanging.recv(4096).split(b"\r\n")[0]
    hanging.close()


def test_many_writers_at_once_never_mix(site, clip, sha256):
    content = clip(12, padding=2 * MIB)
    url = site.create(len(content)).headers["Location"]
    finished, deadline = [], time.monotonic() + 60

    def push():
        own = site.twin()
        with own.http:
            while time.monotonic() < deadline:
                try:
                    at = own.offset(url)
                except KeyError:  # no offset while another writer's last bytes are finished: 423
                    continue
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


def test_abandoned_uploads_expire_and_are_collected(serve, monkeypatch):
    monkeypatch.setattr("app.background.COLLECT_EVERY_S", 0.1)
    site = serve(upload_expiry_s=0.3)
    url = site.create(10).headers["Location"]
    site.patch(url, 0, b"abc")
    folder = site.settings.data_dir / "uploads" / url.rsplit("/", 1)[-1]
    assert folder.exists()
    statuses = set()
    deadline = time.monotonic() + 5
    while folder.exists():
        statuses.add(site.head(url).status_code)
        assert time.monotonic() < deadline
    assert statuses <= {200, 410, 404}
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
    assert process.wait(15) in ENDED


@pytest.mark.slow
def test_killed_before_finishing_is_finished_at_the_next_start(idle_site, start, clip, sha256):
    site, content = idle_site, clip(15)
    process = start()
    url = site.create(len(content)).headers["Location"]
    site.patch(url, 0, content[:-1])
    process.kill()
    process.wait()
    folder = site.settings.data_dir / "uploads" / url.rsplit("/", 1)[-1]
    with open(folder / "data", "ab") as data:  # as if killed after the last byte
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
    stream.settimeout(10)
    answer = stream.recv(4096)
    assert b" 503 " in answer.split(b"\r\n")[0]
    assert b"retry-after" in answer.lower()
    stream.close()
    assert process.wait(15) in ENDED
    start()
    assert finished_as(site, site.patch(url, MIB, content[MIB:])) == sha256(content)
