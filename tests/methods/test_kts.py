"""KTS: the optimum of an exhaustive search, known cuts, and what it does without any."""

from itertools import combinations, pairwise

import cv2
import numpy as np
import pytest

from model.features.descriptors.colours import Colours
from model.features.types import Features, FrameBatch
from model.methods.changes import best_partitions, boundaries, penalised, scatters
from model.methods.kts import KTS, medoids


def clip(colours_TD, fps=25.0):
    colours_TD = np.asarray(colours_TD, np.float32)
    return Features(np.arange(len(colours_TD)) / fps, {"colours": colours_TD})


def shots(*lengths, seed=0, spread=0.05):
    """Rows around one random histogram a shot."""
    random = np.random.default_rng(seed)
    rows = []
    for length in lengths:
        shot = random.dirichlet(np.full(256, 0.1))
        noise = random.dirichlet(np.full(256, 0.5), length)
        rows.append((1 - spread) * shot + spread * noise)
    return np.concatenate(rows)


def scatter_by_hand(x_ND, cuts_B):
    return sum(np.square(x_ND[a:b] - x_ND[a:b].mean(axis=0)).sum() for a, b in pairwise(cuts_B))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_other_segmentation_has_less_scatter(seed):
    x_ND = np.random.default_rng(seed).normal(size=(8, 3))
    total_M, start_MP = best_partitions(scatters(x_ND), 7)
    for m in range(8):
        least = min(scatter_by_hand(x_ND, (0, *inner, 8)) for inner in combinations(range(1, 8), m))
        assert total_M[m] == pytest.approx(least, abs=1e-9)
        cuts_B = boundaries(start_MP, m)
        assert len(cuts_B) == m + 2
        assert (np.diff(cuts_B) > 0).all()
        assert scatter_by_hand(x_ND, cuts_B) == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize("penalty", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_its_own_number_is_the_best_of_all_segmentations(seed, penalty):
    """Every segmentation of nine frames, by the criterion written out."""
    rows = np.random.default_rng(seed).dirichlet(np.full(256, 0.05), 3)[[0, 0, 1, 1, 1, 2, 0, 2, 2]]
    rows += np.random.default_rng(seed + 9).dirichlet(np.full(256, 0.5), 9) / 4
    features = clip(rows / rows.sum(axis=1, keepdims=True))
    x_ND, N = np.sqrt(features.descriptors["colours"]).astype(float), 9

    def criterion(inner):
        m = len(inner)
        price = penalty * m / (2 * N) * (np.log(N / m) + 1) if m else 0
        return scatter_by_hand(x_ND, (0, *inner, N)) / N + price

    all_inner = [inner for m in range(N) for inner in combinations(range(1, N), m)]
    cuts = (0, *min(all_inner, key=criterion), N)
    keyframes = KTS(penalty=penalty).run(features)
    assert len(keyframes.index_K) == len(cuts) - 1
    for index, (a, b) in zip(keyframes.index_K, pairwise(cuts), strict=True):
        apart = np.square(x_ND[a:b] - x_ND[a:b].mean(axis=0)).sum(axis=1)
        assert a <= index < b
        assert apart[index - a] == pytest.approx(apart.min(), abs=1e-6)


def test_the_scatter_of_each_segment():
    x_ND = np.array([[0.0], [2], [7]])
    inf = np.inf
    np.testing.assert_allclose(
        scatters(x_ND), [[inf] * 4, [0, inf, inf, inf], [2, 0, inf, inf], [26, 12.5, 0, inf]]
    )


def test_the_criterion_by_hand():
    cost = penalised(np.array([8.0, 2, 1]), 10, 2.0)
    np.testing.assert_allclose(
        cost, [0.8, 0.2 + 0.1 * (np.log(10) + 1), 0.1 + 0.2 * (np.log(5) + 1)]
    )


def test_known_cuts_are_found():
    rows = shots(30, 12, 55, 23)
    x_ND = np.sqrt(rows)
    total_M, start_MP = best_partitions(scatters(x_ND), 10)
    m = int(penalised(total_M, len(rows), 1.0).argmin())
    assert boundaries(start_MP, m).tolist() == [0, 30, 42, 97, 120]
    keyframes = KTS().run(clip(rows))
    assert np.searchsorted([30, 42, 97], keyframes.index_K, side="right").tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(keyframes.score_K, np.array([30, 12, 55, 23]) / 120)


def test_known_cuts_of_a_made_clip():
    """Three scenes of coloured noise, as frames, through the descriptor."""
    random = np.random.default_rng(3)
    hues = np.repeat([10, 70, 130], [9, 14, 7])
    frames = []
    for hue in hues:
        hsv = np.full((224, 224, 3), (hue, 200, 180), np.uint8)
        hsv[..., 2] -= random.integers(0, 40, (224, 224), np.uint8)
        frames.append(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))
    descriptor = Colours()
    descriptor.update(FrameBatch(0, np.arange(30) / 25, np.stack(frames)))
    keyframes = KTS().run(clip(descriptor.finish()))
    assert np.searchsorted([9, 23], keyframes.index_K, side="right").tolist() == [0, 1, 2]


def test_a_wanted_number_is_the_optimal_segmentation_into_as_many():
    rows = shots(20, 20, 20)
    clip_ = clip(rows)
    assert np.searchsorted([20, 40], KTS().run(clip_, 3).index_K, side="right").tolist() == [
        0,
        1,
        2,
    ]
    for k in (1, 2, 7, 60):
        assert len(KTS().run(clip_, k).index_K) == k


def test_more_frames_than_samples_are_added():
    keyframes = KTS(samples=5).run(clip(shots(40, 40)), 9)
    assert len(keyframes.index_K) == 9
    assert "5 of 80 frames are segmented." in keyframes.notices
    assert "5 segments of one sample, and 4 frames far from a mean." in keyframes.notices


def test_a_medoid_is_the_frame_closest_to_the_mean_or_the_middle():
    x_ND = np.array([[0.0], [1], [5], [3], [3], [3], [3], [3]])
    assert medoids(x_ND, np.array([0, 3, 8])).tolist() == [1, 5]


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_a_constant_clip_is_one_segment_and_says_so(penalty):
    keyframes = KTS(penalty=penalty).run(clip(np.repeat(shots(1), 31, axis=0)))
    assert keyframes.index_K.tolist() == [15]
    never = "The colours never change: "
    assert keyframes.notices == (f"{never}the middle frame of one segment stands for the clip.",)
    three = KTS(penalty=penalty).run(clip(np.repeat(shots(1), 31, axis=0)), 3)
    assert three.notices == (f"{never}one segmentation into 3 is as good as another.",)
    assert (keyframes.curves["scatter"].value == 0).all()


def test_the_penalty_decides_how_many():
    rows = shots(30, 30, 30, spread=0.3)
    few, some, all_ = (len(KTS(penalty=p).run(clip(rows)).index_K) for p in (100.0, 1.0, 0.0))
    assert (few, some, all_) == (1, 3, 90)
    assert "no cut saves" in KTS(penalty=100.0).run(clip(rows)).notices[0]


@pytest.mark.slow
def test_a_long_clip_is_thinned_and_its_cuts_found():
    lengths = [2000, 5000, 3000]
    keyframes = KTS().run(clip(shots(*lengths)))
    cuts = np.cumsum(lengths)[:-1]
    assert np.searchsorted(cuts, keyframes.index_K, side="right").tolist() == [0, 1, 2]
    np.testing.assert_allclose(keyframes.score_K, [0.2, 0.5, 0.3], atol=0.002)
    assert keyframes.notices[0] == "600 of 10000 frames are segmented."
