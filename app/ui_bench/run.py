"""The whole measurement: clips, library, server and browser are made, measured and removed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from app.pages.library.view import PAGE_SIZE
from app.ui_bench.browser import chromium, tab
from app.ui_bench.figures import Figure, Machine, Report
from app.ui_bench.hover import hover
from app.ui_bench.listing import first_screen
from app.ui_bench.page import open_video
from app.ui_bench.playhead import playhead
from app.ui_bench.server import serving, settings_in
from app.ui_bench.shelf import add_many, add_video, decoded, undecoded
from model.datasets.numbered import Digits, write_numbered
from worker.service import Service
from worker.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOVER_MS, PAGE_MS, SCREEN_MS, FRAMES_OFF = 100.0, 1000.0, 300.0, 1.0  # the goals
DIGITS, LONG_DIGITS = Digits(), Digits(bits=17, block=4)
HIDDEN = 40  # frames before the edit list's start
GAPS = (1 / 30, 1 / 30, 1 / 15, 1 / 12)  # s between the frames of the variable-rate clip
RATE = 25.0  # frames a second of all clips but the variable-rate one
SEED = 0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything: frames of the long video and of the short ones, keyframes of
    each method, runs of a video, videos in the library, moves and clicks on a page."""

    long_frames: int = 100_000
    frames: int = 240
    keyframes: int = 24
    runs: int = 20
    videos: int = 10_000
    moves: int = 20
    clicks: int = 20


@dataclass(frozen=True)
class Numbered:
    """A stored clip: the numbers that its frames spell, and when each is shown (s)."""

    video_id: str
    numbers: range
    times: Sequence[float]


def measure(repeats: int, sizes: Sizes = Sizes(), say: Say = lambda _: None) -> Report:
    """Every figure, `say` hearing what is under way. Raises CannotMeasure without a browser."""
    machine = Machine.here()
    with chromium() as browser, TemporaryDirectory(prefix="kairoscope-bench-") as folder:
        settings = settings_in(Path(folder))
        say("making clips and library")
        long_id, clips = _fill(settings, Path(folder), sizes)
        with serving(settings) as url:
            figures = [
                *_hover(browser, url, long_id, repeats, sizes, say),
                *_open(browser, url, clips["constant-rate"].video_id, repeats, sizes, say),
                *_playhead(browser, url, clips, repeats, sizes, say),
            ]
        figures += _library(browser, settings, repeats, sizes, say)
    return Report(machine, repeats, asdict(sizes), figures)


def _fill(settings: Settings, folder: Path, sizes: Sizes) -> tuple[str, dict[str, Numbered]]:
    """The id of the long video, and the short clips by what is special about them."""
    service = Service(settings)
    even = (np.arange(sizes.long_frames) / RATE).tolist()
    long = write_numbered(folder / "long.mp4", even, LONG_DIGITS, seed=SEED)
    long_id = add_video(service, long, undecoded(long, even), 1, sizes.keyframes)
    uneven = np.cumsum(np.resize(GAPS, sizes.frames)) - GAPS[0]
    clips = {}
    for name, times, hidden in (
        ("constant-rate", even[: sizes.frames], 0),
        ("variable-rate", uneven.tolist(), 0),
        ("edit-list", even[: sizes.frames], HIDDEN),
    ):
        path = write_numbered(folder / f"{name}.mp4", times, DIGITS, hidden=hidden, seed=SEED)
        clip, runs = decoded(path), sizes.runs if name == "constant-rate" else 1
        video_id = add_video(service, path, clip, runs, sizes.keyframes)
        shown = [time_s - times[hidden] for time_s in times[hidden:]]
        clips[name] = Numbered(video_id, range(hidden, sizes.frames), shown)
    add_many(service, sizes.videos, video_id, clip, PAGE_SIZE)
    service.close()
    return long_id, clips


def _hover(
    browser: "Browser", url: str, video_id: str, repeats: int, sizes: Sizes, say: Say
) -> Iterator[Figure]:
    say("hovering")
    found: list[float] = []
    for shares in _shares(repeats, sizes.moves):
        with tab(browser, url) as page:
            found += hover(page, video_id, 1 / RATE, shares)
    title = f"hover to preview, {sizes.long_frames:,} frames"
    yield Figure("hover", title, "ms", HOVER_MS, found)


def _open(
    browser: "Browser", url: str, video_id: str, repeats: int, sizes: Sizes, say: Say
) -> Iterator[Figure]:
    say("opening a video")
    cold, warm = [], []
    for _ in range(repeats):
        with tab(browser, url) as page:
            cold.append(open_video(page, video_id))
            warm.append(open_video(page, video_id))
    title = f"video with {sizes.runs} runs"
    yield Figure("page-cold", f"{title}, empty browser cache", "ms", PAGE_MS, cold)
    yield Figure("page-warm", f"{title}, again", "ms", PAGE_MS, warm)


def _playhead(
    browser: "Browser", url: str, clips: dict[str, Numbered], repeats: int, sizes: Sizes, say: Say
) -> Iterator[Figure]:
    for name, clip in clips.items():
        say(f"seeking in the {name} clip")
        found: list[float] = []
        for shares in _shares(repeats, sizes.clicks):
            with tab(browser, url) as page:
                found += playhead(page, clip.video_id, clip.numbers, clip.times, DIGITS, shares)
        title = f"picture against playhead, {name}"
        yield Figure(f"playhead-{name}", title, "frames", FRAMES_OFF, found)


def _library(
    browser: "Browser", settings: Settings, repeats: int, sizes: Sizes, say: Say
) -> Iterator[Figure]:
    """Cold is the first visit after the server started, by a browser that never saw it."""
    cold, warm = [], []
    for _ in range(repeats):
        say("listing the library")
        with serving(settings) as url, tab(browser, url) as page:
            cold.append(first_screen(page))
            warm.append(first_screen(page))
    for name, pairs in (("cold", cold), ("warm", warm)):
        answered, drawn = zip(*pairs, strict=True)
        title = f"{sizes.videos:,} videos, {name}"
        yield Figure(f"listing-{name}", f"{title}: server's listing", "ms", SCREEN_MS, answered)
        yield Figure(f"first-card-{name}", f"{title}: first card drawn", "ms", SCREEN_MS, drawn)


def _shares(repeats: int, number: int) -> Iterator[list[float]]:
    """Where to point, for each repeat: shares of the plot's width."""
    random = np.random.default_rng(SEED)
    for _ in range(repeats):
        yield random.uniform(0.01, 0.99, number).tolist()
