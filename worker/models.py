"""The checkpoints of this installation: those that ship, those in <data_dir>/weights, whether
`kairoscope weights pull` got them or somebody put them there, and those that the settings name.

Loads no torch. A checkpoint goes by its file's name; where two files share one, the later is named
after its sha256, too.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import model
from model import methods, recognisers
from model.errors import InvalidParameter, KairoscopeError
from model.recognisers.base import Recogniser
from model.training.curves import read_csv
from model.types import Floats
from model.weights.cards import Checkpoint, describe
from model.weights.registry import ENTRIES
from worker.settings import Settings

SHIPPED_WEIGHTS = Path(model.__file__).parent / "weights" / "attention.safetensors"


@dataclass(frozen=True)
class Model(Checkpoint):
    """A checkpoint that is here; `curves` says whether those of its training lie beside it,
    `fault` what is wrong with one that cannot be used."""

    in_use: bool = False
    curves: bool = False
    fault: str | None = None


def weights_path(settings: Settings, name: str | None = None) -> Path:
    """The attention checkpoint of this name, by default the one in use. Raises InvalidParameter."""
    if name is None:
        return settings.weights or SHIPPED_WEIGHTS
    known = attention_names(settings)
    if name not in known:
        raise InvalidParameter(
            f"no attention checkpoint {name!r}", f"Known: {', '.join(known)}.", "/attention"
        )
    return paths(settings)[name]


def recogniser(settings: Settings) -> tuple[type[Recogniser], Path] | None:
    """The recogniser in use and its weights, or None.

    Raises UnknownRecogniser, MissingWeights or InvalidParameter for settings that do not fit.
    """
    return recognisers.choose(settings.recognizer, settings.recognizer_weights, _folder(settings))


def reads_gate(settings: Settings) -> bool:
    """Whether the recogniser in use sees a clip by keyframes that need the attention model, as its
    card says. A recogniser that cannot be used needs nothing: its job says why."""
    try:
        chosen = recogniser(settings)
        card = _described(chosen[1], file_sha256(chosen[1])).card if chosen else {}
    except KairoscopeError:
        return False
    method = methods.registry().get(card.get("origin", {}).get("selection", ""))
    return method is not None and method.needs_gate


def another(settings: Settings, name: str | None) -> str | None:
    """The name, or None where it means the attention checkpoint in use. Raises InvalidParameter."""
    return name if weights_path(settings, name) != weights_path(settings) else None


def attention_names(settings: Settings) -> list[str]:
    """The attention checkpoints that an analysis can use, the one in use first."""
    return [
        found.name for found in models(settings) if found.task == "attention" and not found.fault
    ]


def paths(settings: Settings) -> dict[str, Path]:
    """All files by the names of their checkpoints, those in use first."""
    folder = _folder(settings)
    others = [*(entry.path(folder) for entry in ENTRIES), *sorted(folder.glob("*.safetensors"))]
    named: dict[str, Path] = {}
    for path in dict.fromkeys([*_used(settings), *(path for path in others if path.is_file())]):
        if any(
            path.samefile(other) for other in named.values() if path.exists() and other.exists()
        ):
            continue
        name = path.stem
        if name in named:
            name = f"{name}-{(file_sha256(path) or '')[:8]}"
        named[name] = path
    return named


def models(settings: Settings) -> list[Model]:
    """All checkpoints, those in use first."""
    used = _used(settings)
    found = [_read(name, path, path in used) for name, path in paths(settings).items()]
    try:
        recogniser(settings)
    except KairoscopeError as error:
        fault = f"{error.message}. {error.hint}"
        found.append(_faulty(settings.recognizer, "recognition", in_use=True, fault=fault))
    return found


def curves(settings: Settings, name: str) -> dict[str, Floats] | None:
    """The monitors of a checkpoint's training by name, (N,) each, as `kairoscope train` writes them
    to a CSV beside it; None without that. Raises InvalidCurves."""
    path = paths(settings).get(name)
    found = path and path.with_suffix(".csv")
    return read_csv(found) if found and found.is_file() else None


def file_sha256(path: Path) -> str | None:
    """The digest of a file's bytes, remembered until the file changes; None without a file."""
    if not path.is_file():
        return None
    stat = path.stat()
    return _digest(path, stat.st_mtime_ns, stat.st_size)


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "weights"


def _used(settings: Settings) -> list[Path]:
    try:
        chosen = recogniser(settings)
    except KairoscopeError:  # `models` says it
        chosen = None
    return [weights_path(settings), *([chosen[1]] if chosen else [])]


def _read(name: str, path: Path, in_use: bool) -> Model:
    digest = file_sha256(path)
    try:
        described = _described(path, digest)
        beside = path.with_suffix(".csv").is_file()
        return replace(described, name=name, in_use=in_use, curves=beside)
    except KairoscopeError as error:
        size = path.stat().st_size if digest else 0
        fault = f"{error.message}. {error.hint}"
        return replace(_faulty(name, "", in_use, fault), sha256=digest or "", bytes=size)


def _faulty(name: str, task: str, in_use: bool, fault: str) -> Model:
    return Model(name, task, "", 0, {}, {}, {}, in_use=in_use, fault=fault)


@cache
def _described(path: Path, sha256: str | None) -> Model:
    return Model(**vars(describe(path)))


@cache
def _digest(path: Path, mtime_ns: int, size: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
