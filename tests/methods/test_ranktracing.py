"""RankTracing on real histograms of made clips with known cuts."""

import numpy as np
import pytest

from model.features.descriptors.histogram import Histogram, histogram
from model.features.types import Features, FrameBatch
from model.methods.ranktracing import RankTracing
from tests.histograms import products

COLOURS = [(200, 40, 40), (30, 60, 210), (40, 190, 70), (230, 220, 60)]


def shots(*lengths, seed=0):
    """The frames of each shot: noisy colour fields."""
    random = np.random.default_rng(seed)
    for colour, length in zip(COLOURS, lengths, strict=False):
        noise = random.normal(0, 12, (length, 56, 56, 3))
        yield np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)


def clip(*lengths):
    """These shots through the real descriptor."""
    descriptor, start = Histogram(), 0
    for frames in shots(*lengths):
        length = len(frames)
        descriptor.update(FrameBatch(start, np.arange(start, start + length) / 25, frames))
        start += length
    return Features(np.arange(start) / 25, {"histogram": descriptor.finish()})


def test_one_keyframe_at_the_start_of_each_shot():
    keyframes = RankTracing().run(clip(25, 18, 30, 12))
    assert keyframes.index_K.tolist() == [0, 25, 43, 73]


def test_max_rank_sits_on_the_transitions_and_in_the_last_shot():
    keyframes = RankTracing(rule="max-rank").run(clip(25, 18, 30))
    assert keyframes.index_K[:2].tolist() == pytest.approx([25, 43], abs=1)
    assert len(keyframes.index_K) == 3
    assert keyframes.index_K[2] > 43 + 3  # beyond the windows that hold the cut
    assert keyframes.score_K[2] < 0.25


def test_a_single_shot_has_one_keyframe_and_says_so():
    keyframes = RankTracing().run(clip(60))
    assert keyframes.index_K.tolist() == [0]
    assert "single shot" in keyframes.notices[0]
    assert len(RankTracing(rule="max-rank").run(clip(60)).index_K) == 1


def test_a_still_clip_says_so():
    row = next(shots(1))
    descriptor = Histogram()
    descriptor.update(FrameBatch(0, np.arange(30) / 25, np.repeat(row, 30, axis=0)))
    still = Features(np.arange(30) / 25, {"histogram": descriptor.finish()})
    never = "The colours never change: "
    assert RankTracing().run(still).notices == (f"{never}one frame stands for the clip.",)
    three = RankTracing().run(still, 3).notices
    assert three == (f"{never}3 frames away from each other stand for the clip.",)


def test_k_keeps_the_first_frame_and_the_strongest_cuts():
    rows = np.stack([histogram(frame) for part in shots(25, 18, 30, 12) for frame in part])
    rows[43:] = 0.35 * rows[43:] + 0.65 * rows[42]
    features = Features(np.arange(len(rows)) / 25, {"histogram": products(rows)})
    found = RankTracing(tau=0.1).run(features)
    assert found.index_K.tolist() == [0, 25, 43, 73]
    assert RankTracing(tau=0.1).run(features, 2).index_K.tolist() == [0, 25]


def test_k_above_the_shots_keeps_them_all():
    keyframes = RankTracing().run(clip(25, 18, 30), 6)
    assert {0, 25, 43} <= set(keyframes.index_K.tolist())
    assert len(keyframes.index_K) == 6


def test_curves_peak_at_the_cut_and_show_the_threshold():
    keyframes = RankTracing().run(clip(30, 30))
    rank, ratio = keyframes.curves["rank"], keyframes.curves["ratio"]
    assert ratio.threshold == 0.25
    above = np.flatnonzero(rank.value == 2)
    assert above.mean() == pytest.approx(30, abs=0.5)
    np.testing.assert_array_equal(rank.value > 1, ratio.value > 0.25)
    assert ratio.value[:20].max() < 0.25


def test_a_larger_hop_still_finds_the_cuts():
    index = RankTracing(hop=3).run(clip(25, 18, 30)).index_K
    np.testing.assert_allclose(index, [0, 25, 43], atol=3)


@pytest.mark.parametrize("rule", ["start-shot", "max-rank"])
@pytest.mark.parametrize("hop", range(1, 11))
def test_a_change_up_to_the_last_frame_ends_there_at_any_hop(hop, rule):
    share_T1 = np.linspace(0, 1, 20)[:, None]
    rows = (1 - share_T1) * np.eye(8)[0] + share_T1 * np.eye(8)[1]
    features = Features(np.arange(20) / 25, {"histogram": products(rows)})
    for window in (2, 7, 20, 50):
        found = RankTracing(rule=rule, window=window, tau=0.01, hop=hop).run(features)
        assert len(found.index_K) == 2


@pytest.mark.parametrize("T", [4, 30])
def test_the_curves_are_those_of_an_svd_of_the_histograms(T):
    """The window of a frame is centred on it: at the ends it repeats the first or last frame."""
    frames = np.random.default_rng(T).integers(0, 256, (T, 12, 12, 3), np.uint8)
    frames[T // 2 :, ..., 0] //= 4
    descriptor = Histogram()
    descriptor.update(FrameBatch(0, np.arange(T) / 25, frames))
    features = Features(np.arange(T) / 25, {"histogram": descriptor.finish()})
    curves, N = RankTracing().run(features).curves, min(10, T)
    rows = np.stack([histogram(frame) for frame in frames]).astype(float)
    for t in range(T):
        window = np.clip(np.arange(t - N // 2, t - N // 2 + N), 0, T - 1)
        singular = np.linalg.svd(rows[window], compute_uv=False)
        assert curves["ratio"].value[t] == pytest.approx(singular[1] / singular[0], abs=1e-6)
        assert curves["rank"].value[t] == (singular > 0.25 * singular[0]).sum()


def test_a_clip_shorter_than_the_window():
    assert RankTracing().run(clip(2, 3)).index_K.tolist() == [0, 2]


@pytest.mark.parametrize("rule", ["start-shot", "max-rank"])
@pytest.mark.parametrize("hop", range(1, 11))
def test_a_cut_before_the_last_frame_ends_with_the_clip_whatever_the_hop(rule, hop):
    index_K = RankTracing(rule=rule, hop=hop).run(clip(30, 1)).index_K
    assert index_K[-1] == 30
    assert RankTracing(hop=hop).run(clip(30, 1)).index_K.tolist() == [0, 30]
