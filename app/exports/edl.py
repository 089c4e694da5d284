"""EDL, CMX 3600: an event from each keyframe to the next, at its own place in the record.

Timecodes count frames at one rate, non-drop: the lowest of 24, 25, 30, 50, 60 and their NTSC
siblings 23.976, 29.97 and 59.94 at which every frame of the clip is on a count of its own. Where
there is none, as in most clips of variable rate, it is the lowest of 24, 25, 30, 50 and 60 that the
shortest frame needs, at most 60, and a keyframe is on the count nearest to its time; of two on one
count the later is moved to the next. The exact values stand in comments.
"""

import json
import re
import unicodedata
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import PurePath
from typing import Any

import numpy as np

from app.exports.source import Source, keyframes_of, reading
from model.errors import InvalidParameter
from model.types import Floats, Keyframes

WHOLE = tuple(map(Fraction, (24, 25, 30, 50, 60)))
RATES = (*WHOLE, *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)))
TOLERANCE = 0.05  # of a count: times in whole milliseconds are off by 0.03 at 60 a second
MOST_EVENTS = 999  # the event's number has three digits
COMMENT = "* KAIROSCOPE "


def write(source: Source, method: str) -> str:
    """The edit list of a method. Raises UnknownMethod, and InvalidParameter for more keyframes
    than an edit list has events."""
    kept, clip = keyframes_of(source, method), source.analysis.clip
    if len(kept.index_K) > MOST_EVENTS:
        raise InvalidParameter(
            f"wanted at most {MOST_EVENTS} keyframes in an EDL, got {len(kept.index_K)}",
            "Analyse with fewer keyframes, or export CSV or WebVTT.",
            "/query/method",
        )
    name, reel, rate = _printable(source.name), reel_of(source.name), frame_rate(clip.times_T)
    lines = [f"TITLE: {PurePath(name).stem} {kept.method}", "FCM: NON-DROP FRAME"]
    edges = _counts(kept.time_K, clip.info.duration_s, rate)
    rows = zip(kept.index_K.tolist(), kept.time_K.tolist(), kept.score_K.tolist(), strict=True)
    for number, ((index, time_s, score), (start, end)) in enumerate(
        zip(rows, pairwise(edges), strict=True), start=1
    ):
        place = f"{timecode(start, rate)} {timecode(end, rate)}"
        values = {"index": index, "time_s": time_s, "score": score}
        lines += [
            "",
            f"{number:03d}  {reel:<8} V     C        {place} {place}",
            f"* FROM CLIP NAME: {name}",
            COMMENT + json.dumps({"method": kept.method, **values, "rate": str(rate)}),
        ]
    return "\n".join(lines) + "\n"


def read(text: str) -> Keyframes:
    """The keyframes; an edit list knows no parameters and no curves. Raises InvalidExport."""
    with reading("edit list (EDL)"):
        rows: list[dict[str, Any]] = [
            json.loads(line.removeprefix(COMMENT))
            for line in text.splitlines()
            if line.startswith(COMMENT)
        ]
        return Keyframes.from_json(
            rows[0]["method"],
            {"keyframes": rows, "parameters": {}, "curves": {}, "seconds": 0.0, "notices": []},
        )


def frame_rate(times_T: Floats) -> Fraction:
    """The rate at which the frames of a clip with these times (s) are counted."""
    if len(times_T) < 2:
        return Fraction(25)
    fitting = [
        (ceil(rate), round(off, 6), rate)
        for rate in RATES
        if (off := _off(times_T * float(rate))) < TOLERANCE
    ]
    if fitting:
        return min(fitting)[2]
    needed = 0.99 / float(np.diff(times_T).min())  # hundredths are what a clock rounds
    return next((rate for rate in WHOLE if rate >= needed), WHOLE[-1])


def timecode(count: int, rate: Fraction) -> str:
    """HH:MM:SS:FF of a count, non-drop: a second has as many as the rate, rounded up."""
    seconds, frames = divmod(count, ceil(rate))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}"


def reel_of(name: str) -> str:
    """The reel: the first eight ASCII letters and digits of the file's name, AX without any."""
    return re.sub("[^A-Z0-9]", "", PurePath(name).stem.upper())[:8] or "AX"


def _off(count_T: Floats) -> float:
    """How far the frames are from whole counts, at most; infinitely where two share one."""
    shared = np.diff(count_T).min() < 0.5
    return float("inf") if shared else float(np.abs(count_T - count_T.round()).max())


def _counts(time_K: Floats, end_s: float, rate: Fraction) -> list[int]:
    counts: list[int] = []
    for time_s in (*time_K.tolist(), end_s):
        counts.append(max(round(time_s * rate), counts[-1] + 1 if counts else 0))
    return counts


def _printable(name: str) -> str:
    """The name on one line."""
    return "".join(c for c in name if unicodedata.category(c)[0] not in "CZ" or c == " ")
