"""Where the examples of stages 1 and 3 come from: maps kept on disk, or images through the front.

Shape legend: M picked steps of any clips, T steps of a clip, C channels, H W pixels, n = width of
the pooled features. With a frozen front the maps before the gate never change: they are computed
once for each view (crop) of a clip and kept as float16, two streams side by side.
"""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.networks.dscnn import RTSAEDSCNN
from model.networks.frontend import FrontEnd
from model.training.features import front_key
from model.training.trainer import Precision
from model.training.views import WHOLE

PART = 32  # frames that pass the front at once
Maps = tuple[Tensor, Tensor, Tensor]  # x_s, x_t (M, C, H, W) and pooled (M, n)


class View(Protocol):
    """The images of a clip's steps, cut out: (T, H, W, 3) uint8 each."""

    def __call__(self, path: Path, view: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...


@dataclass(frozen=True)
class Pick:
    """Steps of one view of one clip."""

    clip: int
    view: int
    step_T: NDArray[np.int64]


class Source(ABC):
    """Clips by number; `length_N` are their steps, `views` how many crops of each there are."""

    length_N: Sequence[int]
    views: int

    @abstractmethod
    def read(self, network: RTSAEDSCNN, picks: Sequence[Pick]) -> Maps:
        """The maps of all picked steps, one after the other, on the network's device."""


class ImageSource(Source):
    """Images through the network's own front: its gradient reaches every layer."""

    def __init__(
        self, paths: Sequence[Path], length_N: Sequence[int], view: View, views: int
    ) -> None:
        self.paths, self.length_N, self.view, self.views = paths, length_N, view, views

    def read(self, network: RTSAEDSCNN, picks: Sequence[Pick]) -> Maps:
        """See Source."""
        device = next(network.parameters()).device
        rows = [
            tuple(images[pick.step_T] for images in self.view(self.paths[pick.clip], pick.view))
            for pick in picks
        ]
        rgb, flow = (torch.from_numpy(np.concatenate(c)) for c in zip(*rows, strict=True))
        return network.maps(rgb.to(device), flow.to(device))


class MapSource(Source):
    """Maps from the disk; what does not fit below the cap is computed again each time."""

    def __init__(self, store: "MapStore", paths: Sequence[Path], length_N: Sequence[int]) -> None:
        self.store, self.paths, self.length_N = store, paths, length_N
        self.views = store.views

    def read(self, network: RTSAEDSCNN, picks: Sequence[Pick]) -> Maps:
        """See Source."""
        device = next(network.parameters()).device
        rows, pooled = [], []
        for pick in picks:
            maps_T2CHW, pooled_Tn = self.store.get(self.paths[pick.clip], pick.view)
            rows.append(maps_T2CHW[pick.step_T])
            pooled.append(pooled_Tn[pick.step_T])
        maps_M2CHW = torch.from_numpy(np.concatenate(rows)).to(device).float()
        x_s, x_t = (x.contiguous(memory_format=torch.channels_last) for x in maps_M2CHW.unbind(1))
        return x_s, x_t, torch.from_numpy(np.concatenate(pooled)).to(device)


class MapStore:
    """Maps of clips before the gate, below a cap on the disk's bytes.

    `key` names what they depend on beside the clip; files of other keys make room first.
    `precision` is that of the front while it computes; they are kept in half precision anyway.
    `notice` says, once the cap is reached, what that costs.
    """

    def __init__(
        self,
        folder: Path,
        front: FrontEnd,
        view: View,
        key: str,
        *,
        views: int = 1,
        cap_bytes: int = 16 << 30,
        precision: Precision = "float32",
    ) -> None:
        self.folder, self.front, self.view, self.views = folder, front, view, views
        self.cap_bytes, self.precision, self.notice = cap_bytes, precision, ""
        about = f"{front_key(front)} {key} {precision}"
        self.key = hashlib.sha256(about.encode()).hexdigest()[:16]
        self._pooled: dict[Path, NDArray[np.float32]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, path: Path, view: int) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
        """Maps (T, 2, C, H, W), read from the disk as they are indexed, and pooled (T, n).

        Raises UnreadableVideo.
        """
        stored = self._file(path, view)
        if not stored.exists():
            maps, pooled = self._compute(path, view)
            if not self._room_for(maps.nbytes + pooled.nbytes):
                return maps, pooled
            _write(stored.with_suffix(".pooled.npy"), pooled)
            _write(stored, maps)
        if stored not in self._pooled:
            self._pooled[stored] = np.load(stored.with_suffix(".pooled.npy"))
        return np.load(stored, mmap_mode="r"), self._pooled[stored]

    def steps(self, path: Path) -> int:
        """Steps of the clip, whichever its view."""
        for view in (0, WHOLE):
            pooled = self._file(path, view).with_suffix(".pooled.npy")
            if pooled.exists():
                return len(np.load(pooled, mmap_mode="r"))
        return len(self.view(path, WHOLE)[0])

    def _file(self, path: Path, view: int) -> Path:
        stat = path.stat()
        clip = hashlib.sha256(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode())
        return self.folder / f"{clip.hexdigest()[:24]}-{view}-{self.key}.npy"

    @torch.inference_mode()
    def _compute(self, path: Path, view: int) -> tuple[Any, Any]:
        device = next(self.front.parameters()).device
        rgb, flow = (torch.from_numpy(images) for images in self.view(path, view))
        rows = []
        for start in range(0, len(rgb), PART):
            part = slice(start, start + PART)
            with torch.autocast(device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
                x_s, x_t = self.front.maps(rgb[part].to(device), flow[part].to(device))
            x_s, x_t = x_s.float(), x_t.float()
            pooled = self.front.pool(x_s, x_t)
            rows.append((torch.stack([x_s, x_t], 1).half().cpu(), pooled.cpu()))
        maps, pooled_rows = (torch.cat(column).numpy() for column in zip(*rows, strict=True))
        return maps, pooled_rows

    def _room_for(self, wanted: int) -> bool:
        """Whether so many bytes fit, after files of other keys have gone, oldest first."""
        files = [(file, file.stat()) for file in self.folder.glob("*.npy")]
        used = sum(stat.st_size for _, stat in files)
        others = [(f, s) for f, s in files if self.key not in f.name]
        for file, stat in sorted(others, key=lambda pair: pair[1].st_mtime):
            if used + wanted <= self.cap_bytes:
                break
            file.unlink(missing_ok=True)
            used -= stat.st_size
        fits = used + wanted <= self.cap_bytes
        if not fits and not self.notice:
            self.notice = (
                f"the maps of all clips need more than {self.cap_bytes / 1e9:.1f} GB: those of the "
                "rest are computed again each time (--cache-gb raises the cap)"
            )
        return fits


def _write(path: Path, array: NDArray[Any]) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.save(file, array)
    partial.replace(path)
