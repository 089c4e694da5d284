"""Per-frame descriptors, one a file, discovered: a new file in this folder is a new descriptor."""

import pkgutil
from functools import cache

from model.features.types import Descriptor
from model.plugins import discover


@cache
def names() -> frozenset[str]:
    """The descriptors' names, which are their files', known without loading what they import."""
    return frozenset(module.name for module in pkgutil.iter_modules(__path__)) - {"base"}


@cache
def registry() -> dict[str, type[Descriptor]]:
    """All descriptors by name; ImportError names both files of a duplicate."""
    return discover(__name__, __path__, Descriptor)
