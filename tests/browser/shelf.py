"""What the tests of the library share: videos that cost nothing, and words for its parts."""

import struct
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import httpx
import numpy as np
from playwright.sync_api import Locator, Page

from tests.clips import moving_square, write_clip

TUS = {"Tus-Resumable": "1.0.0"}


def open_library(page: Page, search: str = "") -> None:
    """Go to the library and wait until its scripts listen."""
    page.goto(f"/{search}")
    page.locator("#file-input").wait_for(state="attached")


def make_video(path: Path, frames: int = 12, padding: int = 0) -> Path:
    """A clip of so many frames, with `padding` bytes that no reader looks at."""
    write_clip(path, moving_square(frames))
    noise = np.random.default_rng(frames).bytes(padding)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", padding + 8, b"free") + noise)
    return path


@contextmanager
def stored(site: str, folder: Path, names: dict[str, int]) -> Iterator[dict[str, str]]:
    """Videos of these names and numbers of frames, analyses cancelled, and their ids; in the end
    they are gone."""
    with httpx.Client(base_url=f"{site}/api/v1", timeout=60) as http:
        ids = {}
        for name, frames in names.items():
            own = crc32(name.encode()) % 4096  # the same bytes would be the same video
            content = make_video(folder / f"{frames}.mp4", frames, own).read_bytes()
            metadata = {"Upload-Metadata": "filename " + b64encode(name.encode()).decode()}
            headers = {**TUS, **metadata, "Upload-Length": str(len(content))}
            url = httpx.URL(site).join(http.post("/uploads", headers=headers).headers["Location"])
            headers = {
                **TUS,
                "Upload-Offset": "0",
                "Content-Type": "application/offset+octet-stream",
            }
            ids[name] = http.patch(url, content=content, headers=headers).headers[
                "Kairoscope-Video"
            ]
            newest = http.get("/analyses", params={"video_id": ids[name]}).json()[0]
            http.delete(f"/analyses/{newest['id']}")
        yield ids
        http.post("/videos/delete", json={"ids": list(ids.values())}).raise_for_status()


def names(page: Page) -> list[str]:
    """The names on the cards, in their order."""
    return page.locator(".card:not([hidden]) h2").all_inner_texts()


def card(page: Page, name: str) -> Locator:
    """The card of this name."""
    return page.locator(f'.card[data-name="{name}"]')
