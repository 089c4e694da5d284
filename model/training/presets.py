"""Sizes and schedules of the labelled stages: the paper's, one for a CPU, one for minutes."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from model.errors import InvalidParameter
from model.features.types import MOST_SHOTS
from model.networks.arch import ARCHConfig
from model.networks.c3d import C3DConfig
from model.networks.dscnn import DSCNNConfig
from model.networks.frontend import Recipe
from model.networks.two_stream import TwoStreamConfig
from model.training.augment import CROPS
from model.training.dscnn import Stage1
from model.training.joint import Stage3
from model.training.trainer import Schedule


@dataclass(frozen=True)
class ARCHTraining:
    """Vanilla ARCH: its widths, the cubes an example takes at most, and its schedule."""

    schedule: Schedule = field(default_factory=Schedule)
    channels: tuple[int, ...] = (64, 128, 256, 256, 256)
    hidden: int = 256
    size: int = 112
    cubes: int = 8

    def __post_init__(self) -> None:
        if self.cubes < 1:
            raise InvalidParameter(f"cubes: wanted at least 1, got {self.cubes}")

    def network(self, classes: tuple[str, ...]) -> ARCHConfig:
        """The architecture for these classes."""
        return ARCHConfig(classes, self.channels, self.hidden, self.size)


@dataclass(frozen=True)
class TwoStreamTraining:
    """Two-Stream ConvNet: the frames that an example takes at most, and its schedule."""

    schedule: Schedule = field(default_factory=Schedule)
    frames: int = 1


@dataclass(frozen=True)
class C3DTraining:
    """C3D: its rate and the steps kept of a clip, the cubes that an example takes at most, and its
    schedule. A cube holds sixteen steps: they lie closer than those of the other stages."""

    schedule: Schedule = field(default_factory=Schedule)
    steps_per_second: float = 8.0
    max_steps: int = 64
    cubes: int = 1


@dataclass(frozen=True)
class Preset:
    """`side` are the pixels of cached images, of which `size` are made; `max_steps` the steps kept
    of a clip; `views` the crops used of each; `share` that of Table 1's widths behind the gate.
    With `frozen` the layers before the gate stay as they are and their maps are computed once.

    A kept state knows its preset by the repr, which therefore leaves out what the other stages do
    not read.
    """

    name: str
    recipe: Recipe
    side: int
    max_steps: int
    width: Literal["paper", "compact", "tiny"]
    frozen: bool
    views: int
    dropout: float
    dscnn: Stage1
    joint: Stage3
    arch: ARCHTraining
    two_stream: TwoStreamTraining = field(repr=False)
    c3d: C3DTraining = field(repr=False)
    share: float = 0.25

    def __post_init__(self) -> None:
        if self.max_steps < 1 or not 32 <= self.recipe.size <= self.side * 7 // 8:
            raise InvalidParameter(
                f"wanted max_steps >= 1 and 32 <= size <= 7/8 side, got {self.max_steps}, "
                f"{self.recipe.size}, {self.side}"
            )
        if not 1 <= self.recipe.position <= 3:
            raise InvalidParameter(f"position: wanted 1 to 3, got {self.recipe.position}")
        if not 1 <= self.views <= len(CROPS):
            raise InvalidParameter(f"views: wanted 1 to {len(CROPS)}, got {self.views}")
        if not 0 < self.share <= 1:
            raise InvalidParameter(f"share: wanted above 0, at most 1, got {self.share}")
        if not 0 <= self.dropout < 1:
            raise InvalidParameter(f"dropout: wanted 0 to below 1, got {self.dropout}")

    def network(self, classes: tuple[str, ...]) -> DSCNNConfig:
        """The architecture behind the gate for these classes."""
        position = self.recipe.position
        if self.width == "paper":
            config = DSCNNConfig.paper(classes, position)
        else:
            config = DSCNNConfig.compact(classes, position, self.share)
        if self.width == "tiny":
            widths = tuple(tuple(w // 8 for w in block) for block in config.widths)
            config = replace(config, widths=widths, cam=32, fusion=32, hidden=32)
        return replace(config, size=self.recipe.size, dropout=self.dropout)

    def two_stream_network(self, classes: tuple[str, ...]) -> TwoStreamConfig:
        """The Two-Stream ConvNet for these classes."""
        full, compact = TwoStreamConfig(classes), TwoStreamConfig.compact(classes)
        config = full if self.width == "paper" else compact
        if self.width == "tiny":
            widths = tuple(tuple(w // 8 for w in block) for block in config.widths)
            config = replace(config, widths=widths, cam=32)
        return replace(config, size=self.recipe.size)

    def c3d_network(self, classes: tuple[str, ...]) -> C3DConfig:
        """C3D for these classes."""
        full, compact = C3DConfig(classes), C3DConfig.compact(classes)
        config = full if self.width == "paper" else compact
        if self.width == "tiny":
            config = replace(config, channels=(4,) * len(config.channels), features=16)
        return replace(config, size=self.recipe.size)

    def for_c3d(self) -> "Preset":
        """With C3D's rate, steps and, at full width, its published size; the flow, which clips are
        cached with though C3D does not see it, is the fastest."""
        size = 112 if self.width == "paper" else self.recipe.size
        rate = self.c3d.steps_per_second
        recipe = replace(self.recipe, size=size, steps_per_second=rate, flow="dis")
        return replace(self, recipe=recipe, max_steps=self.c3d.max_steps)


def paper() -> Preset:
    """Sections 4.3 and 5.1: standalone streams, SGD; what it does not state is ours: 25 steps."""
    first = Schedule(iterations=25_000, batch=32, learning_rate=1e-2, falls=(16 / 25,))
    joint = Schedule(iterations=35_000, batch=16, learning_rate=1e-3)
    # of C3D's own authors, who train it from scratch on UCF101
    c3d = Schedule(epochs=16, batch=30, learning_rate=3e-3, falls=(0.25, 0.5, 0.75))
    return Preset(
        name="paper",
        recipe=replace(Recipe.literal(), size=224, steps_per_second=0.0, flow="tvl1", shared=False),
        side=256,
        max_steps=25,
        width="paper",
        frozen=False,
        views=5,
        dropout=0.5,
        dscnn=Stage1(first, steps=(1, 1), fused_weight=0.0, stream_weight=1.0),
        joint=Stage3(joint, steps=25, tau=0.02, lam=5e-4),
        arch=ARCHTraining(first),
        two_stream=TwoStreamTraining(first),
        c3d=C3DTraining(c3d, steps_per_second=25.0, max_steps=MOST_SHOTS),
    )


def compact() -> Preset:
    """For a CPU: half the size, a quarter of the width behind a frozen front, epochs of Adam."""
    first = Schedule(epochs=10, batch=16, optimiser="adam", learning_rate=1e-3, cosine=True)
    joint = replace(first, epochs=15, learning_rate=3e-4)
    rival = replace(first, epochs=55)  # more than the full network, stage 1 and stage 3 together
    extractor = replace(first, epochs=15)
    return Preset(
        name="compact",
        recipe=Recipe(steps_per_second=4.0),
        side=224,
        max_steps=16,
        width="compact",
        frozen=True,
        views=1,
        dropout=0.3,
        dscnn=Stage1(first, steps=(4, 10), tail_pace=0.1),
        joint=Stage3(joint, open_share=0.2, tail_pace=0.3),
        arch=ARCHTraining(rival, channels=(16, 32, 64, 64, 64), hidden=64, cubes=6),
        two_stream=TwoStreamTraining(extractor, frames=4),
        c3d=C3DTraining(extractor),
    )


def tiny() -> Preset:
    """Small enough for a test; its results mean nothing."""
    first = Schedule(epochs=2, batch=4, optimiser="adam", learning_rate=3e-3)
    return Preset(
        name="tiny",
        recipe=Recipe(size=32, steps_per_second=4.0),
        side=64,
        max_steps=8,
        width="tiny",
        frozen=True,
        views=1,
        dropout=0.0,
        dscnn=Stage1(first, steps=(2, 4)),
        joint=Stage3(first, steps=8),
        arch=ARCHTraining(first, channels=(4, 4, 4, 8, 8), hidden=8, size=32, cubes=2),
        two_stream=TwoStreamTraining(first, frames=2),
        c3d=C3DTraining(first, max_steps=20, cubes=2),
    )


PRESETS = {"paper": paper, "compact": compact, "tiny": tiny}


def passes_apart(preset: Preset) -> Preset:
    """The preset as a kept state knows it: without how many clips pass at once, so that a run goes
    on with fewer where the device had no room for them."""
    stages = ("dscnn", "joint", "arch")
    return replace(preset, **{name: changed(getattr(preset, name), at_once=0) for name in stages})


def changed(config: Any, **changes: Any) -> Any:
    """A frozen dataclass with the changes that are not None; those of its schedule go there."""
    given = {name: value for name, value in changes.items() if value is not None}
    schedule = getattr(config, "schedule", None)
    if schedule is not None:
        names = Schedule.__dataclass_fields__
        inner = {name: given.pop(name) for name in list(given) if name in names}
        given["schedule"] = replace(schedule, **inner)
    return replace(config, **given)
