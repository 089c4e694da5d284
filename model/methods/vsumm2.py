"""VSUMM2 (de Avila et al., 2011): VSUMM without the small clusters."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.methods.vsumm1 import VSUMM1
from model.types import Flags, Indices


@dataclass(frozen=True)
class VSUMM2(VSUMM1):
    """VSUMM1 without its small clusters: keyframes only from those of more than half the mean size.

    de Avila et al., "VSUMM: A mechanism designed to produce static video summaries and a novel
    evaluation method" (Pattern Recognition Letters 32, 2011). Samples, number of clusters, k-means
    and near duplicates are those of `vsumm1`, and so is what had to be reconstructed. A cluster
    of no more than half as many frames as the clusters have on average is none of the summary's:
    what is shown briefly is left out.

    Keyframes: one for each such cluster, without near duplicates. A wanted number K raises the
    number of clusters until K are large enough and takes the K largest; of a short clip 2 K
    evenly spaced frames are clustered. Where that finds fewer, the frames of the largest steps
    away from them are added.
    """

    name: ClassVar[str] = "vsumm2"
    title: ClassVar[str] = "VSUMM2"

    def key(self, size_C: Indices) -> Flags:
        """Which clusters, of these sizes, have a keyframe: those above half the mean."""
        return np.asarray(size_C > size_C.mean() / 2, np.bool_)
