"""What an analysis is keyed by: everything that determines its result, and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import model
from model import methods as registered
from model.errors import InvalidParameter, KairoscopeError, UnknownMethod
from worker.models import file_sha256, recogniser, weights_path
from worker.settings import Settings

MODEL = Path(model.__file__).parent
WITHOUT_EFFECT = ("training", "evaluation", "datasets")  # parts of model/ no analysis runs


def complete_methods(
    methods: Mapping[str, Mapping[str, Any]] | None,
) -> dict[str, dict[str, Any]]:
    """Methods with all their parameters spelt out; None means every default method.

    Raises UnknownMethod or InvalidParameter with a pointer to the field.
    """
    if methods is None:
        methods = {name: {} for name in registered.DEFAULT if name in registered.registry()}
    if not methods:
        raise UnknownMethod(
            "wanted at least one method, got none",
            f"Known methods: {', '.join(registered.registry())}.",
            "/methods",
        )
    complete = {}
    for name, parameters in methods.items():
        method = registered.get(name).from_parameters(parameters)
        complete[name] = {spec["name"]: getattr(method, spec["name"])
                          for spec in method.describe()["parameters"]}  # fmt: skip
    return complete


def check_keyframes(keyframes: int | None) -> None:
    """Raise InvalidParameter unless a whole number of at least 1, or None."""
    if keyframes is None:
        return
    if isinstance(keyframes, bool) or not isinstance(keyframes, int) or keyframes < 1:
        raise InvalidParameter(
            f"keyframes: wanted a whole number of at least 1, got {keyframes!r}",
            "Leave it out to let each method choose its own number.",
            "/keyframes",
        )


def analysis_key(
    settings: Settings,
    sha256: str,
    methods: Mapping[str, Any],
    keyframes: int | None,
    attention: str | None = None,
) -> str:
    """The hex sha256 that names a result; `attention` names the checkpoint, None the one in use.

    Raises InvalidParameter for a checkpoint that is not there.
    """
    determinants = {
        "video": sha256,
        "methods": methods,
        "keyframes": keyframes,
        "weights": file_sha256(weights_path(settings, attention)),
        "recognition": _recognition(settings),
        "flow": settings.flow,
        "code": code_version(),
    }
    if origins := registered.origins(methods):
        determinants["plugins"] = {name: plugin.sha256 for name, plugin in origins.items()}
    return hashlib.sha256(json.dumps(determinants, sort_keys=True).encode()).hexdigest()


def _recognition(settings: Settings) -> list[str | None] | None:
    """Name and weights of the recogniser; of one that cannot be had (its job says why) the name."""
    try:
        chosen = recogniser(settings)
    except KairoscopeError:
        return [settings.recognizer, None]
    return [chosen[0].name, file_sha256(chosen[1])] if chosen else None


@cache
def code_version() -> str:
    """The model's version and a digest of the source files that an analysis runs."""
    digest = hashlib.sha256()
    for path in sorted(MODEL.rglob("*.py")):
        relative = path.relative_to(MODEL)
        if relative.parts[0] not in WITHOUT_EFFECT:
            digest.update(str(relative).encode() + b"\0" + path.read_bytes())
    return f"{model.__version__}+{digest.hexdigest()[:12]}"
