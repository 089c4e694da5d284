"""`kairoscope train dscnn|joint|arch|two-stream|c3d`: the stages that learn from labels."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.options import (
    FLOWS,
    add_backbone_option,
    add_cache_options,
    backbone_file,
    cache_bytes,
    positive_int,
    rate,
)
from model.errors import InvalidParameter

if TYPE_CHECKING:
    from model.training.distributed import World
    from model.training.preparation import Run
    from model.training.presets import Preset
    from model.training.trainer import Progress

SPEAK_EVERY_S = 10.0
GATES = ("soft", "hard", "straight-through", "binary-neuron", "hard-concrete")
SELECTIONS = ("sms", "average", "ranktracing", "superframes", "rtsae")  # the paper's


def add_stages(stages: Any) -> None:
    """Add a parser for each of them."""
    _add_dscnn(stages)
    _add_joint(stages)
    _add_arch(stages)
    _add_two_stream(stages)
    _add_c3d(stages)


def add_dataset_options(
    parser: argparse.ArgumentParser, *, required: bool, split: str = "--split", every: bool = False
) -> None:
    """Which labelled clips: read by `open_named`. `split` names the option of the split, `every`
    allows all three, which is 0."""
    add = parser.add_argument
    add("--dataset", metavar="ROOT", type=Path, required=required, help="labelled clips")
    names = ("auto", "ucf101", "hmdb51", "athletics", "folders")
    add("--dataset-name", choices=names, default="auto", help="its layout (default: found out)")
    number: dict[str, Any] = {"type": int, "choices": (1, 2, 3)}
    if every:
        number = {"type": _split, "metavar": "{1,2,3,all}"}
    add(split, dest="split_number", default=1, help="the official one", **number)


def _split(text: str) -> int:
    """An argparse type: 1, 2, 3, or 0 for all."""
    if text not in ("1", "2", "3", "all"):
        raise argparse.ArgumentTypeError(f"wanted 1, 2, 3 or all, got {text!r}")
    return 0 if text == "all" else int(text)


def open_named(
    arguments: argparse.Namespace, *, speak: bool = True, split: int | None = None
) -> Any:
    """The data set that the options name, or another `split` of it; what its reader must know on
    stderr.

    Raises InvalidDataset.
    """
    name, split = arguments.dataset_name, split or arguments.split_number
    return _open(arguments.dataset, name=name, split=split, speak=speak)


def _open(root: Path, *, name: str = "auto", split: int = 1, speak: bool = True) -> Any:
    from model.datasets import open_dataset

    dataset = open_dataset(root, name=name, split=split)
    missing = tuple(f"missing: {name}" for name in dataset.missing)
    for line in (*dataset.notices, *missing) if speak else ():
        print(line, file=sys.stderr)
    return dataset


def _common(parser: argparse.ArgumentParser) -> None:
    """Options of every labelled stage; what is not given stays as the preset has it."""
    add_dataset_options(parser, required=True)
    add = parser.add_argument
    add("--preset", choices=("compact", "paper", "tiny"), default="compact")
    add_cache_options(parser, "decoded steps and maps")
    add("--epochs", type=float, help="over the clips to train on")
    add("--iterations", type=positive_int, help="updates, in place of --epochs")
    add("--batch", type=positive_int, help="clips of an update, over all processes")
    add("--at-once", type=positive_int, help="clips that pass at once, to save memory")
    add("--learning-rate", type=float)
    add("--optimiser", choices=("sgd", "adam"))
    falling = argparse.BooleanOptionalAction
    add("--cosine", action=falling, help="the rate falls to nothing along half a cosine")
    add("--precision", choices=("float32", "bfloat16"))
    add("--report-every", type=positive_int, help="updates between reports (default: an epoch)")
    add("--seed", type=int)
    add("--max-steps", type=positive_int, help="steps kept of a clip")
    add("--validation-share", type=float, default=0.1, help="of the groups, where no list names it")
    add("--note", default="", help="for the model card: what the clips are, on what terms")
    add("--restart", action="store_true", help="ignore the state of an interrupted run")
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")


def _add_dscnn(stages: Any) -> None:
    parser = stages.add_parser(
        "dscnn",
        help="stage 1: the two streams and the classifier, on labels",
        description="Train S-Net, T-Net and what fuses them, every gate open. An interrupted run "
        "goes on when repeated. `torchrun --nproc-per-node 2 $(which kairoscope) train dscnn ...` "
        "shares the work.",
    )
    _common(parser)
    add = parser.add_argument
    add("--out", metavar="FILE", type=Path, default=Path("dscnn.safetensors"))
    starts = parser.add_mutually_exclusive_group().add_argument
    add_backbone_option(starts)
    starts("--from", dest="start", metavar="FILE", type=Path, help="a wider network, to prune")
    add("--share", type=rate, help="of the paper's widths behind the gate, 0 to 1")
    add("--position", choices=("p1", "p2", "p3"), help="the gate's pooling layer")
    add("--steps-per-second", type=rate, help="0: every frame")
    add("--flow", choices=FLOWS, help="optical flow")
    add("--views", type=positive_int, help="crops used of each clip, 1 to 5")
    add("--dropout", type=rate)
    add("--steps", type=positive_int, nargs=2, metavar=("LOW", "HIGH"), help="of one example")
    add("--standalone", action="store_true", help="each stream with a softmax of its own")
    help = "labelled clips that train the T-Net too, by a head of its own (with --standalone)"
    add("--second", metavar="ROOT", type=Path, help=help)
    parser.set_defaults(run=run_dscnn)


def _add_joint(stages: Any) -> None:
    parser = stages.add_parser(
        "joint",
        help="stage 3: gates, streams and classifier together, on labels",
        description="Fine-tune the network of stage 1 with the gate of stage 2.",
    )
    _common(parser)
    add = parser.add_argument
    add("--out", metavar="FILE", type=Path, default=Path("compact.safetensors"))
    add("--from", dest="start", metavar="FILE", type=Path, required=True, help="stage 1's")
    add("--attention", metavar="FILE", type=Path, help="stage 2's (default: the shipped)")
    add("--gate", choices=GATES, help="how gates act in training")
    add("--phi", type=float, help="price of an open gate, or where it starts")
    add("--tau", type=float, help="weight of the nuclear norm of o")
    add("--lam", type=float, help="weight of the L1 norm of o")
    add("--open-share", type=float, help="steps that shall open; 0: a fixed phi")
    add("--binary-share", type=float, help="of the run, at its end, with binary gates")
    add("--insert", type=float, help="share of examples with inserted steps")
    parser.set_defaults(run=run_joint)


def _add_arch(stages: Any) -> None:
    parser = stages.add_parser(
        "arch",
        help="Vanilla ARCH, the rival: 3D convolutions on cubes around keyframes",
        description="Train ARCH on the keyframes of one method, found once for each clip.",
    )
    _common(parser)
    add = parser.add_argument
    add("--out", metavar="FILE", type=Path, default=Path("arch.safetensors"))
    add("--selection", choices=SELECTIONS, default="sms", help="the method of keyframes")
    add("--attention", metavar="FILE", type=Path, help="for rtsae (default: the shipped)")
    add("--cubes", type=positive_int, help="cubes of one example")
    parser.set_defaults(run=run_arch)


def _add_two_stream(stages: Any) -> None:
    parser = stages.add_parser(
        "two-stream",
        help="Two-Stream ConvNet: frames and their flow, to read keyframes of any method",
        description="Train both streams, each on single frames of the clips.",
    )
    _common(parser)
    add = parser.add_argument
    add("--out", metavar="FILE", type=Path, default=Path("two-stream.safetensors"))
    add_backbone_option(add)
    add("--views", type=positive_int, help="crops used of each clip, 1 to 5")
    parser.set_defaults(run=run_two_stream)


def _add_c3d(stages: Any) -> None:
    parser = stages.add_parser(
        "c3d",
        help="C3D: cubes of sixteen steps, to read the surroundings of keyframes of any method",
        description="Train C3D on cubes that lie side by side in the clips.",
    )
    _common(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, default=Path("c3d.safetensors"))
    parser.set_defaults(run=run_c3d)


def run_dscnn(arguments: argparse.Namespace) -> Exit:
    """Stage 1."""
    from model.training.presets import PRESETS, changed
    from model.training.stages import train_dscnn

    preset = PRESETS[arguments.preset]()
    _refuse_in_vain(arguments, preset)
    recipe = changed(
        preset.recipe,
        position=int(arguments.position[1]) if arguments.position else None,
        steps_per_second=arguments.steps_per_second,
        flow=arguments.flow,
    )
    weights = {"fused_weight": 0.0, "stream_weight": 1.0} if arguments.standalone else {}
    steps = tuple(arguments.steps) if arguments.steps else None
    dscnn = changed(preset.dscnn, **_schedule(arguments), steps=steps, **weights)
    preset = changed(
        preset, recipe=recipe, dscnn=dscnn, views=arguments.views, dropout=arguments.dropout
    )
    preset = changed(preset, share=arguments.share)
    checkpoints = {"backbone": backbone_file(arguments.backbone), "start": arguments.start}
    return _train(arguments, preset, train_dscnn, arguments.second, **checkpoints)


def _refuse_in_vain(arguments: argparse.Namespace, preset: "Preset") -> None:
    """Raises InvalidParameter for options that would change nothing."""
    features = ("position", "steps_per_second", "flow")
    given = [name for name in features if getattr(arguments, name) is not None]
    if arguments.start and given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise InvalidParameter("--from brings its own features", f"Leave {options} out.")
    if arguments.share and preset.width == "paper":
        raise InvalidParameter("--share: the preset paper has the paper's widths", "Leave it out.")


def run_joint(arguments: argparse.Namespace) -> Exit:
    """Stage 3."""
    from model.training.presets import PRESETS, changed
    from model.training.stages import train_joint

    preset = PRESETS[arguments.preset]()
    names = ("gate", "phi", "tau", "lam", "open_share", "binary_share", "insert")
    given = {name: getattr(arguments, name) for name in names}
    fixed = given["open_share"] == 0
    given["open_share"] = given["open_share"] or None
    joint = changed(preset.joint, **_schedule(arguments), **given)
    if fixed:
        joint = replace(joint, open_share=None)
    preset = changed(preset, joint=joint)
    return _train(
        arguments, preset, train_joint, start=arguments.start, attention=arguments.attention
    )


def run_arch(arguments: argparse.Namespace) -> Exit:
    """Vanilla ARCH."""
    from functools import partial

    from model.training.arch import train_arch
    from model.training.presets import PRESETS, changed

    preset = PRESETS[arguments.preset]()
    arch = changed(preset.arch, **_schedule(arguments), cubes=arguments.cubes)
    train = partial(train_arch, selection=arguments.selection)
    return _train(arguments, changed(preset, arch=arch), train, attention=arguments.attention)


def run_two_stream(arguments: argparse.Namespace) -> Exit:
    """Two-Stream ConvNet."""
    from model.training.presets import PRESETS, changed
    from model.training.two_stream import train_two_stream

    preset = PRESETS[arguments.preset]()
    two_stream = changed(preset.two_stream, **_schedule(arguments))
    preset = changed(preset, two_stream=two_stream, views=arguments.views)
    backbone = backbone_file(arguments.backbone)
    return _train(arguments, preset, train_two_stream, backbone=backbone)


def run_c3d(arguments: argparse.Namespace) -> Exit:
    """C3D."""
    from model.training.c3d import train_c3d
    from model.training.presets import PRESETS, changed

    preset = PRESETS[arguments.preset]()
    preset = changed(preset, c3d=changed(preset.c3d, **_schedule(arguments)))
    return _train(arguments, preset.for_c3d(), train_c3d)


def _schedule(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of the optimisation; epochs given replace a preset's iterations."""
    names = ("epochs", "iterations", "batch", "at_once", "learning_rate", "optimiser", "cosine")
    names += ("precision", "report_every", "seed")
    given = {name: getattr(arguments, name) for name in names}
    if given["epochs"] is not None and given["iterations"] is None:
        given["iterations"] = 0
    return given


