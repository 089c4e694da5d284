"""A scene: who does what when, and the frames of it."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from model.datasets.athletics.body import Array, Build
from model.datasets.athletics.camera import Framing, View
from model.datasets.athletics.canvas import Canvas, Image
from model.datasets.athletics.ground import Marking
from model.datasets.athletics.light import Light

ATHLETICS_VERSION = "1"


@dataclass(frozen=True)
class Phase:
    """Frames [start, end) of one part of the action; `decisive` marks what tells actions apart."""

    name: str
    start: int
    end: int
    decisive: bool


class Prop(Protocol):
    """A thing of the scene at depth z (metres, larger is farther), drawn at every frame."""

    @property
    def z(self) -> float: ...

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None: ...


@dataclass(frozen=True)
class Performance:
    """One athlete's action, without pictures.

    root_T2: metres; joints_TJ3: metres, see `body.Joint`; moments: name to frame;
    floor_T: metres, height of what lies under the athlete;
    props and markings: what the action brings to the stadium.
    """

    build: Build
    phases: tuple[Phase, ...]
    moments: dict[str, int]
    root_T2: Array
    joints_TJ3: Array
    floor_T: Array
    props: tuple[Prop, ...] = ()
    markings: tuple[Marking, ...] = ()


class Action(ABC):
    """One class of the benchmark. A subclass in its own file registers itself by its name."""

    name: ClassVar[str]
    framing: ClassVar[Framing]
    registry: ClassVar[dict[str, type[Action]]] = {}

    def __init_subclass__(cls) -> None:
        Action.registry[cls.name] = cls

    @abstractmethod
    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        """Choreograph one performance; frames are 1/fps seconds apart."""


@dataclass(frozen=True)
class Scene:
    """One rendered clip, fully determined by (action, seed, size, fps)."""

    action: str
    seed: int
    fps: float
    width: int
    height: int
    n_frames: int
    phases: tuple[Phase, ...]
    moments: dict[str, int]
    leftwards: bool
    performance: Performance = field(repr=False)

    def frames(self) -> Iterator[Image]:
        """RGB uint8 frames (H, W, 3), the same at every call."""
        from model.datasets.athletics.stage import Stage

        stage = Stage(self)
        for index in range(self.n_frames):
            yield stage.frame(index)

    def truth(self) -> dict[str, Any]:
        """Ground truth as JSON-able values; times are seconds, ends exclusive."""
        return {
            "schema": "kairoscope/athletics@1",
            "version": ATHLETICS_VERSION,
            "action": self.action,
            "seed": self.seed,
            "fps": self.fps,
            "width": self.width,
            "height": self.height,
            "n_frames": self.n_frames,
            "direction": "left" if self.leftwards else "right",
            "phases": [
                {
                    "name": p.name,
                    "start": p.start,
                    "end": p.end,
                    "start_s": p.start / self.fps,
                    "end_s": p.end / self.fps,
                    "decisive": p.decisive,
                }
                for p in self.phases
            ],
            "moments": {
                name: {"frame": frame, "time_s": frame / self.fps}
                for name, frame in self.moments.items()
            },
        }


def stream(action: str, seed: int, purpose: str) -> np.random.Generator:
    """An independent random stream for one purpose of one scene."""
    words = [zlib.crc32(text.encode()) for text in (action, purpose)]
    return np.random.default_rng([seed, *words])


def make_scene(
    action: str, seed: int, *, width: int = 320, height: int = 240, fps: float = 25.0
) -> Scene:
    """The scene of one action and seed.

    Seeds below 10000 are for training, 10000 to 19999 for validation, from 20000 on for tests.
    Raises ValueError for an unknown action, a negative seed, odd or tiny sizes and fps outside
    10 to 120.
    """
    if action not in Action.registry:
        known = ", ".join(sorted(Action.registry))
        raise ValueError(f"unknown action {action!r}; known: {known}")
    if seed < 0:
        raise ValueError(f"seed {seed} is negative")
    if width < 64 or height < 48 or width % 2 or height % 2:
        raise ValueError(f"size {width}x{height}: even, at least 64x48 wanted")
    if not 10.0 <= fps <= 120.0:
        raise ValueError(f"fps {fps}: 10 to 120 wanted")
    rng = stream(action, seed, "performance")
    build = Build(height=float(rng.uniform(1.62, 1.98)), girth=float(rng.uniform(0.9, 1.14)))
    performance = Action.registry[action]().perform(rng, build, fps)
    return Scene(
        action=action,
        seed=seed,
        fps=fps,
        width=width,
        height=height,
        n_frames=len(performance.root_T2),
        phases=performance.phases,
        moments=performance.moments,
        leftwards=bool(stream(action, seed, "direction").uniform() < 0.5),
        performance=performance,
    )
