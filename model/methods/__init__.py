"""Keyframe methods, one a file, discovered: a new file in this folder is a new method."""

from functools import cache

from model.errors import UnknownMethod
from model.methods.base import Method
from model.plugins import discover

DEFAULT = ("rtsae", "sms", "average", "ranktracing", "superframes", "uniform")
ORDER = (*DEFAULT, "vsumm1", "vsumm2", "dt", "stimo", "kts", "random", "delta", "iframes", "scenes")


@cache
def registry() -> dict[str, type[Method]]:
    """All methods by name, as `ORDER` lists them; ImportError names both files of a duplicate."""
    found: dict[str, type[Method]] = discover(__name__, __path__, Method)
    order = {name: rank for rank, name in enumerate(ORDER)}
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
