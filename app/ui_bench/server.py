"""The server that is measured: `kairoscope serve` on a free port, with a folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.ui_bench.errors import CannotMeasure
from worker.settings import Settings
from worker.supervise import url

SERVE = "from app.cli import main; raise SystemExit(main(['serve', '--stop-with-parent']))"
START_S, STOP_S = 120, 60


def settings_in(folder: Path) -> Settings:
    """The defaults, on a free port, whatever the environment says: it may name a real library."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Settings.model_construct(data_dir=folder, port=port, gallery=False)


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of the server while it runs. Raises CannotMeasure when it does not start."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("KAIROSCOPE_")}
    log = settings.data_dir / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            env=others | settings.environment(),
            stdout=out,
            stderr=out,
            start_new_session=True,  # Ctrl-C reaches this process only, which then stops it
        )
    try:
        _wait_until_ready(settings, server, log)
        yield url(settings)
    finally:
        server.terminate()
        server.wait(STOP_S)


def _wait_until_ready(settings: Settings, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url(settings)}/readyz", timeout=10):
                return
        except OSError:
            time.sleep(0.1)  # not listening yet
    lines = log.read_text(errors="replace").strip().splitlines() or ["It said nothing."]
    raise CannotMeasure("the server did not start", f"Its last word: {lines[-1]}")
