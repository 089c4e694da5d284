"""SMS: peaks of motion that are known, smoothing and prominence worked out by hand."""

import numpy as np
import pytest

from model.features.types import Features
from model.methods.sms import SMS


def features(motion_T):
    return Features(np.arange(len(motion_T)) / 25, {"motion": np.asarray(motion_T, np.float32)})


def bumps(T, **heights):
    """Gaussian bumps of motion on a still clip, at the frames that the names give."""
    t = np.arange(T)
    return sum(
        height * np.exp(-((t - int(at[1:])) ** 2) / (2 * 4**2)) for at, height in heights.items()
    )


def by_hand(motion_T, sigma, prominence, distance):
    """The rule written out: smooth, scale, local maxima, distance by height, prominence."""
    offsets = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    kernel = np.exp(-(offsets**2) / (2 * sigma**2))
    padded = np.pad(motion_T, len(offsets) // 2, mode="symmetric")
    smooth = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    smooth /= smooth.max()
    tops = [i for i in range(1, len(smooth) - 1) if smooth[i - 1] < smooth[i] > smooth[i + 1]]
    kept = []
    for i in sorted(tops, key=lambda i: -smooth[i]):
        if all(abs(i - other) >= distance for other in kept):
            kept.append(i)

    def stands_out(i):
        floors = []
        for side in (smooth[i::-1], smooth[i:]):
            higher = np.flatnonzero(side > smooth[i])
            floors.append(side[: higher[0] if len(higher) else len(side)].min())
        return smooth[i] - max(floors)

    return sorted(i for i in kept if stands_out(i) >= prominence)


@pytest.mark.parametrize("seed", range(8))
def test_peaks_equal_the_rule_written_out(seed):
    motion = np.random.default_rng(seed).gamma(2, size=150)
    assert SMS().run(features(motion)).index_K.tolist() == by_hand(
        motion.astype(np.float32).astype(float), 2.0, 0.1, 6
    )


def by_loop(motion, prominence, distance):
    """`find_peaks` written out, flat tops included: the middle of each, rounded down."""
    tops, i = [], 1
    while i < len(motion) - 1:
        end = i
        while end < len(motion) - 1 and motion[end + 1] == motion[i]:
            end += 1
        if motion[i - 1] < motion[i] and end < len(motion) - 1 and motion[end + 1] < motion[i]:
            tops.append((i + end) // 2)
        i = end + 1
    kept = []
    for top in sorted(tops, key=lambda top: (motion[top], top), reverse=True):
        if all(abs(top - other) >= distance for other in kept):
            kept.append(top)
    found = []
    for top in sorted(kept):
        left = right = top
        while left > 0 and motion[left - 1] <= motion[top]:
            left -= 1
        while right < len(motion) - 1 and motion[right + 1] <= motion[top]:
            right += 1
        floor = max(motion[left : top + 1].min(), motion[top : right + 1].min())
        if motion[top] - floor >= prominence:
            found.append(top)
    return found


@pytest.mark.parametrize("prominence", [0.1, 0.4])
@pytest.mark.parametrize("distance", [1, 4])
@pytest.mark.parametrize("seed", range(6))
def test_flat_tops_equal_a_loop(seed, distance, prominence):
    """Whole numbers without smoothing: many frames of equal motion."""
    motion = np.random.default_rng(seed).integers(0, 6, 120).repeat(2).astype(float)
    wanted = by_loop(motion / motion.max(), prominence, distance)
    method = SMS(sigma=0.0, prominence=prominence, distance=distance)
    assert method.run(features(motion)).index_K.tolist() == wanted
    assert len(wanted) > 3


def test_known_peaks_and_their_scores():
    keyframes = SMS().run(features(bumps(120, f20=2.0, f60=4.0, f95=1.0)))
    assert keyframes.index_K.tolist() == [20, 60, 95]
    np.testing.assert_allclose(keyframes.score_K, [0.5, 1, 0.25], atol=0.01)


def test_k_takes_the_most_prominent_in_time_order():
    clip = features(bumps(120, f20=2.0, f60=4.0, f95=1.0))
    assert SMS().run(clip, 2).index_K.tolist() == [20, 60]
    assert SMS().run(clip, 1).index_K.tolist() == [60]
    assert SMS().run(clip, 3).index_K.tolist() == SMS().run(clip).index_K.tolist()


def test_prominence_ranks_before_height():
    """A high shoulder beside the largest peak stands out less than a lone low one."""
    clip = features(bumps(150, f50=4.0, f60=3.0, f120=2.0))
    assert SMS(sigma=0.5).run(clip, 2).index_K.tolist() == [50, 120]


def test_k_above_the_peaks_adds_motion_away_from_them():
    keyframes = SMS().run(features(bumps(120, f20=2.0, f60=4.0)), 4)
    assert {20, 60} <= set(keyframes.index_K.tolist())
    assert np.diff(keyframes.index_K).min() >= 15
    assert "2 motion peaks and 2 frames" in keyframes.notices[0]


def test_motion_that_only_grows_has_its_end():
    keyframes = SMS().run(features(np.linspace(0, 1, 50)))
    assert keyframes.index_K.tolist() == [49]
    assert "No motion peak" in keyframes.notices[0]


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_constant_motion_has_the_middle(level):
    keyframes = SMS().run(features(np.full(51, level)))
    assert keyframes.index_K.tolist() == [25]
    never = "The motion never changes: "
    assert keyframes.notices == (f"{never}the middle frame stands for the clip.",)
    three = SMS().run(features(np.full(51, level)), 3)
    assert three.notices == (f"{never}3 frames away from each other stand for the clip.",)


def test_sms_is_never_spelled_out():
    assert SMS.title == "SMS (reconstruction)"
