"""Ground truth of a video: moments and intervals that people chose, phases that are known.

Frames are decoded-frame indices from 0, intervals are [start, end).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from model.errors import InvalidParameter
from model.types import Floats

SCHEMA = "kairoscope/truth@1"
MOST_ANNOTATORS, MOST_MARKS = 100, 100_000
OTHER_VIDEO = "Are they of another video, or counted from 1?"
CUT_S = 0.001  # times are often cut to milliseconds

Unit = Literal["frames", "seconds"]
Mark = Annotated[float, Field(strict=True, ge=0, lt=2**53, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Interval = tuple[Mark, Mark]
_Valid = TypeVar("_Valid")


class InvalidAnnotations(InvalidParameter):
    """Annotations cannot be read, break a rule, or do not fit the clip."""

    code = "invalid-annotations"


@dataclass(frozen=True)
class Annotator:
    """One person's keyframes, intervals or both, sorted and each once, all in `unit`.

    Raises InvalidAnnotations for no mark at all, an interval that ends before or at its start, or
    a part of a frame.
    """

    name: Name
    keyframes: tuple[Mark, ...] = ()
    intervals: tuple[Interval, ...] = ()
    unit: Unit = "frames"

    def __post_init__(self) -> None:
        if not self.keyframes and not self.intervals:
            raise InvalidAnnotations(f"{self.name}: wanted keyframes or intervals, got neither")
        number = _number(self.name, self.unit)
        keyframes = sorted(set(map(number, self.keyframes)))
        intervals = sorted({(number(start), number(end)) for start, end in self.intervals})
        for start, end in intervals:
            _require_length(self.name, start, end)
        object.__setattr__(self, "keyframes", tuple(keyframes))
        object.__setattr__(self, "intervals", tuple(intervals))


@dataclass(frozen=True)
class Phase:
    """A part of an action, [start, end) in `unit`; `decisive` marks what tells actions apart."""

    name: Name
    start: Mark
    end: Mark
    decisive: bool
    unit: Unit = "frames"

    def __post_init__(self) -> None:
        number = _number(self.name, self.unit)
        object.__setattr__(self, "start", number(self.start))
        object.__setattr__(self, "end", number(self.end))
        _require_length(self.name, self.start, self.end)


@dataclass(frozen=True)
class GroundTruth:
    """What keyframes are measured against: `annotators` with different names, `phases`, or both.

    Raises InvalidAnnotations for neither, a name twice, or more than the limits.
    """

    annotators: Annotated[tuple[Annotator, ...], Field(max_length=MOST_ANNOTATORS)] = ()
    phases: tuple[Phase, ...] = ()

    def __post_init__(self) -> None:
        names = [annotator.name for annotator in self.annotators]
        if not names and not self.phases:
            raise InvalidAnnotations("wanted annotators or phases, got neither")
        if len(names) > MOST_ANNOTATORS:
            raise InvalidAnnotations(
                f"wanted at most {MOST_ANNOTATORS} annotators, got {len(names)}"
            )
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidAnnotations(f"annotator {twice} is there twice", "Name each differently.")
        marks = len(self.phases) + sum(len(a.keyframes) + len(a.intervals) for a in self.annotators)
        if marks > MOST_MARKS:
            raise InvalidAnnotations(f"wanted at most {MOST_MARKS:,} marks, got {marks:,}")

    def in_seconds(self, times_T: Floats) -> "GroundTruth":
        """The same in seconds, frames by their presentation times `times_T`.

        The clip ends when its last frame has been shown as long as the one before; ends beyond that
        in seconds are cut there. Raises InvalidAnnotations for a mark that is beyond the clip.
        """
        clock = _Clock.of(times_T)
        return GroundTruth(
            tuple(map(clock.annotator, self.annotators)), tuple(map(clock.phase, self.phases))
        )

    def frames(self, times_T: Floats) -> dict[str, list[int]]:
        """The decoded frames of the annotated keyframes, each once, by annotator, those without
        left out.

        A mark in seconds is of the frame that is on screen then, or up to `CUT_S` later. Raises
        InvalidAnnotations for a mark that is beyond the clip.
        """
        clock = _Clock.of(times_T)
        return {
            who.name: list(
                dict.fromkeys(clock.frame(who.name, who.unit, mark) for mark in who.keyframes)
            )
            for who in self.annotators
            if who.keyframes
        }

    def to_json(self) -> dict[str, Any]:
        """The JSON object, schema kairoscope/truth@1."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "GroundTruth":
        """The inverse of `to_json`. Raises InvalidAnnotations naming the field."""
        if data.get("schema") != SCHEMA:
            raise InvalidAnnotations(f"wanted schema {SCHEMA}, got {data.get('schema')!r}")
        return validated(_JSON, {name: data[name] for name in data if name != "schema"})


