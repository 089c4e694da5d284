"""WebVTT chapters (https://www.w3.org/TR/webvtt1/): a cue from each keyframe to the next."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from app.exports.source import Source, keyframes_of, reading
from model.types import Floats, Keyframes

NOTE = "NOTE "


def write(source: Source, method: str) -> str:
    """The chapters of a method. Cues have whole milliseconds and none is empty: a keyframe less
    than one after the last begins at the next. The exact values stand in notes.

    Raises UnknownMethod.
    """
    kept, clip = keyframes_of(source, method), source.analysis.clip
    about = {"video": source.name, "method": kept.method, "duration_s": clip.info.duration_s}
    blocks = ["WEBVTT", _note(about)]
    edges_ms = _edges_ms(kept.time_K, clip.info.duration_s)
    rows = zip(kept.index_K.tolist(), kept.time_K.tolist(), kept.score_K.tolist(), strict=True)
    for rank, ((index, time_s, score), (start, end)) in enumerate(
        zip(rows, pairwise(edges_ms), strict=True), start=1
    ):
        blocks.append(_note({"index": index, "time_s": time_s, "score": score}))
        blocks.append(f"{rank}\n{_stamp(start)} --> {_stamp(end)}\nFrame {index}")
    return "\n\n".join(blocks) + "\n"


def read(text: str) -> Keyframes:
    """The keyframes; chapters know no parameters and no curves. Raises InvalidExport."""
    with reading("chapters (WebVTT)"):
        about, *rows = _notes(text)
        return Keyframes.from_json(
            about["method"],
            {"keyframes": rows, "parameters": {}, "curves": {}, "seconds": 0.0, "notices": []},
        )


def _edges_ms(time_K: Floats, end_s: float) -> list[int]:
    """Where the cues begin, and where the last one ends: strictly increasing milliseconds."""
    edges: list[int] = []
    for time_s in (*time_K.tolist(), end_s):
        edges.append(max(round(time_s * 1000), edges[-1] + 1 if edges else 0))
    return edges


def _stamp(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"


def _note(values: dict[str, Any]) -> str:
    return NOTE + json.dumps(values).replace(">", "\\u003e")  # a note must not hold an arrow


def _notes(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith(NOTE):
            yield json.loads(line.removeprefix(NOTE))