def _train(
    arguments: argparse.Namespace,
    preset: "Preset",
    train: "Callable[[Run], dict[str, Any]]",
    second: Path | None = None,
    **checkpoints: Path | None,
) -> Exit:
    """Run a stage in this process's place among torchrun's; the first one speaks."""
    from model.training.preparation import Run
    from model.training.presets import changed

    cap = cache_bytes(arguments)
    with together(arguments) as (world, device, speaker):
        dataset = open_named(arguments, speak=world.leads)
        run = Run(
            dataset=dataset,
            preset=changed(preset, max_steps=arguments.max_steps),
            out=arguments.out,
            cache=arguments.cache or arguments.out.parent / "training-cache",
            second=_open(second, speak=world.leads) if second else None,
            note=arguments.note,
            device=device,
            world=world,
            cache_bytes=cap,
            validation_share=arguments.validation_share,
            **checkpoints,
        )
        if speaker:
            run = replace(
                run,
                on_clip=speaker.clip,
                on_progress=speaker.progress,
                on_notice=speaker.notice,
            )
        card = train(run)
    if speaker:
        parts = card["data"]
        clips = f"{parts['train']['clips']} clips, {len(parts['classes'])} classes"
        print(f"{arguments.out}: {clips}, {card['seconds']:.0f} s")
    return Exit.DONE


