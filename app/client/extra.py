"""What the client needs and the rest of the program does not."""

from importlib import import_module
from typing import Any

from model.errors import KairoscopeError


class MissingExtra(KairoscopeError):
    """A package of the extra `client` is not installed."""

    code = "missing-extra"


def needed(module: str) -> Any:
    """The module. Raises MissingExtra."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"{module} is not installed", "Install the extra: pip install 'kairoscope[client]'."
        ) from error
