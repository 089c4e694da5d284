"""Options that several subcommands share, and what they mean."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exports import FORMATS, Format
from model.errors import InvalidParameter, UnreadableVideo
from model.training.capped import CAP_BYTES

if TYPE_CHECKING:
    from model.methods.base import Method
    from model.networks.attention import AttentionModel
    from model.recognisers.base import Recogniser
    from worker.settings import Settings

FLOWS = ("dis", "tvl1", "farneback")


def deployment_settings() -> "Settings":
    """The settings of the environment. Raises InvalidParameter naming the variables at fault."""
    from pydantic import ValidationError

    from worker.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        faults = [(str(fault["loc"][0]).upper(), fault) for fault in error.errors()]
        causes = [f"KAIROSCOPE_{name}={fault['input']}: {fault['msg']}" for name, fault in faults]
        raise InvalidParameter("; ".join(causes), "Correct or unset it.") from None


def weights_folder() -> Path:
    """Where pulled weights are kept. Raises InvalidParameter as `deployment_settings` does."""
    return deployment_settings().data_dir / "weights"


def plug_in() -> None:
    """Add the methods of installed packages and of KAIROSCOPE_PLUGINS; faults are told on stderr.

    Raises InvalidParameter for settings that are not valid.
    """
    from model import methods

    methods.plug_in(deployment_settings().plugin_files)
    for plugin in methods.plugins():
        if plugin.fault:
            print(f"kairoscope: plug-in {plugin.source}: {plugin.fault}", file=sys.stderr)


def positive_int(text: str) -> int:
    """An argparse type: a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"wanted a whole number of at least 1, got {text!r}")
    return int(text)


def rate(text: str) -> float:
    """An argparse type: a finite number of at least 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"wanted a number of at least 0, got {text!r}")
    return value


def add_cache_options(parser: argparse.ArgumentParser, what: str) -> None:
    """Where a training keeps `what` it makes of the clips, and how much: see `cache_bytes`."""
    add = parser.add_argument
    add("--cache", metavar="DIR", type=Path, help=f"{what} (default: beside --out)")
    cap = CAP_BYTES / 1e9
    add("--cache-gb", type=rate, default=cap, help=f"cap of the cache (default: {cap:g})")


def cache_bytes(arguments: argparse.Namespace) -> int:
    """The cap of the cache. Raises InvalidParameter when it would hold nothing."""
    if arguments.cache_gb == 0:
        raise InvalidParameter("--cache-gb: wanted above 0, got 0")
    return int(arguments.cache_gb * 1e9)


def export_formats(text: str) -> list[Format]:
    """An argparse type: names of exports, separated by commas, or `all`."""
    names = list(FORMATS) if text == "all" else [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in FORMATS]:
        known = ", ".join(FORMATS)
        raise argparse.ArgumentTypeError(f"no format {unknown[0]!r}; there are {known}")
    return [FORMATS[name] for name in dict.fromkeys(names)]


def require_file(path: Path) -> None:
    """Raises UnreadableVideo when `path` is not a file."""
    if not path.is_file():
        cause = "is not a file" if path.exists() else "does not exist"
        raise UnreadableVideo(f"{path} {cause}", "Name a video file.")


def add_method_options(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Which methods run, with which parameters: read by `chosen_methods`.

    `default` are those that run where none are named; None stands for the six built-in.
    """
    usual = "the six built-in" if default is None else default
    parser.add_argument(
        "--methods",
        metavar="a,b",
        default=default,
        help=f"keyframe methods, or `all` (default: {usual})",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        metavar="METHOD.NAME=VALUE",
        action="append",
        default=[],
        help="a method's parameter, e.g. sms.prominence=0.2; repeatable",
    )
    parser.add_argument(
        "--list-methods",
        action=_ListMethods,
        nargs=0,
        help="print every method with its parameters, defaults and ranges, and exit",
    )