@contextmanager
def together(arguments: argparse.Namespace) -> "Iterator[tuple[World, str, Speaker | None]]":
    """This process's place among torchrun's, its device, and who speaks if it leads; with
    --restart the state of an interrupted run is gone. Raises DeviceUnavailable, DeviceFull,
    DeviceLost, InvalidParameter or CannotWrite."""
    from model.networks.device import resolve, room_on
    from model.training.distributed import joined
    from model.training.preparation import check_out

    hint = "Free some of it, or take --device cpu."
    with joined(resolve(arguments.device)) as (world, device), room_on(device, hint):
        if arguments.restart and world.leads:
            check_out(arguments.out)
            state = arguments.out.with_suffix(".resume") / "state.safetensors"
            state.unlink(missing_ok=True)
        world.wait()
        yield world, device, Speaker() if world.leads else None


class Speaker:
    """Progress on stderr: each report, and between them a line now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def clip(self, what: str, done: int, total: int, name: str) -> None:
        """A clip is prepared."""
        if self._due() or done == total:
            print(f"{what} {done}/{total} {name}", file=sys.stderr)

    def notice(self, text: str) -> None:
        """Something worth knowing, said once."""
        print(text, file=sys.stderr)

    def progress(self, progress: "Progress") -> None:
        """An update is done."""
        where = f"iteration {progress.iteration}/{progress.total}"
        left = f"ETA {_duration(progress.eta_s)}"
        if progress.report:
            self._last = time.monotonic()
            shown = {k: v for k, v in progress.report.items() if k != "iteration"}
            figures = "  ".join(f"{name} {value:.4g}" for name, value in shown.items())
            print(f"{where}  {figures}  {left}", file=sys.stderr)
            for alarm in progress.alarms:
                print(f"alarm: {alarm}", file=sys.stderr)
        elif self._due():
            print(f"{where}  loss {progress.loss:.4g}  {left}", file=sys.stderr)

    def _due(self) -> bool:
        now = time.monotonic()
        if now - self._last < SPEAK_EVERY_S:
            return False
        self._last = now
        return True


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
