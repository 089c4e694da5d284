"""The document of scores: by hand, with every kind of truth and with none."""

import json

import numpy as np
import pytest

from model.evaluation.scores import over_videos, scores
from model.evaluation.truth import Annotator, GroundTruth, InvalidAnnotations, Phase
from model.evaluation.vsumm import agreement
from model.types import Analysis, Clip, Keyframes, VideoInfo

QUALITY = {"coverage": 0.75, "redundancy": 0.25}


def analysis(**methods: list[int]) -> Analysis:
    """A clip of 100 frames at 10 a second, and keyframes at these."""
    times_T = np.arange(100) / 10
    found = {
        name: Keyframes(name, np.array(at), times_T[at], np.ones(len(at)), quality=QUALITY)
        for name, at in methods.items()
    }
    return Analysis(Clip(VideoInfo("", 100, None, 4, 4, 10.0), times_T), None, found)


TWO = analysis(sms=[10, 50], uniform=[0, 54, 90])


def test_annotators_their_mean_and_the_best():
    truth = GroundTruth((Annotator("ann", (12, 50)), Annotator("bo", (9.4,), unit="seconds")))
    found = json.loads(json.dumps(scores(TWO, truth), allow_nan=False))
    assert found["tolerance_s"] == 0.5
    assert found["methods"]["sms"] == {
        "keyframes": 2,
        "annotators": {
            "ann": {"precision": 1.0, "recall": 1.0, "f": 1.0},
            "bo": {"precision": 0.0, "recall": 0.0, "f": 0.0},
        },
        "mean": {"precision": 0.5, "recall": 0.5, "f": 0.5},
        "best": "ann",
        "intervals": None,
        "phases": None,
        "hue": None,
        **QUALITY,
    }
    uniform = found["methods"]["uniform"]
    assert uniform["annotators"]["ann"]["recall"] == 0.5
    assert uniform["annotators"]["bo"] == {
        "precision": pytest.approx(1 / 3),
        "recall": 1.0,
        "f": 0.5,
    }
    assert uniform["best"] == "bo"
    assert found["agreement"] == {
        "methods": ["sms", "uniform"],
        "f": [[1.0, pytest.approx(0.4)], [pytest.approx(0.4), 1.0]],
    }


def test_a_tolerance_of_ones_own():
    truth = GroundTruth((Annotator("ann", (12,)),))
    assert scores(TWO, truth, 0.1)["methods"]["sms"]["mean"]["f"] == 0.0
    assert scores(TWO, truth, 0.2)["methods"]["sms"]["mean"]["recall"] == 1.0


