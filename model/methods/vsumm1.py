"""VSUMM (de Avila et al., 2011): k-means on hue histograms, a keyframe for each cluster."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart
from model.methods.kmeans import kmeans
from model.methods.sampling import (
    closest,
    different,
    held,
    manhattan,
    meaningful,
    rows,
    sampled,
    to_previous,
    unchanged,
)
from model.types import Curve, Flags, Floats, Indices

ATTEMPTS = 20  # numbers of clusters tried to find as many keyframes as are wanted


def hues(colours_ND: Floats) -> Floats:
    """The 16 hues of joint colour histograms, (N, 16); alike where no pixel's hue differs."""
    return np.asarray(np.round(colours_ND.reshape(-1, 16, 16).sum(2), 6), np.float64)


@dataclass(frozen=True)
class VSUMM1(Method):
    """One frame a second, clustered by hue; the frame nearest to the centre of each cluster.

    de Avila et al., "VSUMM: A mechanism designed to produce static video summaries and a novel
    evaluation method" (Pattern Recognition Letters 32, 2011). One frame a second is described by
    its hue histogram of 16 bins; frames nearly of one colour are left out. Each step between
    neighbours of more than `tau` adds a cluster to the first. k-means starts from the frames dealt
    to the clusters in order of time. The frame nearest to each centroid is a keyframe; those closer
    than `tau` to an earlier one are dropped. The paper's text was not at hand: the steps come from
    descriptions of it and from the C++ and Python of susilvaalmeida/automatic-video-summarization
    on GitHub, a dissertation's. These differ in the distance that `tau` bounds; here it is the sum
    of absolute differences of histograms that sum to 1, as in the authors' evaluation with the same
    0.5. Under the Euclidean distance, which descriptions name, 0.5 gives far fewer keyframes than
    the authors published for Open Video clips. `contrast` is our choice, as the original says only
    that the deviation within such a frame is near 0. The score of a keyframe is its cluster's share
    of the sampled frames. A clip of a few seconds gives a few samples only.

    Keyframes: one for each cluster, without near duplicates. A wanted number K is the number of
    clusters, and no keyframe is dropped; of a short clip 2 K evenly spaced frames are clustered.
    Where there are fewer different frames, those of the largest steps away from them are added.
    """

    name: ClassVar[str] = "vsumm1"
    title: ClassVar[str] = "VSUMM1"
    needs: ClassVar[frozenset[str]] = frozenset({"colours", "quality"})

    rate: float = parameter(1.0, "Frames sampled per second.", low=0.01, high=60.0)
    tau: float = parameter(0.5, "Hue histograms closer than this are alike.", low=0.0, high=2.0)
    contrast: float = parameter(
        0.02, "Frames of less contrast are left out, of 1.", low=0.0, high=1.0
    )

    def select(self, features: Features, k: int | None) -> Selection:
        """The frame nearest to the centroid of each cluster."""
        T = features.T
        at_N = sampled(features.times_T, self.rate, k)
        at_N, notices = meaningful(features, at_N, self.contrast)
        x_ND = hues(rows(features, "colours", at_N))
        step_N = to_previous(x_ND, manhattan)
        step_T = held(at_N, step_N, T)
        if k is None:
            clusters = 1 + int((step_N > self.tau).sum())
            chosen_K, share_N = self._nearest(x_ND, clusters)
            found = len(chosen_K)
            chosen_K = different(x_ND, chosen_K, self.tau, manhattan)
            notices.append(f"Clusters: {clusters}; keyframes: {found}.")
            if len(chosen_K) < found:
                notices.append(f"Near duplicates dropped: {found - len(chosen_K)}.")
        else:
            chosen_K, share_N = self._as_many(x_ND, k)
            if len(chosen_K) < k:
                notices.append(f"Clusters: {len(chosen_K)}; frames added: {k - len(chosen_K)}.")
        K = k or len(chosen_K)
        notices += unchanged(features, at_N, bool(step_N.any()), "The hues", K)
        index_K = at_N[chosen_K]
        if k is not None:
            index_K = fill_apart(step_T, index_K, k)
        curve = Curve(features.times_T, step_T, "step in hue to the sample before", "", self.tau)
        return Selection(index_K, held(at_N, share_N, T)[index_K], {"step": curve}, tuple(notices))

    def key(self, size_C: Indices) -> Flags:
        """Which clusters, of these sizes, have a keyframe: all."""
        return np.ones(len(size_C), np.bool_)

    def _nearest(self, x_ND: Floats, clusters: int) -> tuple[Indices, Floats]:
        """The row nearest to each key cluster's centroid, sorted, and each row's share, (N,)."""
        label_N, apart_N = kmeans(x_ND, clusters)
        size_C = np.bincount(label_N)
        members = (np.flatnonzero(label_N == c) for c in np.flatnonzero(self.key(size_C)))
        chosen = [int(member_I[closest(apart_N[member_I])]) for member_I in members]
        return np.array(sorted(chosen), np.int64), size_C[label_N] / len(x_ND)

    def _as_many(self, x_ND: Floats, k: int) -> tuple[Indices, Floats]:
        """k rows, or as many as there are, from as many clusters as that takes."""
        clusters = k
        chosen_K, share_N = self._nearest(x_ND, clusters)
        for _ in range(ATTEMPTS):
            if len(chosen_K) >= k or clusters >= len(x_ND):
                break
            clusters += k - len(chosen_K)
            chosen_K, share_N = self._nearest(x_ND, clusters)
        largest = np.argsort(-share_N[chosen_K], kind="stable")[:k]
        return np.sort(chosen_K[largest]), share_N
