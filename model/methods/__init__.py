"""Keyframe methods, one a file, discovered: a new file in this folder is a new method."""

import importlib
import inspect
import pkgutil
from functools import cache

from model.errors import UnknownMethod
from model.methods.base import Method

DEFAULT = ("rtsae", "sms", "average", "ranktracing", "superframes", "uniform")


@cache
def registry() -> dict[str, type[Method]]:
    """All methods by name, the paper's first; ImportError names both files of a duplicate."""
    found: dict[str, type[Method]] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for _, cls in inspect.getmembers(module, inspect.isclass):
            if cls.__module__ != module.__name__ or not issubclass(cls, Method):
                continue
            if inspect.isabstract(cls):
                continue
            if cls.name in found:
                raise ImportError(
                    f"method {cls.name!r} is defined in {inspect.getfile(found[cls.name])} "
                    f"and in {inspect.getfile(cls)}"
                )
            found[cls.name] = cls
    order = {name: rank for rank, name in enumerate(DEFAULT)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def get(name: str) -> type[Method]:
    """The method of this name; raises UnknownMethod listing the known ones."""
    try:
        return registry()[name]
    except KeyError:
        known = ", ".join(registry())
        raise UnknownMethod(
            f"no method {name!r}", f"Known methods: {known}.", f"/methods/{name}"
        ) from None
