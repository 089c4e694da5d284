"""Outcomes: JSON both ways, seeds as one, splits one after the other."""

import json

import numpy as np
import pytest

from model.errors import InvalidValue
from model.evaluation.outcomes import (
    UNKNOWN,
    LabelledClip,
    Outcomes,
    Variant,
    over_seeds,
    over_splits,
    shared,
)

CLIPS = (LabelledClip("a/v.avi", 0, 75, 3.0), LabelledClip("b/v.avi", 1, 50, 2.0))


def outcomes(right, predicted, clips=CLIPS):
    variant = Variant(np.array(right, float), np.array(predicted), np.array([0.25, 0.5]))
    return Outcomes(("jump", "run"), clips, {"own": variant})


def test_json_gives_the_same_value_back():
    found = outcomes([1, 0.4], [0, UNKNOWN])
    written = json.loads(json.dumps(found.to_json()))
    assert written["variants"]["own"] == {
        "right": [1, 0.4],
        "predicted": [0, None],
        "kept": [0.25, 0.5],
    }
    assert written["clips"]["frames"] == [75, 50]
    back = Outcomes.from_json(written)
    assert (back.classes, back.clips) == (found.classes, found.clips)
    assert back.variants["own"].right_N.tolist() == [1, 0.4]
    assert back.variants["own"].predicted_N.tolist() == [0, UNKNOWN]
    assert back.to_json() == written
    assert back.label_N.tolist() == [0, 1]
    assert back.frames_N.tolist() == [75, 50]


def test_other_forms_are_refused():
    written = outcomes([1, 0], [0, 0]).to_json()
    for broken in (
        {},
        written | {"variants": {"own": {"right": [1]}}},
        written | {"variants": {"own": {"right": [1], "predicted": [0], "kept": [1]}}},
        written | {"clips": written["clips"] | {"label": [0]}},
    ):
        with pytest.raises(InvalidValue):
            Outcomes.from_json(broken)


def test_seeds_are_averaged_and_splits_follow_each_other():
    one, two = outcomes([1, 0], [0, 0]), outcomes([1, 1], [0, 1])
    mean = over_seeds([one, two]).variants["own"]
    assert mean.right_N.tolist() == [1, 0.5]
    assert not mean.known
    assert over_seeds([one]) is one
    other = (LabelledClip("c/v.avi", 0, 10, 1.0), CLIPS[1])
    both = over_splits({2: outcomes([0, 0], [1, 0], other), 1: one})
    names = ["1/a/v.avi", "1/b/v.avi", "2/c/v.avi", "2/b/v.avi"]
    assert [clip.name for clip in both.clips] == names
    assert both.variants["own"].right_N.tolist() == [1, 0, 0, 0]
    with pytest.raises(InvalidValue, match="same clips"):
        over_seeds([one, outcomes([0, 0], [1, 0], other)])
    with pytest.raises(InvalidValue):
        over_splits({})


def test_clips_that_both_have_are_paired():
    one, two = outcomes([1, 0], [0, 0]), outcomes([0, 1], [1, 1])
    few = one.on({"b/v.avi"})
    assert [clip.name for clip in few.clips] == ["b/v.avi"]
    assert few.variants["own"].kept_N.tolist() == [0.5]
    a, b = shared(few, two)
    assert a.clips == b.clips == CLIPS[1:]
    assert (a.variants["own"].right_N.tolist(), b.variants["own"].right_N.tolist()) == ([0], [1])
    with pytest.raises(InvalidValue, match="order"):
        shared(one, outcomes([1, 0], [0, 0], CLIPS[::-1]))
    with pytest.raises(InvalidValue):
        shared(few, one.on({"a/v.avi"}))


def test_clips_of_one_recording_are_known_by_their_names():
    names = ["Jump/v_Jump_g01_c01.avi", "2/Jump/v_Jump_g01_c02.avi", "Run/v_Run_g01_c01.avi"]
    names += ["Jump/001.mp4", "Run/001.mp4"]
    labelled = zip(names, (0, 0, 1, 0, 1), strict=True)
    clips = tuple(LabelledClip(name, label, 9, 1.0) for name, label in labelled)
    right = np.array([1.0, 1, 0, 1, 0])
    one = Outcomes(("Jump", "Run"), clips, {"own": Variant(right, np.zeros(5, int), right)})
    assert one.group_N == ["Jump/v_Jump_g01"] * 2 + ["Run/v_Run_g01", "Jump/001", "Run/001"]
    found = one.accuracy("own")
    assert found.value == 0.6
    assert found.high - found.low > 0.5
