"""The plug-in interface: an experiment is a table or figure of the paper: tasks and a section."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from model.reproduction.document import Claim, Section
from model.reproduction.plan import Results
from model.reproduction.task import Task

Scale = Literal["quick", "full", "paper"]
ORDER = (
    "recognition",
    "clip-length",
    "speed",
    "keyframe-methods",
    "inverse",
    "summaries",
    "moments",
    "streams",
    "attention-quality",
    "position-depth",
    "hyper-parameters",
    "augmentation",
    "binary-gates",
    "building-block",
)


@dataclass(frozen=True)
class Preset:
    """How much of it: `train`, `validation` and `test` clips of each class are rendered for
    Athletics (other data sets have what they have); `few` test clips of each class are used where
    a protocol looks at every frame; `seeds` of the trainings, `splits` of the data set; `sweeps`
    says whether what trains many networks is run. `network` names the training preset, `epochs`
    scales its epochs, `arch_epochs` those of ARCH, which has more; stage 2 learns from
    `attention_clips` of the training part (0: all) in `attention_iterations`."""

    name: Scale
    train: int
    validation: int
    test: int
    few: int
    seeds: tuple[int, ...]
    splits: tuple[int, ...]
    sweeps: bool
    network: str
    epochs: float
    arch_epochs: float
    attention_clips: int
    attention_iterations: int | None


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("quick", 10, 2, 50, 8, (0,), (1,), False, "compact", 0.4, 0.15, 120, 300),
        Preset("full", 20, 4, 50, 10, (0, 1, 2), (1,), True, "compact", 0.4, 0.15, 120, 300),
        Preset("paper", 70, 10, 50, 50, (0, 1, 2), (1, 2, 3), True, "paper", 1.0, 1.0, 0, None),
    )
}


@dataclass(frozen=True)
class Setup:
    """What a reproduction is made for: the data set's name, the preset, and data of other kinds
    that a user may have: `summaries`, a folder of VSUMM's layout, and `backbone`, a converted
    VGG-16."""

    dataset: str
    preset: Preset
    classes: int
    summaries: Path | None = None
    backbone: Path | None = None

    @property
    def rendered(self) -> bool:
        """Whether the clips are Athletics', whose phases are known and whose shipped recogniser
        fits."""
        return self.dataset == "athletics"


@dataclass(frozen=True)
class Experiment(ABC):
    """Subclasses declare `name`, `title` and `paper`: where the paper has it."""

    name: ClassVar[str]
    title: ClassVar[str]
    paper: ClassVar[str]

    @abstractmethod
    def tasks(self, setup: Setup) -> list[Task]:
        """What must run; none where the preset or the data do not allow it."""

    @abstractmethod
    def section(self, setup: Setup, results: Results) -> Section:
        """The section from what is done; with `missing` where that is nothing."""

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """What the paper claims of it, and what came of it here."""
        return []

    def missing(self, why: str) -> Section:
        """The section of an experiment that was not made."""
        return Section(self.name, self.title, self.paper, missing=why)


@cache
def registry() -> dict[str, Experiment]:
    """All experiments by name, in the paper's order."""
    from model.plugins import discover
    from model.reproduction import experiments

    found = discover(experiments.__name__, experiments.__path__, Experiment)
    rank = {name: place for place, name in enumerate(ORDER)}
    ordered = sorted(found.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0]))
    return {name: cls() for name, cls in ordered}
