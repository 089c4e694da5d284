"""KTS (Potapov et al., ECCV 2014): kernel temporal segmentation, and each segment's medoid."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.changes import ROUNDING, best_partitions, boundaries, penalised, scatters
from model.methods.filling import fill_apart, midpoints
from model.methods.sampling import closest
from model.types import Curve, Floats, Indices

BLOCK = 4096  # frames measured at once: the memory beside the descriptor stays small


@dataclass(frozen=True)
class KTS(Method):
    """Segments of least scatter, their number by a penalty; from each the most typical frame.

    Potapov et al., "Category-specific video summarization" (ECCV 2014). Dynamic programming finds,
    for each number m of change points, the segments whose frames lie closest to their own mean; m
    minimises scatter / N + `penalty` m / (2 N) (ln(N / m) + 1), in the form of the authors' code.
    The paper describes frames by Fisher vectors of local features. Here they are the square roots
    of a 256-bin colour histogram, which have length 1, under the linear kernel, and `penalty` keeps
    the 1 of the re-implementation in li-plus/DSNet on GitHub. The method ends with segments; as the
    paper behind this program compares frames, the keyframe of a segment is its medoid, the frame
    closest to the mean about which the scatter is measured; of equally close frames, the one
    nearest to the middle. The score of a keyframe is its segment's share of the clip. Above
    `samples` frames, the middles of as many equal parts stand for the clip: time grows with their
    third power.

    Keyframes: one for each segment. A wanted number K takes the optimal segmentation into K,
    whatever the penalty; where K exceeds the samples, the frames farthest from their segment's mean
    are added.
    """

    name: ClassVar[str] = "kts"
    title: ClassVar[str] = "KTS"
    needs: ClassVar[frozenset[str]] = frozenset({"colours"})

    penalty: float = parameter(1.0, "How much a further segment costs.", low=0.0, high=100.0)
    samples: int = parameter(600, "Frames that are segmented, at most.", low=2, high=1000)

    def select(self, features: Features, k: int | None) -> Selection:
        """The medoid of each segment."""
        share_TD = np.asarray(features.descriptors["colours"], np.float32)  # x squared
        T, N = features.T, min(self.samples, features.T)
        at_N = midpoints(T, N)
        x_ND = np.sqrt(share_TD[at_N]).astype(np.float64)
        total_M, start_MP = best_partitions(scatters(x_ND), (N if k is None else min(k, N)) - 1)
        cost_M = penalised(total_M, N, self.penalty)
        m = int((cost_M <= cost_M.min() + ROUNDING).argmax()) if k is None else len(total_M) - 1
        cuts_B = boundaries(start_MP, m)
        index_K = at_N[medoids(x_ND, cuts_B)]
        first_B = np.append(0, (at_N[cuts_B[1:-1] - 1] + at_N[cuts_B[1:-1]] + 1) // 2)
        segment_T = np.searchsorted(first_B, np.arange(T), side="right") - 1
        apart_T = _apart(share_TD, np.append(first_B, T))
        if k is not None:
            index_K = fill_apart(apart_T, index_K, k)
        share_K = (np.bincount(segment_T) / T)[segment_T[index_K]]
        curves = {
            "scatter": Curve(features.times_T, apart_T, "distance² to the segment's mean", "of 2"),
            "change": Curve(
                features.times_T, _changes(share_TD), "distance² to the frame before", "of 2"
            ),
        }
        return Selection(index_K, share_K, curves, _notices(float(total_M[0]), m, N, T, k))


def medoids(x_ND: Floats, cuts_B: Indices) -> Indices:
    """The sample of each segment closest to its mean; of equally close ones the middle-most."""
    found = []
    for a, b in pairwise(cuts_B.tolist()):
        x_ID = x_ND[a:b]
        apart_I = np.square(x_ID - x_ID.mean(axis=0)).sum(axis=1)
        found.append(a + closest(apart_I))
    return np.array(found, np.int64)


def _apart(share_TD: NDArray[np.float32], cuts_B: Indices) -> Floats:
    """Squared distance of each frame to the mean of its segment's frames, (T,)."""
    parts = []
    for a, b in pairwise(cuts_B.tolist()):
        blocks = [share_TD[c : min(b, c + BLOCK)] for c in range(a, b, BLOCK)]
        sums = [np.sqrt(block_ID).sum(axis=0, dtype=np.float64) for block_ID in blocks]
        mean_D = np.sum(sums, axis=0) / (b - a)
        parts += [np.square(np.sqrt(block_ID) - mean_D).sum(axis=1) for block_ID in blocks]
    apart_T = np.concatenate(parts)
    return np.where(apart_T < ROUNDING, 0.0, apart_T)


def _changes(share_TD: NDArray[np.float32]) -> Floats:
    """Squared distance of each frame to the one before, (T,), 0 for the first."""
    starts = range(0, len(share_TD) - 1, BLOCK)
    blocks = (np.sqrt(share_TD[a : a + BLOCK + 1]) for a in starts)
    parts = [np.square(np.diff(x_ID, axis=0)).sum(axis=1) for x_ID in blocks]
    return np.concatenate([np.zeros(1), *parts]).astype(np.float64)


def _notices(scatter: float, m: int, N: int, T: int, k: int | None) -> tuple[str, ...]:
    notices = []
    if N < T:
        notices.append(f"{N} of {T} frames are segmented.")
    if N > 1 and scatter == 0:
        how = "the middle frame of one segment stands for the clip"
        if k is not None and k > 1:
            how = f"one segmentation into {k} is as good as another"
        where = "" if N == T else " between the frames looked at"
        notices.append(f"The colours never change{where}: {how}.")
    elif k is None and m == 0 and N > 1:
        notices.append("One segment: no cut saves as much scatter as it costs.")
    if k is not None and k > m + 1:
        notices.append(f"{m + 1} segments of one sample, and {k - m - 1} frames far from a mean.")
    return tuple(notices)
