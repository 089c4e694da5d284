"""A real server on a real socket, a tus client as small as the protocol, and tiny videos."""

import base64
import hashlib
import io
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
import uvicorn

from app.server import make_server
from worker.service import Service
from worker.settings import Settings

CHUNK = "application/offset+octet-stream"


@dataclass
class Site:
    """A running server: its address, its settings, a client, and a service on the same data."""

    settings: Settings
    http: httpx.Client
    service: Service

    @property
    def port(self) -> int:
        return self.settings.port

    def twin(self) -> "Site":
        """The same server with a client of its own, for another thread."""
        http = httpx.Client(base_url=self.http.base_url, timeout=60)
        return Site(self.settings, http, self.service)

    def create(self, length: int, **headers: str) -> httpx.Response:
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length)} | headers
        return self.http.post("/api/v1/uploads", headers=headers)

    def patch(self, url: str, offset: int, body: object, **headers: str) -> httpx.Response:
        base = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": CHUNK}
        return self.http.patch(url, content=body, headers=base | headers)

    def head(self, url: str) -> httpx.Response:
        return self.http.head(url, headers={"Tus-Resumable": "1.0.0"})

    def offset(self, url: str) -> int:
        return int(self.head(url).headers["Upload-Offset"])

    def upload(self, content: bytes, name: str = "clip.mp4") -> httpx.Response:
        metadata = {"Upload-Metadata": "filename " + base64.b64encode(name.encode()).decode()}
        url = self.create(len(content), **(metadata if name else {})).headers["Location"]
        return self.patch(url, 0, content)

    def raw_patch(self, url: str, offset: int, body: bytes, announced: int) -> socket.socket:
        """A PATCH that announces more than it sends, left open."""
        stream = socket.create_connection(("127.0.0.1", self.port))
        head = (
            f"PATCH {url} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nTus-Resumable: 1.0.0\r\n"
            f"Upload-Offset: {offset}\r\nContent-Type: {CHUNK}\r\n"
            f"Content-Length: {announced}\r\n\r\n"
        )
        stream.sendall(head.encode() + body)
        return stream

    def wait_for_offset(self, url: str, wanted: int) -> None:
        deadline = time.monotonic() + 60
        while self.offset(url) != wanted:
            assert time.monotonic() < deadline, f"wanted {wanted}, got {self.offset(url)}"
            time.sleep(0.02)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serve:
    """Starts servers in threads, and stops them."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._running: dict[int, tuple[Site, uvicorn.Server, threading.Thread]] = {}

    def __call__(self, **settings: object) -> Site:
        """A running server with these settings."""
        base = {"data_dir": self._folders.mktemp("data"), "port": free_port(), "gallery": False}
        chosen = Settings(**base | settings)
        server = make_server(chosen)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        client = httpx.Client(base_url=f"http://127.0.0.1:{chosen.port}", timeout=60)
        site = Site(chosen, client, Service(chosen))
        self._running[chosen.port] = site, server, thread
        return site

    def stop(self, site: Site) -> None:
        """As SIGTERM does."""
        site, server, thread = self._running.pop(site.port)
        site.service.close()
        server.should_exit = True
        thread.join(60)
        site.http.close()
        assert not thread.is_alive(), "the server did not stop"

    def stop_all(self) -> None:
        for site, _, _ in list(self._running.values()):
            self.stop(site)


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts servers; all are stopped after the module."""
    servers = Serve(tmp_path_factory)
    yield servers
    servers.stop_all()


@pytest.fixture
def idle_site(tmp_path: Path) -> Iterator[Site]:
    """A site whose server is not running: the test starts it as a process of its own."""
    settings = Settings(data_dir=tmp_path, port=free_port(), gallery=False)
    service = Service(settings)
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60) as http:
        yield Site(settings, http, service)
    service.close()


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    """The module's server with ordinary settings."""
    return serve()


def make_clip(seed: int = 0, padding: int = 0, frames: int = 12) -> bytes:
    """An MP4 whose content depends on the seed, with a `free` box of `padding` bytes at the end."""
    file = io.BytesIO()
    random = np.random.default_rng(seed)
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(frames):
            picture = np.full((48, 64, 3), random.integers(0, 256, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    free = struct.pack(">I4s", padding + 8, b"free") + random.bytes(padding) if padding else b""
    return file.getvalue() + free


@pytest.fixture(scope="session")
def clip() -> Callable[..., bytes]:
    """Makes tiny videos."""
    return make_clip


@pytest.fixture(scope="session")
def sha256() -> Callable[[bytes], str]:
    """Of bytes, as the service writes it."""
    return lambda content: hashlib.sha256(content).hexdigest()


@pytest.fixture
def upload_folder(site: Site) -> Callable[[str], Path]:
    """Where the server keeps an upload."""
    return lambda url: site.settings.data_dir / "uploads" / url.rsplit("/", 1)[-1]
