"""Numbers as people read them."""

from collections.abc import Mapping
from typing import Any

from app.figures.methods import title_of

STAGES = {
    "": "Waiting",
    "queued": "Waiting for a worker",
    "probe": "Reading the file",
    "preview": "Preparing the preview",
    "derivatives": "Preparing the preview",
    "decode": "Decoding and scoring",
    "recognition": "Recognising the action",
    "done": "Finished",
}


def seconds(value: float | None) -> str:
    """4.6 s, 2 min 05 s, 1 h 02 min; a dash when unknown."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def count(value: int | None, noun: str) -> str:
    """1 frame, 1,240 frames."""
    if value is None:
        return f"– {noun}s"
    return f"{value:,} {noun}" + "s" * (value != 1)


def share(part: float, whole: float) -> str:
    """5 % or 0.8 %: one decimal below ten."""
    percent = 100 * part / whole
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"


def quantity(value: float) -> str:
    """1.2 k, 3.4 M, 5.6 G, 7.8 T."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.0f} "


def stage_title(stage: str) -> str:
    """What a running job is doing, in words: a known stage, or the method of that name."""
    return STAGES.get(stage) or title_of(stage)


def problem_lines(problem: Mapping[str, Any] | None) -> tuple[str, str]:
    """Cause and fix of an RFC 9457 problem object."""
    problem = problem or {}
    cause = str(problem.get("detail") or problem.get("title") or "The analysis failed.")
    return cause, str(problem.get("hint") or "")
