"""DT (Mundur et al., 2006): clusters of frames by Delaunay triangulation of their colours."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.delaunay import clusters, principal
from model.methods.filling import fill_apart
from model.methods.sampling import closest, held, rows, sampled, unchanged
from model.types import Curve, Floats, Indices

SHAPE = {1: "lie on a line", 2: "lie in a plane"}


@dataclass(frozen=True)
class DT(Method):
    """Clusters that long edges of a Delaunay triangulation separate; the frame nearest each centre.

    Mundur et al., "Keyframe-based video summarization using Delaunay clustering" (International
    Journal on Digital Libraries 6, 2006). HSV histograms of 256 bins become points in their first
    principal components. Edges longer than the mean at one of their ends plus the deviation at a
    point, averaged over all points, separate clusters; what stays connected is one. The number of
    clusters needs no setting. The frame nearest to the mean of a cluster's points is a keyframe;
    its score is the cluster's share of the sampled frames. The paper's text was not at hand: the
    rule comes from descriptions of it. How many frames it samples and how many components it keeps
    are not certain: three frames a second stand for every tenth of 30, and two or three components
    are kept, as a triangulation's size grows steeply with more; with either it finds fewer clusters
    than the authors published for half of the Open Video clips, by which two were chosen. Where
    frames differ along fewer components, they are triangulated in those, on a line if need be, and
    a notice says so.

    Keyframes: one for each cluster. A wanted number K takes the K largest clusters; of a short clip
    2 K evenly spaced frames are clustered. Where there are fewer clusters, the frames farthest
    from their cluster's mean and away from the others are added.
    """

    name: ClassVar[str] = "dt"
    title: ClassVar[str] = "Delaunay clustering (DT)"
    needs: ClassVar[frozenset[str]] = frozenset({"colours"})

    rate: float = parameter(3.0, "Frames sampled per second.", low=0.01, high=60.0)
    components: int = parameter(2, "Principal components kept, at most.", low=2, high=3)

    def select(self, features: Features, k: int | None) -> Selection:
        """The frame nearest to the mean of each cluster."""
        T = features.T
        at_N = sampled(features.times_T, self.rate, k)
        point_Nd = principal(rows(features, "colours", at_N), self.components)
        point_Pd, of_N = np.unique(point_Nd, axis=0, return_inverse=True)
        label_P, length_P, d = clusters(point_Pd)
        label_N = label_P[of_N]
        chosen_C, apart_N = _nearest(point_Nd, label_N)
        share_C = np.bincount(label_N) / len(at_N)
        largest = np.argsort(-share_C, kind="stable")[:k]
        index_K = np.sort(at_N[chosen_C[largest]])
        notices = _notices(len(at_N), T, len(point_Pd), d, self.components, len(share_C), k)
        notices += unchanged(features, at_N, d > 0, "The colours", k or len(index_K))
        apart_T = held(at_N, apart_N, T)
        if k is not None:
            index_K = fill_apart(apart_T, index_K, k)
        length_T = held(at_N, length_P[of_N], T)
        curves = {
            "apart": Curve(features.times_T, apart_T, "distance to the cluster's mean"),
            "edges": Curve(features.times_T, length_T, "mean length of a frame's edges"),
        }
        return Selection(index_K, held(at_N, share_C[label_N], T)[index_K], curves, tuple(notices))


def _nearest(point_Nd: Floats, label_N: Indices) -> tuple[Indices, Floats]:
    """The row nearest to the mean of each cluster, (C,), and each row's distance to it, (N,)."""
    chosen, apart_N = [], np.empty(len(point_Nd))
    order_N = np.argsort(label_N, kind="stable")
    for member_I in np.split(order_N, np.cumsum(np.bincount(label_N))[:-1]):
        point_Id = point_Nd[member_I]
        apart_N[member_I] = np.linalg.norm(point_Id - point_Id.mean(axis=0), axis=1)
        chosen.append(int(member_I[closest(apart_N[member_I])]))
    return np.array(chosen, np.int64), apart_N


def _notices(
    N: int, T: int, P: int, d: int, components: int, found: int, k: int | None
) -> list[str]:
    notices = [f"{N} of {T} frames are sampled."] if N < T else []
    if 0 < d < components:
        notices.append(f"The colours of {P} different frames {SHAPE[d]}.")
    notices.append(f"Clusters: {found}.")
    if k is not None and k > found:
        notices.append(f"{k - found} frames far from their cluster's mean are added.")
    return notices
