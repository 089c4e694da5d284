"""The supervisor: it starts everything, restarts what dies, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from worker import broker, supervise
from worker.errors import CannotServe
from worker.settings import Settings

WEB = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
address = ("127.0.0.1", int(os.environ["KAIROSCOPE_PORT"]))
http.server.ThreadingHTTPServer(address, Answer).serve_forever()
"""
SERVE = f"""
import sys
from worker.settings import Settings
from worker.supervise import serve
serve(Settings(), [sys.executable, "-c", {WEB!r}])
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", port=free_port(), gallery=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    process: "subprocess.Popen[str]"
    family: list[psutil.Process]

    def named(self, part: str) -> psutil.Process:
        [found] = [p for p in self.living() if part in " ".join(p.cmdline())
                   and p.ppid() == self.process.pid]  # fmt: skip
        return found

    def living(self) -> list[psutil.Process]:
        """Every process that the server ever started and that still runs."""
        if self.process.poll() is None:
            self.family += psutil.Process(self.process.pid).children(recursive=True)
        self.family = list(set(self.family))
        return [process for process in self.family if runs(process)]


def runs(process: psutil.Process) -> bool:
    """Whether it does; it may end while it is looked at."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    environment = {**os.environ, **settings.environment()}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, text=True
    )
    line = process.stdout.readline()
    assert f"http://127.0.0.1:{settings.port} " in line
    yield Server(process, [])
    process.kill()
    process.wait()
    process.stdout.close()


def answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{supervise.url(settings)}/readyz", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def has_worker_child(server: Server) -> bool:
    return len(server.named("-m worker").children()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_clean_stop_leaves_nothing_running(server, settings, sent, wait_for):
    wait_for(lambda: has_worker_child(server))
    assert len(server.living()) == 4  # broker, worker, its child, web
    server.process.send_signal(sent)
    assert server.process.wait(15) == 0
    assert server.living() == []


@pytest.mark.slow
def test_killed_supervisor_leaves_nothing_and_the_next_start_works(server, settings, wait_for):
    wait_for(lambda: has_worker_child(server))
    assert len(server.living()) == 4
    server.process.kill()
    server.process.wait()
    wait_for(lambda: server.living() == [], 5)
    supervise.check_port(settings)


@pytest.mark.slow
def test_whatever_dies_comes_back(server, settings, wait_for):
    wait_for(lambda: has_worker_child(server))
    before = server.living()
    for part in ("valkey-server", "-m worker", "http.server"):
        server.named(part).kill()
    wait_for(lambda: len(set(server.living()) - set(before)) == 4)
    wait_for(lambda: answers(settings))
    wait_for(lambda: broker.answers(settings))
    assert server.process.poll() is None


def test_a_busy_port_is_one_clear_error(settings):
    with socket.socket() as busy:
        busy.bind((settings.host, settings.port))
        busy.listen()
        with pytest.raises(CannotServe) as raised:
            supervise.serve(settings)
    assert str(settings.port) in raised.value.message
    assert f"KAIROSCOPE_PORT={settings.port + 1}" in raised.value.hint


def test_two_servers_on_one_data_directory_are_refused(settings):
    with supervise._data_dir_locked(settings), pytest.raises(CannotServe, match="another server"):
        supervise.serve(settings)


def test_beyond_loopback_a_token_is_required(settings):
    open_to_all = settings.model_copy(update={"host": "0.0.0.0"})
    with pytest.raises(CannotServe, match="no token"):
        supervise.serve(open_to_all)
    supervise.check_exposure(open_to_all.model_copy(update={"token": "secret"}))


@pytest.mark.slow
def test_a_part_that_keeps_dying_ends_the_server_with_its_command(settings, monkeypatch):
    monkeypatch.setattr(supervise, "PAUSES_S", (0.0, 0.0))
    part = supervise.Part("web server", [sys.executable, "-S", "-c", "raise SystemExit(7)"])

    def keep_for(seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            part.keep(dict(os.environ))
            time.sleep(0.02)

    with pytest.raises(CannotServe, match="3 times in a row, last with code 7"):
        keep_for(60)


def test_a_part_that_runs_once_is_left_alone_when_it_fails(caplog):
    part = supervise.Part("gallery", [sys.executable, "-S", "-c", "raise SystemExit(3)"], once=True)
    part.keep(dict(os.environ))
    part.process.wait()
    for _ in range(3):
        part.keep(dict(os.environ))
    assert part.process.returncode == 3
    assert caplog.messages == ["the gallery ended (code 3) and goes on at the next start"]


def test_commands_run_this_python(settings):
    assert supervise.worker_command(settings) == [sys.executable, "-m", "worker"]
    assert supervise.web_command(settings) == [sys.executable, "-m", "app.server"]


@pytest.mark.slow
def test_socket_path_fits_however_long_the_data_directory_is(tmp_path):
    deep = Settings(data_dir=tmp_path / ("x" * 100))
    assert len(os.fsencode(broker.socket_path(deep))) <= 107
    process = subprocess.Popen(broker.command(deep))
    try:
        broker.wait_until_answers(deep)
        assert broker.socket_path(deep).parent.stat().st_mode & 0o777 == 0o700
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(broker.socket_path(deep).parent)
    assert not broker.answers(deep)
