"""The plug-in interface: a keyframe method is a frozen dataclass with one `select`."""

import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from model.errors import InvalidParameter
from model.features.types import Features
from model.types import Curve, Floats, Indices, Keyframes


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
            _check(self.name, spec, getattr(self, spec.name))

    @abstractmethod
    def select(self, features: Features, k: int | None) -> Selection:
        """Keyframes of the clip: the method's own number, or exactly `k` when given.

        With `k` above the number of frames, all frames and a notice stating the shortfall.
        """

    def run(self, features: Features, k: int | None = None) -> Keyframes:
        """`select`, validated and timed: sorted unique indices with their times."""
        started = time.perf_counter()
        selection = self.select(features, k)
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
            notices=selection.notices,
        )

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
            "description": (cls.__doc__ or "").strip(),
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


def _check(method: str, spec: "dataclasses.Field[Any]", value: Any) -> None:
    """Raise InvalidParameter unless `value` has the default's type and lies in its range."""
    pointer, wanted = f"/methods/{method}/{spec.name}", type(spec.default)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise InvalidParameter(
            f"{method}.{spec.name}: wanted {wanted.__name__}, got {value!r}", "", pointer
        )
    low, high, choices = (spec.metadata.get(key) for key in ("low", "high", "choices"))
    if choices and value not in choices:
        raise InvalidParameter(
            f"{method}.{spec.name}: wanted one of {', '.join(choices)}, got {value!r}", "", pointer
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        inside = (
            np.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)
        )
        if not inside:
            raise InvalidParameter(
                f"{method}.{spec.name}: wanted {low} to {high}, got {value}", "", pointer
            )
