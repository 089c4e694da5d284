"""Pickles of numpy arrays, read by an unpickler that can build nothing else."""

import pickle
from pathlib import Path
from typing import Any

from model.errors import InvalidCheckpoint

_ALLOWED = frozenset(
    {
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
    }
)


class _ArrayUnpickler(pickle.Unpickler):
    """Builds dictionaries and numpy arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise InvalidCheckpoint(
                f"the file asks for {module}.{name}", "Only numpy arrays are read; get it again."
            )
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def read_arrays(file: Path) -> Any:
    """The nested dictionaries of arrays in a pickle whose hash was checked before.

    Raises InvalidCheckpoint when it asks for anything but numpy arrays.
    """
    with file.open("rb") as stream:
        return _ArrayUnpickler(stream).load()
