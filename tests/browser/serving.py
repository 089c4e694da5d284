"""Starts the product for the browser tests, as its users do."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PATIENCE_MS = 120_000  # a busy machine is slow, not wrong
SERVE = [sys.executable, "-c", "from app.cli import main; raise SystemExit(main())", "serve"]


@contextmanager
def serving(checkout: Path, folder: Path, **more: object) -> Iterator[str]:
    """The address of a server of this checkout, with a library, empty at first, in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"data_dir": folder / "data", "port": port, "gallery": "false", "device": "cpu"}
    named = {f"KAIROSCOPE_{key.upper()}": str(value) for key, value in (settings | more).items()}
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            SERVE, cwd=checkout, env=os.environ | named, stdout=out, stderr=out
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.1)
    raise AssertionError(f"not ready: {log.read_text()}")
