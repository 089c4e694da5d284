"""Keyframe methods, one a file, discovered: a new file in this folder is a new method.

`plug_in` adds those of installed packages and of files elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from model.errors import UnknownMethod
from model.methods import outside
from model.methods.base import Method
from model.methods.outside import Plugin
from model.plugins import discover

DEFAULT = ("rtsae", "sms", "average", "ranktracing", "superframes", "uniform")
ORDER = (*DEFAULT, "vsumm1", "vsumm2", "dt", "stimo", "kts", "random", "delta", "iframes", "scenes")

_files: tuple[Path, ...] | None = None  # None: the methods of this folder alone


def plug_in(files: Sequence[Path]) -> None:
    """From now on the registry also has the methods of installed packages and of these files.

    Each process calls it once, before it asks for methods; they are loaded when it first asks.
    """
    global _files
    if _files != tuple(files):
        _files = tuple(files)
        plugins.cache_clear()
        registry.cache_clear()


@cache
def plugins() -> tuple[Plugin, ...]:
    """The packages and files that were plugged in, each with its methods or what is wrong."""
    return () if _files is None else outside.load(_files, _built_in())


@cache
def registry() -> dict[str, type[Method]]:
    """All methods by name, as `ORDER` lists them, then those plugged in.

    Raises ImportError naming both files of a duplicate in this folder.
    """
    added = {name: cls for plugin in plugins() for name, cls in plugin.methods.items()}
    return {**_built_in(), **added}


def _built_in() -> dict[str, type[Method]]:
    found: dict[str, type[Method]] = discover(__name__, __path__, Method)
    order = {name: rank for rank, name in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def origins(names: Iterable[str]) -> dict[str, Plugin]:
    """The plug-ins of those of these methods that come from outside."""
    known = {name: plugin for plugin in plugins() for name in plugin.methods}
    return {name: known[name] for name in names if name in known}


def from_outside(found: Iterable[str], skipped: Mapping[str, str]) -> dict[str, Any]:
    """The part of a result's provenance on methods from outside: `plugins`, the code that they
    are, and `skipped`, why some gave no keyframes."""
    plugins = {
        name: {"source": plugin.source, "sha256": plugin.sha256}
        for name, plugin in origins([*found, *skipped]).items()
    }
    return {"plugins": plugins, "skipped": dict(skipped)}


def get(name: str) -> type[Method]:
    """The method of this name; raises UnknownMethod listing the known ones."""
    try:
        return registry()[name]
    except KeyError:
        known = ", ".join(registry())
        raise UnknownMethod(
            f"no method {name!r}", f"Known methods: {known}.", f"/methods/{name}"
        ) from None
