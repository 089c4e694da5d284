"""The plug-in interface: a recogniser names the action of a clip, and of a few of its frames.

Shape legend: S stored steps of a clip, M of them used, K keyframes, C classes. Modules of
recognisers load torch only inside `load`, `untrained` and what follows, so that listing them costs
nothing.
"""

import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from model.errors import InvalidParameter
from model.features.types import MOST_SHOTS, Shots
from model.types import Floats, Indices


class UnknownRecogniser(InvalidParameter):
    """No recogniser of this name exists."""

    code = "unknown-recognizer"


@dataclass(frozen=True)
class Prediction:
    """Probabilities of the C classes, the steps that were computed to the end, and what it cost.

    `multiply_adds` counts the recogniser's own work on this clip, whoever chose the frames;
    `seconds` are those of this prediction, for which a session computes nothing that it has.
    """

    probability_C: Floats
    step_M: Indices
    multiply_adds: int
    seconds: float = 0.0
    notices: tuple[str, ...] = field(default=())

    def top(self, classes: Sequence[str], n: int = 5) -> list[dict[str, Any]]:
        """The `n` likeliest classes with their probabilities, likeliest first."""
        best = np.argsort(-self.probability_C, kind="stable")[:n]
        return [
            {"label": classes[c], "probability": float(self.probability_C[c])}
            for c in best.tolist()
        ]


class Session(ABC):
    """One clip opened by a recogniser: recognise it as a whole, or on some of its frames alone."""

    def __init__(self, shots: Shots) -> None:
        self.shots = shots

    def whole(self) -> Prediction:
        """On the whole clip; the recogniser itself decides which steps matter."""
        return _timed(self._whole)

    def on(self, index_K: Indices) -> Prediction:
        """On these decoded frames alone, each taken at the nearest stored step."""
        step_M = self.shots.nearest(index_K)
        return _timed(lambda: self._on(step_M))

    @property
    def beyond(self) -> int | None:
        """Steps that predictions of this session have computed beyond a gate, each counted once;
        None of a network without one."""
        return None

    @property
    def step_beyond(self) -> int:
        """Multiply-adds of one step beyond the gate."""
        return 0

    def each(self, choices: Sequence[Indices]) -> list[Prediction]:
        """As `on` says of each of many choices of stored steps; not timed."""
        return [self._on(step_M) for step_M in choices]

    def streams(self) -> Mapping[str, Prediction]:
        """What each stream of a dual-stream network makes of the whole clip without the other."""
        return {}

    @property
    def fusion(self) -> float | None:
        """w_f of equation 16: the learned weight of T-Net, that of S-Net being 1; None without."""
        return None

    @property
    @abstractmethod
    def full(self) -> int:
        """Multiply-adds of the whole clip with every step computed to the end."""

    @abstractmethod
    def _whole(self) -> Prediction: ...

    @abstractmethod
    def _on(self, step_M: Indices) -> Prediction: ...


def _timed(predict: Any) -> Prediction:
    started = time.perf_counter()
    prediction: Prediction = predict()
    return replace(prediction, seconds=time.perf_counter() - started)


class Recogniser(ABC):
    """A loaded network with the names of its classes. Subclasses declare `name`, `title`, `knows`
    (which classes, in a few words) and `weights`: the name of theirs in `model.weights.registry`,
    or None when there are none but those that users train; `mixes_back` where what steps gave is
    kept for further choices of them, so that the inverse analysis and the frame budget are tried.

    Instances state what they want to see: `steps_per_second` (0: every frame), `size` (px),
    `needs_flow`, `flow` (the optical flow that it was trained on, None for any), `most_shots`;
    `trained_on` names the data set of their weights; `selection` the method whose keyframes they
    were trained on, where that decides what they see of a whole clip (`Shots.selected`), and
    `selection_sha256` the attention checkpoint behind it, if any.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    knows: ClassVar[str]
    weights: ClassVar[str | None] = None
    mixes_back: ClassVar[bool] = False

    classes: tuple[str, ...]
    steps_per_second: float
    size: int
    needs_flow: bool = False
    flow: str | None = None
    most_shots: int = MOST_SHOTS
    weights_name: str = "untrained"
    sha256: str = ""
    trained_on: str = ""
    selection: str = ""
    selection_sha256: str = ""
    device: str = "cpu"

    @classmethod
    @abstractmethod
    def load(cls, weights: Path, device: str = "cpu") -> Self:
        """The recogniser of this file. Raises InvalidCheckpoint."""

    def loaded_from(self, weights: Path, device: str, card: Mapping[str, Any]) -> Self:
        """Itself, knowing the file that it was loaded from and what its card says of the data."""
        from model.video.probe import sha256_of

        self.weights_name, self.sha256, self.device = weights.stem, sha256_of(weights), device
        data = card.get("data")
        self.trained_on = str(data.get("name", "")) if isinstance(data, Mapping) else ""
        return self

    @classmethod
    @abstractmethod
    def untrained(cls, seed: int = 0) -> Self:
        """Random weights and few classes, for tests that need a network but not its meaning."""

    @abstractmethod
    def open(self, shots: Shots) -> Session:
        """A session on one clip."""

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Name, title, explanation and classes in words, as JSON for pages and REST."""
        return {
            "name": cls.name,
            "title": cls.title,
            "description": inspect.cleandoc(cls.__doc__ or ""),
            "knows": cls.knows,
            "weights": cls.weights,
        }
