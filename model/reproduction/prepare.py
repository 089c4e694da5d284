"""From what a user asks for to what can run: data found or rendered, tasks listed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from model.cores import cores
from model.datasets import hmdb51, ucf101, vsumm
from model.datasets.athletics import ATHLETICS_VERSION
from model.datasets.athletics.benchmark import listed, render_benchmark
from model.datasets.types import Dataset
from model.errors import InvalidCheckpoint, InvalidDataset, InvalidParameter
from model.networks.device import native_precision, resolve
from model.networks.vgg import BLOCKS
from model.reproduction.experiment import Experiment, Preset, Setup
from model.reproduction.plan import Plan
from model.reproduction.plan_file import splits_of
from model.reproduction.reproduction import Reproduction
from model.weights.vgg16 import load_blocks

ATHLETICS = "athletics"
LAYOUTS: Mapping[str, str] = {
    ATHLETICS: "Leave --root out, and the clips are rendered.",
    "ucf101": ucf101.LAYOUT,
    "hmdb51": hmdb51.LAYOUT,
}


@dataclass(frozen=True)
class Request:
    """What is asked for. Without `root` Athletics is rendered beside `out`; `only` names
    experiments (none: all); `summaries` is a folder of VSUMM's layout, `backbone` a converted
    VGG-16; `jobs` clips are decoded at a time (None: one a core)."""

    dataset: str
    preset: Preset
    out: Path
    root: Path | None = None
    only: tuple[str, ...] = ()
    summaries: Path | None = None
    backbone: Path | None = None
    device: str = "auto"
    jobs: int | None = None

    @property
    def rendered(self) -> Path | None:
        """Where the clips are rendered, if they are."""
        if self.dataset != ATHLETICS or self.root is not None:
            return None
        preset = self.preset
        counts = f"{preset.train}-{preset.validation}-{preset.test}"
        return self.out.resolve().parent / f"{ATHLETICS}-v{ATHLETICS_VERSION}-{counts}"


def render(request: Request, on_progress: Callable[[int, int], None] | None = None) -> None:
    """Render the clips that are not there yet, where the data are to be rendered.

    Raises OSError where that cannot be written.
    """
    if request.rendered:
        jobs = request.jobs or cores()
        render_benchmark(
            request.rendered,
            train=request.preset.train,
            validation=request.preset.validation,
            test=request.preset.test,
            jobs=jobs,
            on_progress=on_progress,
        )


def prepared(request: Request, experiments: Mapping[str, Experiment]) -> Reproduction:
    """The reproduction that was asked for; clips that are rendered need not be there yet.

    Raises InvalidParameter for an unknown experiment, or a root, summaries or a backbone that are
    not there or something else, saying what was expected.
    """
    _check_names(request, experiments)
    _check_places(request)
    split_of = _splits(request)
    preset = request.preset
    if request.dataset == ATHLETICS:
        preset = replace(preset, splits=(1,))  # it has no other
    datasets = [_open(request, split_of, split) for split in preset.splits]
    setup = Setup(
        request.dataset,
        preset,
        len(datasets[0].classes),
        request.summaries.resolve() if request.summaries else None,
        request.backbone.resolve() if request.backbone else None,
    )
    tasks = {name: tuple(experiment.tasks(setup)) for name, experiment in experiments.items()}
    device = resolve(request.device)
    plan = Plan(
        request.out.resolve(),
        [task for group in tasks.values() for task in group],
        split_of,
        device,
        request.jobs,
        request.device,
        native_precision(device),
    )
    notices = dict.fromkeys(notice for dataset in datasets for notice in dataset.notices)
    return Reproduction(
        setup,
        plan,
        experiments,
        tasks,
        chosen=request.only or tuple(experiments),
        notices=(*notices, *_notice_of_backbone(request)),
    )


def _check_names(request: Request, experiments: Mapping[str, Experiment]) -> None:
    for name in request.only:
        if name not in experiments:
            raise InvalidParameter(
                f"--only: there is no experiment {name!r}", f"There are: {', '.join(experiments)}."
            )


def _check_places(request: Request) -> None:
    """Read what is not the data set as the tasks will. Raises InvalidParameter."""
    try:
        if request.summaries:
            vsumm.read(request.summaries)
    except InvalidDataset as error:
        raise InvalidParameter(f"--summaries: {error.message}", error.hint) from error
    try:
        if request.backbone:
            load_blocks(request.backbone, len(BLOCKS))
    except InvalidCheckpoint as error:
        raise InvalidParameter(f"--backbone: {error.message}", error.hint) from error


def _splits(request: Request) -> Callable[[int], Dataset]:
    root = request.root or request.rendered
    if root is None:
        raise InvalidParameter(
            f"wanted --root, the folder of {request.dataset}, got none", LAYOUTS[request.dataset]
        )
    if request.rendered:
        preset = request.preset
        whole = listed(
            root.resolve(),
            train=preset.train,
            validation=preset.validation,
            test=preset.test,
        )
        return lambda split: whole
    return splits_of(root.resolve(), request.dataset)


def _open(request: Request, split_of: Callable[[int], Dataset], split: int) -> Dataset:
    """The data set in one split. Raises InvalidParameter for a wrong root."""
    layout = LAYOUTS[request.dataset]
    try:
        dataset = split_of(split)
    except InvalidDataset as error:
        hint = error.hint if layout in error.hint else f"{error.hint} {layout}".strip()
        raise InvalidParameter(f"--root: {error.message}", hint) from error
    for part in ("train", "test"):
        if not getattr(dataset, part):
            raise InvalidParameter(f"--root: no clip for {part} in split {split}", layout)
    return dataset


def _notice_of_backbone(request: Request) -> tuple[str, ...]:
    if request.backbone:
        return (f"Trainings start from the convolutions of {request.backbone.name}.",)
    return (
        "Without a VGG-16 backbone (kairoscope weights pull vgg16-imagenet) trainings start from "
        "the blocks that the shipped attention has.",
    )
