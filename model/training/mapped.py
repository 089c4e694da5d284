"""Arrays of clips on disk, read as they are indexed: what training reads a little of at a time."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class MappedFolder:
    """Arrays in `folder` by clip and name, below a cap on their bytes.

    `key` names what they depend on beside the clip; files of other keys make room first. `notice`
    says, once the cap is reached, what that costs; `what` are the arrays, for it.
    """

    def __init__(self, folder: Path, key: str, cap_bytes: int, what: str) -> None:
        self.folder, self.key, self.cap_bytes, self.what = folder, key, cap_bytes, what
        self.notice = ""
        folder.mkdir(parents=True, exist_ok=True)

    def open(self, path: Path, name: str) -> Array | None:
        """The array of this clip, mapped from the disk; None when it was not kept."""
        try:
            mapped: Array = np.load(self._file(path, name), mmap_mode="r")
        except FileNotFoundError:
            return None
        return mapped

    def keep(self, path: Path, arrays: Mapping[str, Array]) -> bool:
        """Keep all arrays of a clip, if they fit below the cap."""
        if not self._room_for(sum(array.nbytes for array in arrays.values())):
            return False
        for name, array in arrays.items():
            _write(self._file(path, name), array)
        return True

    def _file(self, path: Path, name: str) -> Path:
        stat = path.stat()
        clip = hashlib.sha256(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode())
        return self.folder / f"{clip.hexdigest()[:24]}-{name}-{self.key}.npy"

    def _room_for(self, wanted: int) -> bool:
        """Whether so many bytes fit, after files of other keys have gone, oldest first; nothing
        more once something did not, lest each miss look at every file."""
        if self.notice:
            return False
        files = [pair for file in self.folder.glob("*.npy") for pair in _there(file)]
        used = sum(stat.st_size for _, stat in files)
        others = [(f, s) for f, s in files if self.key not in f.name]
        for file, stat in sorted(others, key=lambda pair: pair[1].st_mtime):
            if used + wanted <= self.cap_bytes:
                break
            file.unlink(missing_ok=True)
            used -= stat.st_size
        fits = used + wanted <= self.cap_bytes
        if not fits:
            self.notice = (
                f"the {self.what} of all clips need more than {self.cap_bytes / 1e9:.1f} GB: those "
                "of the rest are computed again each time (--cache-gb raises the cap)"
            )
        return fits


def _there(file: Path) -> list[tuple[Path, os.stat_result]]:
    """The file and its state; none when another process has just made room."""
    try:
        return [(file, file.stat())]
    except FileNotFoundError:
        return []


def _write(path: Path, array: Array) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.save(file, array)
    partial.replace(path)
