"""`kairoscope serve`: broker, worker, gallery and web server as child processes of one supervisor.

What dies is started again, with growing pauses. Nothing outlives the supervisor: a clean stop
waits for every child, and the kernel ends them when it is killed itself.
"""

import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

from model.process import die_with_parent
from worker import broker
from worker.database import Database
from worker.errors import CannotServe
from worker.settings import LOOPBACK, Settings
from worker.sweep import sweep

log = logging.getLogger(__name__)

ROUND_S = 0.1
PAUSES_S = (0.2, 1.0, 3.0, 10.0)  # before each start after a quick death; then it gives up
STEADY_S = 30.0  # a child that lived this long starts over at the first pause
STOP_S = 15.0


def worker_command(settings: Settings) -> list[str]:
    """The command line of a worker; settings travel in the environment."""
    return [sys.executable, "-m", "worker"]


def web_command(settings: Settings) -> list[str]:
    """The command line of the web server; settings travel in the environment."""
    return [sys.executable, "-m", "app.server"]


def gallery_command(settings: Settings) -> list[str]:
    """The command line that fills the gallery once."""
    return [sys.executable, "-m", "worker.gallery"]


@dataclass
class Part:
    """A child process that should be running, or, with `once`, that runs once and ends.

    `orphaned` is the signal it gets when the supervisor is killed.
    """

    name: str
    command: Sequence[str]
    once: bool = False
    orphaned: signal.Signals = signal.SIGKILL
    process: "subprocess.Popen[bytes] | None" = None
    quick_deaths: int = 0
    started: float = 0.0
    start_at: float = 0.0
    ended: bool = False

    def start(self, environment: dict[str, str]) -> None:
        """Start it, in a session of its own: Ctrl-C reaches the supervisor only."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(self.orphaned),
        )

    def keep(self, environment: dict[str, str]) -> None:
        """Start it when it should run and does not. Raises CannotServe when it keeps dying."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start(environment)
            return
        code = self.process.poll()
        if code is None or self.ended:
            return
        if self.once:
            self.ended = True
            if code != 0:
                log.warning("the %s ended (code %s) and goes on at the next start", self.name, code)
            return
        lived = time.monotonic() - self.started
        self.quick_deaths = 0 if lived > STEADY_S else self.quick_deaths + 1
        self.process = None
        if self.quick_deaths > len(PAUSES_S):
            raise CannotServe(
                f"the {self.name} ended {self.quick_deaths} times in a row, last with code {code}",
                f"Its own messages stand above; to see them again, run: {' '.join(self.command)}",
            )
        pause = PAUSES_S[max(self.quick_deaths - 1, 0)]
        self.start_at = time.monotonic() + pause
        log.warning(
            "the %s ended with code %s; starting it again in %.1f s", self.name, code, pause
        )

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for its end; kill its whole session at the deadline."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("the %s did not stop in time and is killed", self.name)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class _Stopped(Exception):
    """SIGTERM or Ctrl-C arrived."""


def serve(settings: Settings, web: Sequence[str] | None = None) -> None:
    """Run everything until SIGTERM or Ctrl-C. `web` replaces the web server's command line.

    Raises CannotServe when the port or the data directory is taken, or a part keeps dying.
    """
    check_exposure(settings)
    check_port(settings)
    with _data_dir_locked(settings), _stop_signals():
        parts = _parts(settings, web or web_command(settings))
        with suppress(_Stopped), _all_stopped(parts):
            _run(settings, parts)


def check_exposure(settings: Settings) -> None:
    """Raises CannotServe for an address that others can reach while no token guards it."""
    if settings.host not in LOOPBACK and not settings.token:
        raise CannotServe(
            f"{settings.host} can be reached from other machines, and no token is set",
            "Set KAIROSCOPE_TOKEN, or listen on 127.0.0.1.",
        )


def check_port(settings: Settings) -> None:
    """Raises CannotServe unless the web server can listen where the settings say."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {settings.host} port {settings.port}: {error.strerror}",
                f"Choose another port, e.g. KAIROSCOPE_PORT={settings.port + 1}.",
            ) from None


def _parts(settings: Settings, web: Sequence[str]) -> list[Part]:
    """What runs, in the order in which it starts."""
    parts = [
        Part("worker", worker_command(settings)),
        Part("web server", web),
    ]
    if settings.gallery:
        parts.append(Part("gallery", gallery_command(settings), once=True))
    if settings.redis_url is None:
        parts.insert(0, Part("broker", broker.command(settings), orphaned=signal.SIGTERM))
    return parts


def _run(settings: Settings, parts: list[Part]) -> None:
    environment = _environment(settings)
    database = Database(settings)  # brings the schema up to date before anybody uses it
    sweep(settings, database)
    database.close()
    if settings.redis_url is None:
        if broker.answers(settings):
            broker.client_of(settings).shutdown()
        parts[0].start(environment)
    broker.wait_until_answers(settings)
    announced = False
    while True:
        for part in parts:
            part.keep(environment)
        if not announced and (announced := _ready(settings)):
            print(f"Kairoscope is ready: {url(settings)} (Ctrl-C stops it)", flush=True)
        time.sleep(ROUND_S)


def _environment(settings: Settings) -> dict[str, str]:
    """The children's environment: ours, with exactly these settings."""
    names = {f"KAIROSCOPE_{name.upper()}" for name in type(settings).model_fields}
    others = {name: value for name, value in os.environ.items() if name not in names}
    return {**others, **settings.environment()}


def url(settings: Settings) -> str:
    """Where the pages are."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _ready(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{url(settings)}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def _all_stopped(parts: list[Part]) -> Iterator[None]:
    """Stop every part at the end, the broker last."""
    try:
        yield
    finally:
        clients = [part for part in parts if part.name != "broker"]
        for group in (clients, parts):
            deadline = time.monotonic() + STOP_S
            for part in group:
                part.stop()
            for part in group:
                part.wait(deadline)


@contextmanager
def _stop_signals() -> Iterator[None]:
    """Raise _Stopped in the main thread at the first SIGTERM or SIGINT; then ignore them."""

    def stop(number: int, frame: FrameType | None) -> None:
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, signal.SIG_IGN)
        raise _Stopped

    before = {sent: signal.signal(sent, stop) for sent in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for sent, handler in before.items():
            signal.signal(sent, handler)


@contextmanager
def _data_dir_locked(settings: Settings) -> Iterator[None]:
    """Hold <data_dir>/serve.lock. Raises CannotServe when another server holds it."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(
                f"another server is running on {settings.data_dir.resolve()}",
                "Stop it, or set KAIROSCOPE_DATA_DIR to another folder.",
            ) from None
        yield
