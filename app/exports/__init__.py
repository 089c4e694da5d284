"""Exports of an analysis: one file a format, with `write`, and `read` that gives the values back.

Light to import: the file of a format is loaded when it is first written.
"""

import importlib
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.exports.source import Source


@dataclass(frozen=True)
class Format:
    """One export: `label` is for menus, `help` one line on what is in it.

    `app.exports.<module>` has `write(source)`, or `write(source, method)` where `per_method`; it
    gives text, bytes, or an iterator of bytes.
    """

    name: str
    label: str
    media_type: str
    suffix: str
    help: str
    module: str
    per_method: bool = False

    def content(self, source: "Source", method: str) -> Generator[bytes]:
        """The file in parts; `method` matters only where `per_method`.

        Raises InvalidParameter where the format cannot hold the analysis, and what the frames'
        decoder raises (UnreadableVideo, VideoTooLarge).
        """
        write = importlib.import_module(f"{__name__}.{self.module}").write
        written = write(source, method) if self.per_method else write(source)
        if isinstance(written, str):
            written = written.encode()
        yield from [written] if isinstance(written, bytes) else written


CSV, ONE = "text/csv; charset=utf-8", True

FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format("json", "JSON", "application/json", "json",
               "everything, kairoscope/analysis@1", "analysis_json"),
        Format("csv", "Keyframes (CSV)", CSV, "keyframes.csv",
               "the keyframes of every method, one a row", "keyframes_csv"),
        Format("steps-csv", "Attention (CSV)", CSV, "steps.csv",
               "attention and gate, one step a row", "steps_csv"),
        Format("curves-csv", "Curves of one method (CSV)", CSV, "curves.csv",
               "the curves that a method decided by, one point a row", "curves_csv", ONE),
        Format("npz", "NumPy arrays (NPZ)", "application/octet-stream", "npz",
               "everything as arrays, without pickles", "npz"),
        Format("zip", "Keyframe pictures (ZIP)", "application/zip", "zip",
               "the keyframes as JPEG, a folder a method, with the JSON", "stills_zip"),
        Format("html", "Report (HTML)", "text/html; charset=utf-8", "html",
               "one page that opens offline, its figures live", "report"),
        Format("vtt", "Chapters of one method (WebVTT)", "text/vtt; charset=utf-8", "vtt",
               "a chapter from each keyframe to the next", "webvtt", ONE),
        Format("edl", "Edit list of one method (EDL)", "text/plain; charset=utf-8", "edl",
               "CMX 3600, an event from each keyframe to the next", "edl", ONE),
    )
}  # fmt: skip


def safe_name(name: str) -> str:
    """A file's name that every system takes and no program reads as an option or a formula."""
    return re.sub(r"[^\w.-]", "_", name).strip(".-") or "video"


def file_name(video: str, wanted: Format, method: str) -> str:
    """What the export of a video is called: its name, the method where there is one, the suffix."""
    parts = [PurePath(safe_name(video)).stem, wanted.suffix]
    if wanted.per_method:
        parts.insert(1, safe_name(method))
    return ".".join(parts)
