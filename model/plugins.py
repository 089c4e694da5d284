"""Discovery: a new file in a plug-in folder is a new plug-in, with no other edit."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from typing import Any


def discover(package: str, path: Iterable[str], base: type) -> dict[str, type[Any]]:
    """The concrete subclasses of `base` defined in the modules of `package`, by their `name`.

    Raises ImportError naming both files when two classes share a name.
    """
    found: dict[str, type[Any]] = {}
    for module_info in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{package}.{module_info.name}")
        classes: list[type[Any]] = [cls for cls in vars(module).values() if inspect.isclass(cls)]
        for cls in classes:
            if cls.__module__ != module.__name__ or base not in cls.__mro__[1:]:
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
