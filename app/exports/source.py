"""What the formats write from, and how they refuse what is not theirs to read."""

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from model.errors import KairoscopeError, UnknownMethod
from model.types import Analysis, Keyframes

FAULTS = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, OSError,
    zipfile.BadZipFile, zlib.error, json.JSONDecodeError, RecursionError,
)  # fmt: skip


class InvalidExport(KairoscopeError):
    """A file is none that this format wrote, or was damaged since."""

    code = "invalid-export"
    status = 422


class Stills(Protocol):
    """`model.video.stills.read_stills` of the analysed video."""

    def __call__(
        self, indices: Iterable[int], *, longest: int | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """(index, JPEG file) of each frame, in order; no side above `longest` pixels."""


@dataclass(frozen=True)
class Source:
    """An analysis, the name of its video's file, and the way to the video's frames."""

    analysis: Analysis
    name: str
    stills: Stills


def chosen_method(analysis: Analysis, wanted: str | None) -> str:
    """The method asked for; by default rtsae, without it the first.

    Raises UnknownMethod.
    """
    if wanted is None:
        return "rtsae" if "rtsae" in analysis.methods else next(iter(analysis.methods), "")
    if wanted not in analysis.methods:
        raise UnknownMethod(
            f"this analysis has no method {wanted!r}",
            f"It has: {', '.join(analysis.methods) or 'none'}.",
            "/query/method",
        )
    return wanted


def keyframes_of(source: Source, method: str) -> Keyframes:
    """The keyframes of a method. Raises UnknownMethod."""
    return source.analysis.methods[chosen_method(source.analysis, method)]


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turns whatever a wrong file leads to into InvalidExport."""
    try:
        yield
    except InvalidExport:
        raise
    except (*FAULTS, KairoscopeError) as error:
        cause = " ".join(str(error).split())[:200] or type(error).__name__
        raise InvalidExport(f"no {what} of Kairoscope: {cause}", "Export it again.") from error
