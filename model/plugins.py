"""Discovery: a new file in a plug-in folder is a new plug-in, with no other edit; and classes that
files and installed packages from outside the repository bring."""

import hashlib
import importlib
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

FAILURES = (Exception, SystemExit)  # what the code of others may raise without ending ours


def discover(package: str, path: Iterable[str], base: type) -> dict[str, type[Any]]:
    """The concrete subclasses of `base` defined in the modules of `package`, by their `name`.

    Raises ImportError naming both files when two classes share a name.
    """
    found: dict[str, type[Any]] = {}
    for module_info in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{package}.{module_info.name}")
        for cls in subclasses(module, base):
            if cls.__module__ != module.__name__:
                continue
            if inspect.isabstract(cls) or "name" not in vars(cls):
                continue
            if cls.name in found:
                raise ImportError(
                    f"{base.__name__.lower()} {cls.name!r} is defined in "
                    f"{inspect.getfile(found[cls.name])} and in {inspect.getfile(cls)}"
                )
            found[cls.name] = cls
    return found


def subclasses(module: ModuleType, base: type) -> list[type[Any]]:
    """The classes derived from `base` that the module, or its package, defines."""
    top = module.__name__.partition(".")[0]
    classes: list[type[Any]] = [cls for cls in vars(module).values() if inspect.isclass(cls)]
    return [
        cls
        for cls in dict.fromkeys(classes)
        if base in cls.__mro__[1:] and cls.__module__.partition(".")[0] == top
    ]


@dataclass(frozen=True)
class Source:
    """A file or an entry point: the classes it brings and the digest of its code, or the sentence
    that says why it brings none."""

    name: str
    classes: tuple[type[Any], ...] = ()
    sha256: str = ""
    fault: str | None = None


def load_file(path: Path, base: type) -> Source:
    """What a Python file brings. What is hashed is what runs: the bytes are read once."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return Source(str(path), fault=f"It cannot be read: {error.strerror}.")
    sha256 = hashlib.sha256(content).hexdigest()
    place = hashlib.sha256(bytes(path.absolute())).hexdigest()[:8]
    module = ModuleType(f"plugin_{place}_{path.stem}".replace(".", "_"))
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses look annotations up
    try:
        exec(compile(content, str(path), "exec"), vars(module))
        return _source(str(path), subclasses(module, base), sha256, base)
    except FAILURES as error:
        del sys.modules[module.__name__]
        return Source(str(path), fault=f"It cannot be imported: {in_words(error, str(path))}.")


def load_entry_points(group: str, base: type) -> list[Source]:
    """What the installed packages bring by their entry points of this group, each a class or a
    module of classes."""
    points = sorted(entry_points(group=group), key=lambda point: (point.name, point.value))
    return [_load_entry_point(point, base) for point in points]


def _load_entry_point(point: EntryPoint, base: type) -> Source:
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "unknown package"
    name = f"{package}: {point.name} = {point.value}"
    try:
        loaded = point.load()
        if isinstance(loaded, ModuleType):
            classes = subclasses(loaded, base)
        else:
            classes = [loaded] if inspect.isclass(loaded) and base in loaded.__mro__[1:] else []
        return _source(name, classes, _package_sha256(point.module, package), base)
    except FAILURES as error:
        return Source(name, fault=f"It cannot be imported: {in_words(error)}.")


def _source(name: str, classes: list[type[Any]], sha256: str, base: type) -> Source:
    fault = None if classes else f"It has no class that derives from {base.__name__}."
    return Source(name, tuple(classes), sha256, fault)


def _package_sha256(module: str, release: str) -> str:
    """The digest of a package's release and source files; of a namespace, the part below it."""
    parts = module.split(".")
    chain = [sys.modules[".".join(parts[: depth + 1])] for depth in range(len(parts))]
    top = next(part for part in chain if part.__file__)
    file = Path(str(top.__file__))
    digest = hashlib.sha256(release.encode())
    for path in sorted(file.parent.rglob("*.py")) if hasattr(top, "__path__") else [file]:
        digest.update(str(path.relative_to(file.parent)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def in_words(error: BaseException, file: str = "") -> str:
    """Kind and message of an error on one line, and the last line of `file` that it came by."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    where = f" ({Path(file).name}, line {lines[-1]})" if lines else ""
    message = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}{f': {message}' if message else ''}{where}"
