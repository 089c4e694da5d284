"""Delaunay clustering of points: long edges of the triangulation are cut, what remains connected
is a cluster (Mundur et al. 2006).

Shape legend: N rows of D bins, P different points of d dimensions, E edges.
"""

from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, QhullError

from model.types import Flags, Floats, Indices

ROUNDING = 1e-9  # spreads and lengths below this are rounding
FLAT = 1e-6  # a component of less than this share of the first one's spread is no dimension


def principal(x_ND: Floats, dimensions: int) -> Floats:
    """The rows in their first principal components, (N, d): fewer where the rest does not vary."""
    centred_ND = x_ND - x_ND.mean(axis=0)
    variance_D, axes_DD = np.linalg.eigh(centred_ND.T @ centred_ND / len(x_ND))
    spread_D = np.sqrt(np.maximum(variance_D[::-1], 0))
    wide = int((spread_D > max(ROUNDING, FLAT * float(spread_D[0]))).sum())
    first_Dd = axes_DD[:, ::-1][:, : min(dimensions, wide)]
    return np.asarray(np.round(centred_ND @ first_Dd, 9), np.float64)


def triangulation(point_Pd: Floats) -> tuple[Indices, int]:
    """The edges of the Delaunay triangulation of different points, (E, 2), and its dimensions.

    On a line the edges join neighbours. Points too flat for their dimensions lose the last one.
    """
    P, d = point_Pd.shape
    if P < 2 or d == 0:
        return np.empty((0, 2), np.int64), 0
    if d == 1:
        order_P = np.argsort(point_Pd[:, 0], kind="stable")
        return np.stack([order_P[:-1], order_P[1:]], axis=1), 1
    try:
        found = Delaunay(point_Pd) if d < P else None
    except QhullError:
        found = None
    if found is None:
        return triangulation(point_Pd[:, :-1])
    sides = [found.simplices[:, pair] for pair in combinations(range(d + 1), 2)]
    left_out = found.coplanar[:, [0, 2]]  # points that are no corner, and the nearest that is
    edge_E2 = np.sort(np.concatenate([*sides, left_out]), axis=1)
    return np.unique(edge_E2, axis=0).astype(np.int64), d


def separating(edge_E2: Indices, length_E: Floats, P: int) -> Flags:
    """Which edges are longer than the mean at one of their ends plus the mean deviation, (E,).

    The mean and the deviation at a point are those of its edges' lengths; the deviations are
    averaged over all points.
    """
    end_F, length_F = edge_E2.T.ravel(), np.tile(length_E, 2)
    degree_P = np.maximum(np.bincount(end_F, minlength=P), 1)
    mean_P = np.bincount(end_F, length_F, minlength=P) / degree_P
    square_P = np.bincount(end_F, (length_F - mean_P[end_F]) ** 2, minlength=P) / degree_P
    limit_P = mean_P + np.sqrt(square_P).mean()
    return np.asarray(length_E > limit_P[edge_E2].min(axis=1) + ROUNDING, np.bool_)


def clusters(point_Pd: Floats) -> tuple[Indices, Floats, int]:
    """The cluster of each point, the mean length of its edges, both (P,), and the dimensions."""
    P = len(point_Pd)
    edge_E2, d = triangulation(point_Pd)
    length_E = np.linalg.norm(point_Pd[edge_E2[:, 0]] - point_Pd[edge_E2[:, 1]], axis=1)
    kept_F2 = edge_E2[~separating(edge_E2, length_E, P)]
    graph = coo_array((np.ones(len(kept_F2)), (kept_F2[:, 0], kept_F2[:, 1])), shape=(P, P))
    label_P = connected_components(graph, directed=False)[1]
    end_F = edge_E2.T.ravel()
    degree_P = np.maximum(np.bincount(end_F, minlength=P), 1)
    mean_P = np.bincount(end_F, np.tile(length_E, 2), minlength=P) / degree_P
    return np.asarray(label_P, np.int64), np.asarray(mean_P, np.float64), d