def test_hues_by_hand():
    """Frames up to 39 are of one hue, those up to 79 of another, the rest of a third."""
    hues = {index: np.eye(16, dtype=np.int64)[index // 40] for index in range(100)}
    people = (
        Annotator("ann", (0, 1, 60)),  # uniform: 0 takes 0, 1 finds nothing left, 60 takes 54
        Annotator("bo", (9.4,), unit="seconds"),
        Annotator("cy", (), ((0, 9),)),
    )
    found = scores(TWO, GroundTruth(people), hues=hues)["methods"]["uniform"]
    assert found["hue"] == {
        "annotators": {
            "ann": {"precision": 2 / 3, "recall": 2 / 3, "f": pytest.approx(2 / 3)},
            "bo": {"precision": 1 / 3, "recall": 1.0, "f": 0.5},
        },
        "mean": {
            "precision": 0.5,
            "recall": pytest.approx(5 / 6),
            "f": pytest.approx(7 / 12),
        },
        "best": "ann",
    }
    users = [[hues[0], hues[1], hues[60]], [hues[94]]]
    whole = agreement(users, [hues[0], hues[54], hues[90]])
    assert found["hue"]["mean"]["f"] == pytest.approx(whole.f)
    assert found["mean"]["f"] == pytest.approx(5 / 12)  # in seconds 60 is 0.6 s from 54
    nobody = scores(TWO, GroundTruth((people[2],)), hues={})
    assert nobody["methods"]["uniform"]["hue"] is None


def test_intervals_of_those_who_marked_some():
    people = (Annotator("ann", (12,), ((48, 52), (70, 80))), Annotator("bo", (12,)))
    found = scores(TWO, GroundTruth(people), 0.0)["methods"]["sms"]
    assert list(found["annotators"]) == ["ann", "bo"]
    assert found["intervals"] == {
        "annotators": {"ann": {"precision": 0.5, "recall": 0.5, "f": 0.5}},
        "mean": {"precision": 0.5, "recall": 0.5, "f": 0.5},
        "best": "ann",
    }
    alone = scores(TWO, GroundTruth((Annotator("ann", (), ((48, 52),)),)))["methods"]["sms"]
    assert (alone["annotators"], alone["mean"], alone["best"]) == (None, None, None)


def test_phases_count_each_keyframe_once():
    phases = (
        Phase("run-up", 0, 50, False),
        Phase("take-off", 50, 53, True),
        Phase("flight", 53, 100, False),
    )
    found = scores(TWO, GroundTruth((), phases), 0.2)["methods"]
    assert found["uniform"]["phases"] == {
        "decisive": pytest.approx(1 / 3),  # frame 54 is within 0.2 s of the take-off
        "counts": [
            {"name": "run-up", "decisive": False, "keyframes": 1},
            {"name": "take-off", "decisive": True, "keyframes": 0},
            {"name": "flight", "decisive": False, "keyframes": 2},
        ],
    }
    assert found["sms"]["phases"]["decisive"] == 0.5
    dull = scores(TWO, GroundTruth((), phases[:1]))["methods"]["sms"]["phases"]
    assert dull["decisive"] is None


def test_without_truth_methods_are_still_compared():
    found = scores(TWO)
    assert found["methods"]["sms"]["annotators"] is None
    assert found["methods"]["sms"]["coverage"] == 0.75
    assert found["agreement"]["f"][0][0] == 1.0


def test_an_analysis_from_before_has_no_quality():
    data = TWO.to_json()
    for entry in data["methods"].values():
        assert entry.pop("quality") == QUALITY
    old = scores(Analysis.from_json(data))["methods"]["sms"]
    assert (old["coverage"], old["redundancy"]) == (None, None)


def test_annotations_of_a_longer_clip_are_refused():
    with pytest.raises(InvalidAnnotations, match="before frame 100"):
        scores(TWO, GroundTruth((Annotator("ann", (100,)),)))


def test_means_over_videos_take_what_each_has():
    people = GroundTruth((Annotator("ann", (10, 50)),))
    phases = GroundTruth((), (Phase("flight", 45, 55, True),))
    other = analysis(uniform=[50], sms=[50])
    hues = dict.fromkeys(range(100), np.ones(16, np.int64))
    first, second = scores(TWO, people, hues=hues), scores(other, phases)
    found = over_videos([first, second, scores(analysis(sms=[1]))])
    assert found["methods"]["sms"] == {
        "videos": 3,
        "keyframes": pytest.approx(4 / 3),
        "precision": 1.0,
        "recall": 1.0,
        "f": 1.0,
        "hue_precision": 1.0,
        "hue_recall": 1.0,
        "hue_f": 1.0,
        "interval_precision": None,
        "interval_recall": None,
        "interval_f": None,
        "decisive": 1.0,
        **QUALITY,
    }
    assert found["methods"]["uniform"]["videos"] == 2
    assert found["agreement"] == {"methods": ["sms"], "f": [[1.0]]}
    two = over_videos([first, second])["agreement"]
    assert two["methods"] == ["sms", "uniform"]
    assert two["f"] == [[1.0, pytest.approx(0.7)], [pytest.approx(0.7), 1.0]]