_JSON = TypeAdapter(GroundTruth)


def validated(adapter: TypeAdapter[_Valid], data: object) -> _Valid:
    """`data` as the adapter's type. Raises InvalidAnnotations naming the first field at fault."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        fault = error.errors()[0]
        pointer = "".join(f"/{part}" for part in fault["loc"])
        got = repr(fault["input"])
        got = got if len(got) <= 80 else f"{got[:77]}..."
        raise InvalidAnnotations(f"{pointer}: {fault['msg']}, got {got}", "", pointer) from None


def _number(name: str, unit: Unit) -> Callable[[float], float]:
    """What makes a number of this unit: a whole one for frames. Its result raises
    InvalidAnnotations for a part of a frame."""

    def whole(value: float) -> int:
        if value != int(value):
            raise InvalidAnnotations(
                f"{name}: wanted whole frames, got {value}",
                "Give seconds as seconds.",
            )
        return int(value)

    return whole if unit == "frames" else float


def _require_length(name: str, start: float, end: float) -> None:
    if end <= start:
        raise InvalidAnnotations(
            f"{name}: wanted an end after the start, got {start} to {end}",
            "The end is the first moment that is no longer within.",
        )


@dataclass(frozen=True)
class _Clock:
    """Seconds of frames: `edges_T1` are the presentation times and the end of the clip."""

    edges_T1: Floats

    @classmethod
    def of(cls, times_T: Floats) -> "_Clock":
        last = times_T[-1] - times_T[-2] if len(times_T) > 1 else 0.04
        return cls(np.append(times_T, times_T[-1] + last))

    def annotator(self, of: Annotator) -> Annotator:
        keyframes = tuple(self._start(of.name, of.unit, mark) for mark in of.keyframes)
        intervals = tuple(self._interval(of.name, of.unit, *marks) for marks in of.intervals)
        return Annotator(of.name, keyframes, intervals, "seconds")

    def phase(self, of: Phase) -> Phase:
        start, end = self._interval(of.name, of.unit, of.start, of.end)
        return replace(of, start=start, end=end, unit="seconds")

    def frame(self, name: str, unit: Unit, mark: float) -> int:
        start_s = self._start(name, unit, mark)
        if unit == "frames":
            return int(mark)
        return int(np.searchsorted(self.edges_T1[:-1], start_s + CUT_S, side="right")) - 1

    def _start(self, name: str, unit: Unit, mark: float) -> float:
        T, end_s = len(self.edges_T1) - 1, float(self.edges_T1[-1])
        if unit == "seconds" and mark < end_s:
            return mark
        if unit == "frames" and mark < T:
            return float(self.edges_T1[int(mark)])
        limit = f"{end_s:.3f} s" if unit == "seconds" else f"frame {T}"
        raise InvalidAnnotations(
            f"{name}: wanted a mark before {limit}, the end of the clip, got {mark}", OTHER_VIDEO
        )

    def _interval(self, name: str, unit: Unit, start: float, end: float) -> Interval:
        start_s, T = self._start(name, unit, start), len(self.edges_T1) - 1
        if unit == "seconds":
            return start_s, min(end, float(self.edges_T1[-1]))
        if end > T:
            raise InvalidAnnotations(
                f"{name}: wanted an end of at most {T}, as the clip has {T} frames, got {end}",
                OTHER_VIDEO,
            )
        return start_s, float(self.edges_T1[int(end)])
