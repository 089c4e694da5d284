"""STIMO (Furini et al., 2010): furthest-point-first clusters of colours, and their medoids."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart
from model.methods.sampling import (
    ROUNDING,
    closest,
    held,
    meaningful,
    rows,
    sampled,
    to_previous,
    unchanged,
)
from model.types import Curve, Floats, Indices


@dataclass(frozen=True)
class STIMO(Method):
    """Frames clustered by colour around points far from each other; the medoid of each cluster.

    Furini et al., "STIMO: STIll and MOving video storyboard for the web scenario" (Multimedia Tools
    and Applications 46, 2010). Frames are described by HSV histograms of 256 bins and compared by
    the generalised Jaccard distance, 1 - sum of minima / sum of maxima. Each step between
    neighbours of more than `tau` adds a cluster to the first. Furthest-point-first makes the frame
    farthest from all centres the next centre and gives each frame to its closest. The medoid is
    that of the authors' clustering: the frame midway between two that lie far apart in the
    cluster. The paper's text was not at hand: the steps come from descriptions of it and of the
    clustering. Its threshold is a statistical one; here `tau` is set so that, on half of the Open
    Video clips, about as many keyframes result as the authors published. `rate` and `contrast`,
    below which a frame counts as meaningless, are our choice. The first centre, any frame in the
    original, is the first frame, so that no chance is involved. The score of a keyframe is its
    cluster's share of the sampled frames.

    Keyframes: one for each cluster. A wanted number K is the number of clusters; of a short clip
    2 K evenly spaced frames are clustered. Where there are fewer different frames, those of the
    largest steps away from them are added.
    """

    name: ClassVar[str] = "stimo"
    title: ClassVar[str] = "STIMO"
    needs: ClassVar[frozenset[str]] = frozenset({"colours", "quality"})

    rate: float = parameter(1.0, "Frames sampled per second.", low=0.01, high=60.0)
    tau: float = parameter(0.75, "A step above this adds a cluster.", low=0.0, high=1.0)
    contrast: float = parameter(
        0.02, "Frames of less contrast are left out, of 1.", low=0.0, high=1.0
    )

    def select(self, features: Features, k: int | None) -> Selection:
        """The medoid of each cluster."""
        T = features.T
        at_N = sampled(features.times_T, self.rate, k)
        at_N, notices = meaningful(features, at_N, self.contrast)
        x_ND = rows(features, "colours", at_N)
        step_N = to_previous(x_ND, jaccard)
        step_T = held(at_N, step_N, T)
        clusters = 1 + int((step_N > self.tau).sum()) if k is None else k
        centre_C, label_N = furthest_point_first(x_ND, clusters)
        members = [np.flatnonzero(label_N == c) for c in range(len(centre_C))]
        chosen = [medoid(x_ND, member_I, c) for member_I, c in zip(members, centre_C, strict=True)]
        index_K = at_N[np.sort(np.array(chosen, np.int64))]
        more = "; no more frames differ." if len(index_K) < clusters else "."
        notices.append(f"Clusters: {len(index_K)}{more}")
        differ, K = bool(step_N.max() > ROUNDING), k or len(index_K)
        notices += unchanged(features, at_N, differ, "The colours", K)
        if k is not None:
            index_K = fill_apart(step_T, index_K, k)
        share_N = (np.bincount(label_N) / len(at_N))[label_N]
        curve = Curve(features.times_T, step_T, "step in colour to the sample before", "", self.tau)
        return Selection(index_K, held(at_N, share_N, T)[index_K], {"step": curve}, tuple(notices))


def jaccard(x_ND: Floats, y_D: Floats) -> Floats:
    """The generalised Jaccard distance of each row, (N,): 0 for equal, 1 for nothing in common."""
    least_N = np.minimum(x_ND, y_D).sum(axis=1)
    most_N = x_ND.sum(axis=1) + y_D.sum() - least_N
    return np.asarray(np.maximum(1 - least_N / most_N, 0), np.float64)


def furthest_point_first(x_ND: Floats, k: int) -> tuple[list[int], Indices]:
    """At most k centres, the first row and each time the row farthest from all; whose each row is.

    Ends early when every row equals a centre. Within twice the least radius that k centres allow.
    """
    centres = [0]
    label_N = np.zeros(len(x_ND), np.int64)
    apart_N = jaccard(x_ND, x_ND[0])
    while len(centres) < k and apart_N.max() > ROUNDING:
        centres.append(int(apart_N.argmax()))
        new_N = jaccard(x_ND, x_ND[centres[-1]])
        closer_N = new_N < apart_N
        label_N[closer_N] = len(centres) - 1
        apart_N = np.minimum(apart_N, new_N)
    return centres, label_N


def medoid(x_ND: Floats, member_I: Indices, centre: int) -> int:
    """The member midway between a, the farthest from the centre, and b, the farthest from a.

    It minimises |d(a, x) - d(b, x)| + |d(a, x) + d(b, x) - d(a, b)|.
    """
    x_ID = x_ND[member_I]
    a = int(jaccard(x_ID, x_ND[centre]).argmax())
    from_a_I = jaccard(x_ID, x_ID[a])
    b = int(from_a_I.argmax())
    from_b_I = jaccard(x_ID, x_ID[b])
    uneven_I = np.abs(from_a_I - from_b_I) + np.abs(from_a_I + from_b_I - from_a_I[b])
    return int(member_I[closest(uneven_I)])
