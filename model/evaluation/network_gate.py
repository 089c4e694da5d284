"""The gate of an RTSAE-DSCNN over clips, for measuring where it opens."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model.datasets.types import Fault
from model.datasets.verify import Progress
from model.networks import recognition_checkpoint
from model.networks.device import Precision
from model.networks.dscnn import RTSAEDSCNN
from model.networks.rtsae import attention_scores, hard
from model.recognisers.rtsae_dscnn import MOST_STEPS, RTSAEDSCNNRecogniser
from model.training.clips import ClipCache
from model.training.sources import MapStore
from model.training.views import WHOLE, Views
from model.types import Floats, FrameScores, Indices

CACHE_BYTES = 32 << 30
THRESHOLD = 0.5  # equation 14


class NetworkGate:
    """The gate of the checkpoint at `weights`; decoded steps and maps are kept in `cache`, where
    other measurements of the same network in this precision of its front find them. Raises
    InvalidCheckpoint."""

    def __init__(
        self, weights: Path, cache: Path, device: str = "cpu", precision: Precision = "float32"
    ) -> None:
        self.network = RTSAEDSCNNRecogniser.load(weights, device).network
        card = recognition_checkpoint.read(weights).card
        recipe = self.network.front.recipe
        self._clips = ClipCache(
            cache / "steps",
            recipe=recipe,
            side=recipe.size,
            max_steps=int(card.get("max_steps", MOST_STEPS)),
            cap_bytes=CACHE_BYTES,
        )
        views = Views(self._clips, recipe.size)
        # no other network has the maps of a front that was trained: they are used once
        kept = card.get("frozen_front", True)
        folder, cap = (cache / "maps", CACHE_BYTES) if kept else (cache / "no-maps", 0)
        self._maps = MapStore(
            folder, self.network.front, views, views.key, cap_bytes=cap, precision=precision
        )

    def fill(
        self, paths: Iterable[Path], jobs: int | None = None, tell: Progress | None = None
    ) -> list[Fault]:
        """Decode what is not there yet, `jobs` clips at a time; the clips that cannot be used."""
        return self._clips.fill(paths, jobs=jobs, on_progress=tell)

    def scores(self, path: Path) -> FrameScores:
        """phi_t, a_t and what opens. Raises UnreadableVideo."""
        images = self._clips.get(path)
        _, pooled_Tn = self._maps.get(path, WHOLE)
        return gate_scores(self.network, pooled_Tn, images.index_T, images.time_T)


@torch.inference_mode()
def gate_scores(
    network: RTSAEDSCNN,
    pooled_Tn: NDArray[np.float32],
    index_T: Indices,
    time_T: Floats,
) -> FrameScores:
    """The gate's scores from pooled features of T steps; open are the steps that the network lets
    through."""
    x_TD = network.front.standardise(torch.from_numpy(pooled_Tn).to(_device(network)))
    trace = network.gates(x_TD[None], hard(THRESHOLD))
    phi_T = attention_scores(trace.o_NTH.double())[0].cpu().numpy()
    gate_T = trace.gate_NT[0].double().cpu().numpy()
    open_T = network.open_steps(x_TD, THRESHOLD).cpu().numpy()
    return FrameScores(index_T, time_T, phi_T, gate_T, open_T, THRESHOLD)


def _device(network: RTSAEDSCNN) -> torch.device:
    return next(network.parameters()).device
