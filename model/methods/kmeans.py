"""k-means as VSUMM starts it: the frames dealt to the clusters in order of time."""

import warnings

import numpy as np

from model.types import Floats, Indices


def kmeans(x_ND: Floats, k: int) -> tuple[Indices, Floats]:
    """The cluster of each row, (N,), from 0 without a gap, and its distance to the centroid, (N,).

    The first N / k rows start in the first cluster, and so on: no chance is involved. There are as
    many clusters as different rows, at most.
    """
    from sklearn.cluster import KMeans  # a second to import: not when the program starts
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    k = min(k, len(np.unique(x_ND, axis=0)))
    starts_k = np.arange(k) * len(x_ND) // k
    size_k = np.diff(np.append(starts_k, len(x_ND)))
    means_kD = np.add.reduceat(x_ND, starts_k, axis=0) / size_k[:, None]
    with threadpool_limits(1), warnings.catch_warnings():  # one thread: always the same sums
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(k, init=means_kD, n_init=1).fit(x_ND)
    apart_N = np.linalg.norm(x_ND - found.cluster_centers_[found.labels_], axis=1)
    label_N = np.unique(found.labels_, return_inverse=True)[1]
    return label_N.astype(np.int64), np.asarray(apart_N, np.float64)