def add_attention_options(parser: argparse.ArgumentParser) -> None:
    """How the attention model runs: read by `load_attention` and `analyze`."""
    parser.add_argument("--flow", choices=FLOWS, help="optical flow (default: the checkpoint's)")
    parser.add_argument(
        "--steps-per-second",
        metavar="N",
        type=rate,
        help="attention steps a second; 0 means every frame (default: the checkpoint's)",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")
    parser.add_argument(
        "--weights", metavar="FILE", type=Path, help="attention checkpoint (default: the shipped)"
    )


def add_recognition_options(parser: argparse.ArgumentParser) -> None:
    """Whether and by what the action is recognised: read by `load_recogniser`."""
    parser.add_argument(
        "--recognizer",
        metavar="NAME",
        default="auto",
        help="name the action, on the whole clip and on each method's keyframes: rtsae-dscnn, "
        "i3d, ..., or none (default: rtsae-dscnn where its weights are there)",
    )
    parser.add_argument(
        "--recognizer-weights",
        metavar="FILE",
        type=Path,
        help="its checkpoint (default: the one that comes along or was pulled)",
    )


def add_backbone_option(add: Callable[..., Any], default: str = "") -> None:
    """The convolutions that a training starts from: read by `backbone_file`."""
    usual = f"; default: {default}" if default else ""
    about = f"a converted VGG-16: vgg16-imagenet, once it is pulled, or a file{usual}"
    add("--backbone", metavar="NAME|FILE", help=about)


def backbone_file(given: str | None) -> Path | None:
    """The file of `--backbone`, which names it, or registered weights; None where nothing is given.

    Raises MissingWeights, with the command that gets them, for weights that were not pulled, and
    InvalidParameter for what is neither.
    """
    from model.weights.registry import ENTRIES

    if given is None:
        return None
    if (path := Path(given)).is_file():
        return path
    named = {entry.name: entry for entry in ENTRIES if entry.task == "backbone"}
    if given not in named:
        known = ", ".join(named)
        raise InvalidParameter(
            f"--backbone: no file {given}", f"Check the path, or name registered weights: {known}."
        )
    return named[given].find(weights_folder())


def chosen_methods(
    arguments: argparse.Namespace, usual: Mapping[str, Mapping[str, Any]] | None = None
) -> "list[Method]":
    """The methods asked for, with their parameters; `usual` of a method come before its defaults.

    Raises InvalidParameter (UnknownMethod) for a name, parameter or value that is not valid.
    """
    from model.methods import DEFAULT, get, registry

    plug_in()
    names: Sequence[str] = DEFAULT
    if arguments.methods == "all":
        names = tuple(registry())
    elif arguments.methods is not None:
        names = tuple(dict.fromkeys(name.strip() for name in arguments.methods.split(",")))
    parameters = _parse_settings(arguments.settings)
    for name in parameters:
        get(name)
        if name not in names:
            raise InvalidParameter(f"--set names {name}, which is not among --methods")
    usual = usual or {}
    return [
        get(name).from_parameters({**usual.get(name, {}), **parameters.get(name, {})})
        for name in names
    ]


def load_attention(
    arguments: argparse.Namespace, methods: "Sequence[Method]", device: str
) -> "AttentionModel | None":
    """The attention model on a device, when one of the methods needs it.

    Raises InvalidCheckpoint, or InvalidParameter for a device that is not there.
    """
    if not any(method.needs_gate for method in methods):
        return None
    from model.networks.attention import AttentionModel

    return AttentionModel.load(arguments.weights, device=_resolve(device))


def determinants(methods: "Sequence[Method]", attention: "AttentionModel | None") -> dict[str, Any]:
    """All that determines the keyframes of a video beside the program and the video: parameters,
    the code of plug-ins, the checkpoint and its device."""
    from model.methods import origins

    found = {method.name: asdict(method) for method in methods}
    return {
        "methods": found,
        "plugins": {name: plugin.sha256 for name, plugin in origins(found).items()},
        "attention": attention and [attention.sha256, attention.device],
    }


def load_recogniser(arguments: argparse.Namespace, device: str) -> "Recogniser | None":
    """The recogniser asked for, if any, on a device.

    Raises InvalidParameter for an unknown one or a device that is not there, MissingWeights or
    InvalidCheckpoint.
    """
    from model.recognisers import choose

    chosen = choose(arguments.recognizer, arguments.recognizer_weights, weights_folder())
    if chosen is None:
        return None
    recogniser, weights = chosen
    return recogniser.load(weights, device=_resolve(device))


def _resolve(device: str) -> str:
    """The device that is there, with torch set up for it."""
    import torch

    from model.networks.device import resolve

    torch.set_flush_denormal(True)  # values near zero otherwise cost many times their share
    return resolve(device)


def _parse_settings(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """`sms.prominence=0.2` as {"sms": {"prominence": 0.2}}; what is not JSON is a string."""
    parameters: dict[str, dict[str, Any]] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        method, dot, name = path.strip().partition(".")
        if not (equals and dot and method and name):
            raise InvalidParameter(f"--set: wanted METHOD.NAME=VALUE, got {text!r}")
        parameters.setdefault(method, {})[name] = _value(value.strip())
    return parameters


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


class _ListMethods(argparse.Action):
    """Print what every method's own fields say about it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        from model.methods import origins, registry

        plug_in()
        sources = {name: plugin.source for name, plugin in origins(registry()).items()}
        for name, cls in registry().items():
            description = cls.describe()
            whose = f" (from {sources[name]})" if name in sources else ""
            print(f"{name}: {description['title']}{whose}")
            for spec in description["parameters"]:
                print(f"  --set {name}.{spec['name']}={_default_and_range(spec)}")
        parser.exit()


def _default_and_range(spec: Mapping[str, Any]) -> str:
    bounds = [
        f"{word} {spec[key]}"
        for word, key in (("from", "low"), ("to", "high"))
        if spec[key] is not None
    ]
    allowed = ", ".join(spec["choices"]) or " ".join(bounds)
    return f"{spec['default']}  {spec['help']}" + (f" ({allowed})" if allowed else "")
