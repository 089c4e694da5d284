"""The rank trace against numpy's SVD, and transitions at cuts whose place is known."""

import numpy as np
import pytest

from model.methods.ranks import CHUNK, singular_ratios, transitions
from tests.histograms import products


def svd_ratios(rows_TD, N):
    """s_i / s_1 of each window, by a full SVD of rows that repeat the clip's ends."""
    T = len(rows_TD)
    ratios = []
    for end in range(T + N - 1):
        window = [rows_TD[min(max(i, 0), T - 1)] for i in range(end - N + 1, end + 1)]
        singular = np.linalg.svd(np.array(window), compute_uv=False)
        padded = np.zeros(N)
        padded[: len(singular)] = singular / singular[0]
        ratios.append(padded)
    return np.array(ratios)


@pytest.mark.parametrize(("T", "N"), [(1, 1), (2, 2), (5, 3), (30, 10), (60, 50)])
def test_ratios_equal_a_full_svd(T, N):
    rows = np.random.default_rng(T).dirichlet(np.full(40, 0.2), T)
    np.testing.assert_allclose(singular_ratios(products(rows), N), svd_ratios(rows, N), atol=2e-7)


def test_chunks_join_without_a_seam():
    rows = np.random.default_rng(0).random((CHUNK + 40, 6))
    whole = singular_ratios(products(rows), 4)
    np.testing.assert_allclose(whole[CHUNK - 20 :], svd_ratios(rows, 4)[CHUNK - 20 :], atol=2e-7)


def test_empty_histograms_have_rank_one():
    np.testing.assert_array_equal(singular_ratios(products(np.zeros((4, 8))), 2)[:, 1], np.zeros(5))


def traced(rows, N=10, tau=0.25):
    ratios = singular_ratios(products(rows), N)
    return transitions((ratios > tau).sum(axis=1), ratios[:, 1], N)


def shots(*lengths, likeness=0.0):
    """One histogram a shot; `likeness` of it is shared by all shots."""
    return np.concatenate(
        [
            np.repeat((1 - likeness) * np.eye(8)[[i]] + likeness * np.eye(8)[[7]], length, axis=0)
            for i, length in enumerate(lengths)
        ]
    )


@pytest.mark.parametrize("likeness", [0.0, 0.2, 0.4, 0.5])
@pytest.mark.parametrize("lengths", [(30, 40), (3, 30), (30, 2), (1, 30), (30, 1), (20, 12, 25)])
def test_hard_cuts_are_found_to_the_frame(lengths, likeness):
    found = traced(shots(*lengths, likeness=likeness))
    assert found.start_J.tolist() == np.cumsum(lengths)[:-1].tolist()
    assert (found.strength_J > 0.25).all()


def test_the_centre_lies_on_the_cut():
    assert traced(shots(30, 40)).centre_J.tolist() == [30]


def test_after_a_long_run_the_shot_starts_at_the_first_window_of_rank_one():
    rank_W = np.ones(79, np.int64)
    rank_W[20:41] = 2  # window 41 begins at frame 41 - 9
    assert transitions(rank_W, rank_W / 10, 10).start_J.tolist() == [32]


def test_the_shot_after_a_dissolve_starts_in_its_second_half():
    mix = np.linspace(0, 1, 16)[1:-1, None]
    dissolve = (1 - mix) * np.eye(8)[[0]] + mix * np.eye(8)[[1]]
    rows = np.concatenate([shots(40), dissolve, np.repeat(np.eye(8)[[1]], 40, axis=0)])
    (start,) = traced(rows, tau=0.05).start_J
    assert 48 < start <= 54


def test_one_shot_has_no_transition():
    found = traced(shots(50))
    assert len(found.start_J) == 0
    assert 0 <= found.tail < 50


def test_the_tail_is_the_liveliest_window_after_the_last_cut():
    rows = shots(30, 40)
    rows[50:52] = 0.9 * rows[50:52] + 0.1 * np.eye(8)[[5]]
    assert traced(rows).tail == pytest.approx(51, abs=5)
