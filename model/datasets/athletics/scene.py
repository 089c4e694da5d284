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
from model.datasets.athletics.portrait import FaceTrack

ATHLETICS_VERSION = "2"
TRUTH = "kairoscope/athletics@1"  # the schema of the JSON beside each clip
CLIPS_PER_GROUP = 4
# What clips of one group share, across the actions of a family: the actor and the place.
_OF_THE_GROUP = frozenset({"build", "kit", "light", "sky", "stadium", "palette", "venue"})


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
    props and markings: what the action brings to the stadium; portrait: the face and
    hand that are drawn in place of a figure.
    """

    build: Build
    phases: tuple[Phase, ...]
    moments: dict[str, int]
    root_T2: Array
    joints_TJ3: Array
    floor_T: Array
    props: tuple[Prop, ...] = ()
    markings: tuple[Marking, ...] = ()
    portrait: FaceTrack | None = None


class Action(ABC):
    """One class of the benchmark; a subclass that has a name registers itself by it.

    family: actions of one family happen at the same places; since: the version that brought it.
    """

    name: ClassVar[str]
    framing: ClassVar[Framing]
    family: ClassVar[str] = "stadium"
    since: ClassVar[str] = "2"
    registry: ClassVar[dict[str, type[Action]]] = {}

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            Action.registry[cls.name] = cls

    @abstractmethod
    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        """Choreograph one performance; frames are 1/fps seconds apart."""


@dataclass(frozen=True)
class Scene:
    """One rendered clip, fully determined by (action, seed, size, fps, version).

    first: the frame of the performance at which the clip begins.
    """

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
    version: str = ATHLETICS_VERSION
    first: int = 0

    @property
    def group(self) -> int:
        """The actor and the place, of version 2; never the same in two splits."""
        return self.seed // CLIPS_PER_GROUP

    def rng(self, purpose: str) -> np.random.Generator:
        """A random stream for one purpose, so that a scene looks the same at another size."""
        return _stream(Action.registry[self.action], self.seed, purpose, self.version)

    def frames(self) -> Iterator[Image]:
        """RGB uint8 frames (H, W, 3), the same at every call."""
        from model.datasets.athletics.stage import Stage

        stage = Stage(self)
        for index in range(self.n_frames):
            yield stage.frame(self.first + index)

    def truth(self) -> dict[str, Any]:
        """Ground truth as JSON-able values; times are seconds, ends exclusive."""
        return {
            "schema": TRUTH,
            "version": self.version,
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


def _stream(action: type[Action], seed: int, purpose: str, version: str) -> np.random.Generator:
    if version != "1" and purpose in _OF_THE_GROUP:
        return stream(action.family, seed // CLIPS_PER_GROUP, purpose)
    return stream(action.name, seed, purpose)


def make_scene(
    action: str,
    seed: int,
    *,
    width: int = 320,
    height: int = 240,
    fps: float = 25.0,
    version: str | None = None,
) -> Scene:
    """The scene of one action and seed.

    Seeds below 10000 are for training, 10000 to 19999 for validation, from 20000 on for tests.
    version: "2" for the benchmark of all classes, in which four seeds from a multiple of four on
    share actor and place; "1" for the first two classes as they were; by default the one that
    brought the class. Raises ValueError for an unknown action or version, a negative seed, odd
    or tiny sizes and fps outside 10 to 120.
    """
    _check(action, seed, (width, height), fps)
    kind = Action.registry[action]
    version = version or kind.since
    if not kind.since <= version <= ATHLETICS_VERSION:
        raise ValueError(
            f"version {version!r} of {action}; known: {kind.since} to {ATHLETICS_VERSION}"
        )
    rng = stream(action, seed, "performance")
    body = rng if version == "1" else _stream(kind, seed, "build", version)
    build = Build(height=float(body.uniform(1.62, 1.98)), girth=float(body.uniform(0.9, 1.14)))
    cut = stream(action, seed, "cut")
    rate = 1.0 if version == "1" else float(cut.uniform(0.8, 1.25))
    performance = kind().perform(rng, build, fps * rate)
    first, end = 0, len(performance.root_T2)
    if version != "1":
        first, end = _cut(cut, performance, fps)
    return Scene(
        action=action,
        seed=seed,
        fps=fps,
        width=width,
        height=height,
        n_frames=end - first,
        phases=_within(performance.phases, first, end),
        moments={k: v - first for k, v in performance.moments.items() if first <= v < end},
        leftwards=bool(stream(action, seed, "direction").uniform() < 0.5),
        performance=performance,
        version=version,
        first=first,
    )


def _check(action: str, seed: int, size: tuple[int, int], fps: float) -> None:
    if action not in Action.registry:
        known = ", ".join(sorted(Action.registry))
        raise ValueError(f"unknown action {action!r}; known: {known}")
    if seed < 0:
        raise ValueError(f"seed {seed} is negative")
    if size[0] < 64 or size[1] < 48 or size[0] % 2 or size[1] % 2:
        raise ValueError(f"size {size[0]}x{size[1]}: even, at least 64x48 wanted")
    if not 10.0 <= fps <= 120.0:
        raise ValueError(f"fps {fps}: 10 to 120 wanted")


def _cut(rng: np.random.Generator, performance: Performance, fps: float) -> tuple[int, int]:
    """First frame and end of a clip: some of what is not decisive is missing at both ends."""
    phases = performance.phases
    before = next(p.start for p in phases if p.decisive)
    after = max(p.end for p in phases if p.decisive)
    n = len(performance.root_T2)
    first = int(rng.uniform(0.0, 0.5) * before)
    end = n - int(rng.uniform(0.0, 0.5) * (n - after))
    longest, shortest = int(8.0 * fps), int(2.0 * fps)
    first = max(first, min(before, end - longest))
    return (first, min(end, first + longest)) if end - first >= shortest else (0, n)


def _within(phases: tuple[Phase, ...], first: int, end: int) -> tuple[Phase, ...]:
    """The phases of the frames [first, end), counted from `first`."""
    cut = [(p, max(p.start, first) - first, min(p.end, end) - first) for p in phases]
    return tuple(Phase(p.name, a, b, p.decisive) for p, a, b in cut if b > a)
