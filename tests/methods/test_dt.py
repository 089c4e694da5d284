"""DT: the rule by hand, known clusters, and points that span no plane."""

from itertools import combinations

import numpy as np
import pytest

from model.features.types import Features
from model.methods.delaunay import clusters, principal, separating, triangulation
from model.methods.dt import DT


def clip(rows_ND, fps=3.0):
    """A clip whose every frame is sampled."""
    return Features(np.arange(len(rows_ND)) / fps, {"colours": np.asarray(rows_ND, np.float32)})


def blobs(sizes, spread=0.02, seed=0, dimensions=2):
    """Histograms around one point a blob, varying in a few bins."""
    random = np.random.default_rng(seed)
    rows = []
    for blob, size in enumerate(sizes):
        row_ND = np.zeros((size, 256))
        row_ND[:, 10 * blob] = 1
        row_ND[:, 250 : 250 + dimensions] = random.normal(scale=spread, size=(size, dimensions))
        rows.append(row_ND)
    return np.concatenate(rows)


def test_the_edges_of_a_square_and_its_centre():
    points = np.array([[0.0, 0], [2, 0], [0, 2], [2, 2], [1, 1]])
    edge_E2, d = triangulation(points)
    assert d == 2
    assert {tuple(edge) for edge in edge_E2.tolist()} == {
        (0, 1), (0, 2), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4),
    }  # fmt: skip


def test_long_edges_separate_by_hand():
    """Four points on a line, 1 and 5 and 1 apart: at the inner ones the mean is 3, the deviation 2;
    averaged with none at the outer ones 1, so that edges above 4 are cut."""
    edge_E2 = np.array([[0, 1], [1, 2], [2, 3]])
    assert separating(edge_E2, np.array([1.0, 5, 1]), 4).tolist() == [False, True, False]
    assert not separating(edge_E2, np.array([1.0, 1, 1]), 4).any()
    assert not separating(edge_E2[:1], np.array([7.0]), 2).any()


@pytest.mark.parametrize("seed", range(4))
def test_every_triangle_has_an_empty_circle(seed):
    """What makes a triangulation Delaunay's: no point lies in the circle through three."""
    points = np.random.default_rng(seed).random((12, 2))
    edges = {tuple(edge) for edge in triangulation(points)[0].tolist()}
    wanted = set()
    for corners in combinations(range(12), 3):
        a, b, c = points[list(corners)]
        centre = np.linalg.solve(2 * np.array([b - a, c - a]), [b @ b - a @ a, c @ c - a @ a])
        radius = np.linalg.norm(a - centre)
        if (np.linalg.norm(points - centre, axis=1) >= radius - 1e-9).all():
            wanted |= set(combinations(corners, 2))
    assert edges == wanted


@pytest.mark.parametrize("seed", range(4))
def test_separating_edges_equal_the_rule_written_out(seed):
    points = np.random.default_rng(seed).normal(size=(30, 2)) ** 3
    edge_E2, _ = triangulation(points)
    length_E = np.linalg.norm(points[edge_E2[:, 0]] - points[edge_E2[:, 1]], axis=1)
    at = [length_E[(edge_E2 == p).any(axis=1)] for p in range(30)]
    deviation = np.mean([lengths.std() for lengths in at])
    wanted = [
        any(length > at[p].mean() + deviation for p in edge)
        for edge, length in zip(edge_E2, length_E, strict=True)
    ]
    assert separating(edge_E2, length_E, 30).tolist() == wanted
    assert any(wanted)
    assert not all(wanted)


def test_known_clusters_of_points():
    random = np.random.default_rng(1)
    points = np.concatenate([random.random((60, 2)) + at for at in ([0, 0], [40, 0], [0, 40])])
    label_P, _, d = clusters(points)
    sides = [set(label_P[60 * blob : 60 * blob + 60].tolist()) for blob in range(3)]
    assert d == 2
    assert len(set.union(*sides)) == sum(len(side) for side in sides)
    assert all(np.bincount(label_P[60 * blob : 60 * blob + 60]).max() >= 50 for blob in range(3))


def test_known_clusters_of_frames():
    keyframes = DT().run(clip(blobs([40, 40, 20])), 3)
    assert np.searchsorted([40, 80], keyframes.index_K, side="right").tolist() == [0, 1, 2]


def test_components_keep_distances_and_no_more_than_vary():
    x_ND = blobs([30], spread=0.1, dimensions=2)
    point_Nd = principal(x_ND, 3)
    assert point_Nd.shape == (30, 2)
    wanted = np.linalg.norm(x_ND[:1] - x_ND, axis=1)
    np.testing.assert_allclose(np.linalg.norm(point_Nd[:1] - point_Nd, axis=1), wanted, atol=1e-6)
    assert principal(x_ND, 1).shape == (30, 1)
    assert principal(np.ones((4, 256)), 3).shape == (4, 0)


def test_points_on_a_line_are_joined_in_order():
    points = np.array([[0.0, 0], [10, 10], [1, 1], [2, 2], [11, 11], [12, 12]])
    line_P1 = principal(points, 3)
    edge_E2, d = triangulation(line_P1)
    assert d == 1
    joined = {tuple(sorted(edge)) for edge in edge_E2.tolist()}
    assert joined == {(0, 2), (2, 3), (1, 3), (1, 4), (4, 5)}
    assert len(set(clusters(line_P1)[0].tolist())) == 2


def test_flat_points_lose_a_dimension():
    flat_P3 = np.column_stack([np.random.default_rng(0).random((9, 2)), np.zeros(9)])
    assert triangulation(flat_P3)[1] == 2
    assert triangulation(flat_P3[:2])[1] == 1


@pytest.mark.parametrize("components", [2, 3])
def test_a_fade_lies_on_a_line_and_says_so(components):
    share_N1 = np.linspace(0, 1, 9)[:, None]
    rows = (1 - share_N1) * np.eye(256)[0] + share_N1 * np.eye(256)[9]
    keyframes = DT(components=components).run(clip(rows))
    assert keyframes.index_K.tolist() == [4]
    assert keyframes.notices == ("The colours of 9 different frames lie on a line.", "Clusters: 1.")


def test_a_constant_clip_says_so():
    keyframes = DT().run(clip(blobs([9], spread=0)))
    assert keyframes.index_K.tolist() == [4]
    assert "The colours never change: one frame stands for the clip." in keyframes.notices
    assert len(DT().run(clip(blobs([9], spread=0)), 4).index_K) == 4


def test_a_wanted_number_takes_the_largest_clusters():
    rows = np.concatenate([blobs([40]), blobs([1, 60])[1:]])
    clip_ = clip(rows)
    assert DT().run(clip_, 1).index_K[0] >= 40
    for k in (2, 5, 50, 100):
        assert len(DT().run(clip_, k).index_K) == k
