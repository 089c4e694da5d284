"""The plug-in interface: a keyframe method is a frozen dataclass with one `select`."""

import dataclasses
import inspect
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from model.errors import InvalidParameter, InvalidValue
from model.features.types import Features
from model.types import Curve, Floats, Indices, Keyframes

EXACT = 2**53  # integers up to here are floats without loss


def parameter(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with its range and one line of help: the source of controls and flags."""
    metadata = {"help": help, "low": low, "high": high, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Selection:
    """A method's raw answer: indices and scores of the same length K, curves and notices."""

    index_K: Indices
    score_K: Floats
    curves: Mapping[str, Curve] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method(ABC):
    """One keyframe method. Subclasses declare `name`, `title`, `needs` and parameters as fields."""

    name: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    needs_gate: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            value = _checked(self.name, spec, getattr(self, spec.name))
            object.__setattr__(self, spec.name, value)

    @abstractmethod
    def select(self, features: Features, k: int | None) -> Selection:
        """Keyframes of the clip: the method's own number, or exactly `k` (1 <= k <= T)."""

    def run(self, features: Features, k: int | None = None) -> Keyframes:
        """`select`, validated and timed: sorted unique indices with their times.

        With `k` above the number of frames, all frames and a notice stating the shortfall; without,
        one stating that a clip of a single frame leaves nothing to choose.
        Raises InvalidParameter for k < 1.
        """
        started = time.perf_counter()
        check_number(k)
        wanted = None if k is None else min(k, features.T)
        selection = self.select(features, wanted)
        self._check(selection, wanted)
        order = np.argsort(selection.index_K, kind="stable")
        index_K = np.asarray(selection.index_K, np.int64)[order]
        return Keyframes(
            method=self.name,
            index_K=index_K,
            time_K=features.times_T[index_K],
            score_K=np.asarray(selection.score_K, np.float64)[order],
            parameters={**dataclasses.asdict(self), "keyframes": k},
            curves=selection.curves,
            seconds=time.perf_counter() - started,
            notices=(*_of_length(features.T, k), *selection.notices),
        )

    def _check(self, selection: Selection, wanted: int | None) -> None:
        """Raise InvalidValue for what the arrays made of the selection would hide."""
        if not isinstance(selection, Selection):
            raise InvalidValue(
                f"{self.name}: wanted a Selection from select, got {type(selection).__name__}"
            )
        index_K = np.asarray(selection.index_K)
        K = len(index_K)
        if wanted is not None and wanted != K:
            raise InvalidValue(f"{self.name}: wanted {wanted} keyframes, got {K}")
        if K and index_K.dtype.kind not in "iu":
            raise InvalidValue(f"{self.name}: wanted whole indices, got {index_K.dtype}")
        if len(selection.score_K) != K:
            raise InvalidValue(f"{self.name}: wanted {K} scores, got {len(selection.score_K)}")

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Self:
        """An instance with these parameters; raises InvalidParameter naming the unknown field."""
        known = {spec.name for spec in dataclasses.fields(cls)}
        for name in parameters:
            if name not in known:
                raise InvalidParameter(
                    f"{cls.name} has no parameter {name!r}",
                    f"Its parameters are: {', '.join(sorted(known)) or 'none'}.",
                    f"/methods/{cls.name}/{name}",
                )
        return cls(**parameters)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Name, title, explanation and parameter specifications, as JSON for pages and REST."""
        return {
            "name": cls.name,
            "title": cls.title,
            "description": inspect.cleandoc(cls.__doc__ or ""),
            "parameters": [
                {
                    "name": spec.name,
                    "default": spec.default,
                    "type": type(spec.default).__name__,
                    **spec.metadata,
                }
                for spec in dataclasses.fields(cls)
            ],
        }


def check_number(k: int | None) -> None:
    """Raise InvalidParameter unless `k` is None or at least 1."""
    if k is not None and k < 1:
        raise InvalidParameter(
            f"keyframes: wanted at least 1, got {k}", "Ask for 1 or more.", "/keyframes"
        )


def _of_length(T: int, k: int | None) -> tuple[str, ...]:
    """What to say where a clip is too short for a choice."""
    if k is not None and k > T:
        return (f"Asked for {k} keyframes: the clip has only {T} frames, all are shown.",)
    return ("The clip is a single frame: it is the keyframe.",) if T == 1 else ()


def _checked(method: str, spec: "dataclasses.Field[Any]", value: Any) -> Any:
    """`value` in the default's type; raises InvalidParameter for another type or out of range."""
    wanted: Any = type(spec.default)
    if wanted is float and type(value) is int and abs(value) <= EXACT:
        value = float(value)
    low, high, choices = (spec.metadata[key] for key in ("low", "high", "choices"))
    if type(value) is not wanted:
        problem = wanted.__name__
    elif choices and value not in choices:
        problem = f"one of {', '.join(choices)}"
    elif wanted in (int, float) and not _inside(value, low, high):
        problem = f"a number{'' if low is None else f' from {low:g}'}"
        problem += "" if high is None else f" to {high:g}"
    else:
        return value
    raise InvalidParameter(
        f"{method}.{spec.name}: wanted {problem}, got {value!r}",
        f"The default is {spec.default!r}.",
        f"/methods/{method}/{spec.name}",
    )


def _inside(value: float, low: float | None, high: float | None) -> bool:
    finite = type(value) is int or math.isfinite(value)
    return finite and (low is None or value >= low) and (high is None or value <= high)
