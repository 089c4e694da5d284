"""The delta rule: known cuts and pans, ties, and the rule that the evaluation uses."""

import numpy as np
import pytest

from model.evaluation import hold
from model.features.descriptors.layout import Layout
from model.features.types import Features, FrameBatch
from model.methods.delta import Delta
from model.methods.openings import openings


def of_rows(rows_TD):
    return Features(np.arange(len(rows_TD)) / 25, {"layout": np.asarray(rows_TD, np.uint8)})


def greys(levels):
    """Features of plain frames of these grey levels."""
    return of_rows(np.repeat(np.asarray(levels)[:, None], 192, axis=1))


def cut_and_pan():
    """Features of still stripes (0 to 9), a cut to their negative, which pans a cell in four."""
    stripes = np.repeat(np.array([255, 0] * 10, np.uint8), 28)
    pan = [np.broadcast_to(stripes[7 * t :][:224, None], (224, 224, 3)) for t in range(17)]
    still = [255 - pan[0]] * 10
    descriptor = Layout()
    descriptor.update(FrameBatch(0, np.arange(27) / 25, np.stack([*still, *pan])))
    return Features(np.arange(27) / 25, {"layout": descriptor.finish()})


def test_the_layout_is_the_mean_colour_of_each_cell():
    frame = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    descriptor = Layout()
    descriptor.update(FrameBatch(0, np.zeros(1), frame[None]))
    wanted = frame.reshape(8, 28, 8, 28, 3).mean(axis=(1, 3))
    found = descriptor.finish()
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found.reshape(8, 8, 3), wanted, atol=0.51)


def test_a_cut_opens_and_a_pan_whenever_it_has_passed_a_stripe():
    keyframes = Delta(threshold=0.9).run(cut_and_pan())
    assert keyframes.index_K.tolist() == [0, 10, 14, 18, 22, 26]
    assert keyframes.score_K.tolist() == [0, 1, 1, 1, 1, 1]
    assert keyframes.curves["distance"].value[11:15] == pytest.approx(
        [0.25, 0.5, 0.75, 1], abs=0.01
    )


def test_the_memory_is_the_last_keyframe_and_not_the_frame_before():
    keyframes = Delta(threshold=0.1).run(greys(np.arange(0, 250, 10)))  # each step is 0.04
    assert keyframes.index_K.tolist() == [0, 3, 6, 9, 12, 15, 18, 21, 24]
    distance = keyframes.curves["distance"]
    np.testing.assert_allclose(distance.value[1:7], [10 / 255, 20 / 255, 30 / 255] * 2)
    assert distance.threshold == 0.1


def test_exactly_at_the_threshold_stays_closed():
    assert Delta(threshold=0.2).run(greys([0, 51, 52])).index_K.tolist() == [0, 2]


def test_a_wanted_number_is_met_by_the_threshold():
    levels = np.zeros(100)
    levels[20:50], levels[50:70], levels[70:] = 200, 100, 130  # moves of 200, 100 and 30
    clip = greys(levels)
    assert [Delta().run(clip, K).index_K.tolist() for K in (1, 2, 3, 4)] == [
        [0],
        [0, 20],
        [0, 20, 50],
        [0, 20, 50, 70],
    ]
    keyframes = Delta().run(clip, 3)
    assert keyframes.curves["distance"].threshold == pytest.approx(65 / 255)  # between 30 and 100
    assert keyframes.notices == ("The threshold is 0.2549 for 3 keyframes.",)


def test_ties_are_filled_with_the_frames_that_have_moved_most():
    levels = np.zeros(60)
    levels[20:40] = 100  # there and back: two moves of the same size
    levels[50] = 30
    keyframes = Delta().run(greys(levels), 2)
    assert keyframes.index_K.tolist() == [0, 30]  # of 20 to 39, the first half a clip away
    assert "No threshold gives 2 keyframes" in keyframes.notices[0]


def test_a_still_clip_is_its_first_frame():
    keyframes = Delta().run(greys(np.full(20, 7)))
    assert keyframes.index_K.tolist() == [0]
    never = "The thumbnail never changes: "
    assert keyframes.notices == (f"{never}the first frame stands for the clip.",)
    five = Delta().run(greys(np.full(20, 7)), 5)
    assert len(five.index_K) == 5
    assert five.notices == (f"{never}5 frames away from each other stand for the clip.",)


def test_too_little_movement_is_told_apart_from_none():
    keyframes = Delta().run(greys([7] * 19 + [8]))
    assert keyframes.index_K.tolist() == [0]
    assert keyframes.notices == (
        "Nothing moves by 0.06 from the first frame: it stands for the clip.",
    )


@pytest.mark.parametrize("T", [3, 40, 300])
def test_a_walk_by_blocks_is_the_walk_by_frames(T):
    x_T = np.random.default_rng(T).normal(size=T).cumsum()
    for threshold in (0, 0.5, 3, 100):
        held, wanted = 0, [0]
        for t in range(1, T):
            if abs(x_T[t] - x_T[held]) > threshold:
                held = t
                wanted.append(t)
        found = openings(lambda h, a, b: np.abs(x_T[a:b] - x_T[h]), T, threshold)
        assert found.tolist() == wanted


def test_it_is_the_rule_of_the_evaluation():
    """On the same features the method and `hold.delta_rule` open at the same frames."""
    rows = np.random.default_rng(1).integers(0, 256, (80, 192), np.uint8)
    rows[1:] = rows[:-1] // 2 + rows[1:] // 2
    distance = hold.squared_distances(rows.astype(float))
    for K in (1, 5, 12):
        found = hold.delta_rule(distance, K)
        if len(found) == K:
            assert Delta().run(of_rows(rows), K).index_K.tolist() == found.tolist()
