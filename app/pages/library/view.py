"""What the library shows, by its address: a link opens the same videos in the same order.

`?q=jump&tag=ball&state=done&from=own&sort=name&order=desc&show=120`; `tag` may come again, `show`
is how many cards there are at most.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args
from urllib.parse import parse_qs

from worker.service import Service
from worker.types import Job, Listing, Order, Sort, Standing, Video

PAGE_SIZE = 60
MOST_SHOWN = 1200
SOURCES = {"own": False, "gallery": True}


@dataclass(frozen=True)
class View:
    """The videos of a listing, as many as are shown, their newest jobs, and how many there are."""

    listing: Listing
    videos: list[Video]
    jobs: Mapping[str, Job]
    total: int

    @property
    def busy(self) -> bool:
        """Whether any of them is being analysed."""
        return any(not job.finished for job in self.jobs.values())

    @property
    def marks(self) -> list[list[str]]:
        """Each video's id, and a mark that changes with what its card says."""
        return [[video.id, _mark(video, self.jobs.get(video.id))] for video in self.videos]


def view_of(service: Service, search: str | None) -> View:
    """What the address asks for."""
    listing, shown = parse(search)
    videos = service.library.find(listing, 0, shown)
    jobs = service.library.latest_jobs(video.id for video in videos)
    return View(listing, videos, jobs, service.library.count(listing))


def parse(search: str | None) -> tuple[Listing, int]:
    """The listing of an address's query, and how many cards to show; what is no value is left
    out."""
    values = parse_qs((search or "").removeprefix("?"))

    def one(name: str, known: Any) -> Any:
        value = values.get(name, [""])[0]
        return value if value in known else None

    show = values.get("show", ["0"])[0]
    shown = int(show) if show.isascii() and show.isdigit() and len(show) < 7 else 0
    listing = Listing(
        query=values.get("q", [""])[0][:200],
        tags=tuple(values.get("tag", [])[:20]),
        state=cast(Standing | None, one("state", get_args(Standing))),
        gallery=SOURCES.get(one("from", SOURCES) or ""),
        sort=cast(Sort, one("sort", get_args(Sort)) or "added"),
        order=cast(Order | None, one("order", get_args(Order))),
    )
    return listing, min(max(shown, PAGE_SIZE), MOST_SHOWN)


def parameters(listing: Listing) -> list[tuple[str, str]]:
    """The query by which the REST interface gives the same videos in the same order."""
    found = [("q", listing.query), *(("tag", tag) for tag in listing.tags)]
    found += [("state", listing.state or ""), ("order", listing.order or "")]
    found.append(("gallery", "" if listing.gallery is None else str(listing.gallery).lower()))
    found.append(("sort", "" if listing.sort == Listing.sort else listing.sort))
    return [(name, value) for name, value in found if value]


def _mark(video: Video, job: Job | None) -> str:
    said = (video.frames, video.duration_s, video.derivatives_ready, video.tags)
    progress = (job.id, job.revision) if job else None
    return hashlib.blake2s(repr((said, progress)).encode(), digest_size=6).hexdigest()
