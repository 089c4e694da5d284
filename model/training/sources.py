"""Where the examples of stages 1 and 3 come from: maps kept on disk, or images through the front.

Shape legend: M picked steps of any clips, T steps of a clip, C channels, H W pixels, n = width of
the pooled features. With a frozen front the maps before the gate never change: they are computed
once for each view (crop) of a clip and kept as float16, two streams side by side.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.networks.device import Precision
from model.networks.dscnn import RTSAEDSCNN
from model.networks.frontend import FrontEnd
from model.training.features import front_key
from model.training.mapped import MappedFolder
from model.training.views import WHOLE

PART = 32  # frames that pass the front at once
Maps = tuple[Tensor, Tensor, Tensor]  # x_s, x_t (M, C, H, W) and pooled (M, n)


class View(Protocol):
    """The images of a clip's steps, cut out: (T, H, W, 3) uint8 each."""

    def __call__(self, path: Path, view: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...


class Images(Protocol):
    """The images of some steps of a clip, cut out: (M, H, W, 3) uint8 each."""

    def __call__(
        self, path: Path, view: int, step_M: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...


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
        self, paths: Sequence[Path], length_N: Sequence[int], images: Images, views: int
    ) -> None:
        self.paths, self.length_N, self.images, self.views = paths, length_N, images, views

    def read(self, network: RTSAEDSCNN, picks: Sequence[Pick]) -> Maps:
        """See Source."""
        device = next(network.parameters()).device
        rows = [self.images(self.paths[pick.clip], pick.view, pick.step_T) for pick in picks]
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

    `key` names what they depend on beside the clip. `precision` is that of the front while it
    computes; they are kept in half precision anyway.
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
        self.front, self.view, self.views, self.precision = front, view, views, precision
        about = f"{front_key(front)} {key} {precision}"
        key = hashlib.sha256(about.encode()).hexdigest()[:16]
        self.kept = MappedFolder(folder, key, cap_bytes, "maps")

    def get(self, path: Path, view: int) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
        """Maps (T, 2, C, H, W), read from the disk as they are indexed, and pooled (T, n).

        Raises UnreadableVideo.
        """
        maps, pooled = self.kept.open(path, f"{view}"), self.kept.open(path, f"{view}.pooled")
        if maps is None or pooled is None:
            maps, pooled = self._compute(path, view)
            self.kept.keep(path, {f"{view}.pooled": pooled, f"{view}": maps})
        return maps, np.array(pooled)

    def steps(self, path: Path) -> int:
        """Steps of the clip, whichever its view."""
        for view in (0, WHOLE):
            pooled = self.kept.open(path, f"{view}.pooled")
            if pooled is not None:
                return len(pooled)
        return len(self.view(path, WHOLE)[0])

    @torch.inference_mode()
    def _compute(self, path: Path, view: int) -> tuple[Any, Any]:
        device = next(self.front.parameters()).device
        rgb, flow = (torch.from_numpy(images) for images in self.view(path, view))
        rows = []
        for start in range(0, len(rgb), PART):
            part = slice(start, start + PART)
            images = rgb[part].to(device), flow[part].to(device)
            x_s, x_t = self.front.maps_in(self.precision, *images)
            pooled = self.front.pool(x_s, x_t)
            rows.append((torch.stack([x_s, x_t], 1).half().cpu(), pooled.cpu()))
        maps, pooled_rows = (torch.cat(column).numpy() for column in zip(*rows, strict=True))
        return maps, pooled_rows
