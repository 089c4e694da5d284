"""Ground truth: read from every format, checked, and laid on a clip's own times."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from model.evaluation.truth import Annotator, GroundTruth, InvalidAnnotations, Phase
from model.evaluation.truth_files import read, truth_of
from model.evaluation.truth_formats import MOST_BYTES, parse
from tests.datasets.layouts import touch

OWN = {"schema": "kairoscope/truth@1"}


def own(**annotator: object) -> bytes:
    return json.dumps({**OWN, "annotators": [{"name": "ann", **annotator}]}).encode()


def only(content: bytes) -> Annotator:
    [annotator] = parse(content).annotators
    return annotator


def test_json_there_and_back():
    truth = GroundTruth(
        (
            Annotator("ann", (3, 1), ((5, 9),)),
            Annotator("跳", (0.5,), unit="seconds"),
        ),
        (Phase("take-off", 4, 6, True),),
    )
    stored = json.dumps(truth.to_json())
    assert GroundTruth.from_json(json.loads(stored)) == truth
    assert parse(stored.encode()) == truth


def test_marks_are_sorted_and_each_is_there_once():
    assert Annotator("ann", (5, 1, 5)).keyframes == (1, 5)
    assert Annotator("ann", (), ((4, 5), (1, 3), (4, 5))).intervals == ((1, 3), (4, 5))


@pytest.mark.parametrize(
    "table",
    [
        b"index\n7\n2\n7.0\n",
        b"\xef\xbb\xbf\r\nINDEX ; note\r\n\r\n7;x\r\n2;\r\n\r\n;\r\n",
        b"time_s\tindex\n0.1\t7\n0.2\t2\n",
        b"index,time_s\r2,0.2\r7,0.1",
    ],
)
def test_tables_of_frames(table):
    assert only(table) == Annotator("annotator", (2, 7))


def test_tables_of_seconds_and_intervals():
    truth = parse(b"annotator,start_s,end_s\nbo,1,2.5\nann,0,1\nbo,0.5,1\n")
    assert truth.annotators == (
        Annotator("bo", (), ((0.5, 1.0), (1.0, 2.5)), "seconds"),
        Annotator("ann", (), ((0.0, 1.0),), "seconds"),
    )
    assert only(b"time_s;annotator\n1,5;ann\n").keyframes == (1.5,)
    assert only(b"start,end\n0,3\n").intervals == ((0, 3),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "wanted a header"),
        (b"index\n", "no row"),
        (b"frame\n3\n", "line 1: wanted the columns"),
        (b"index,start,end\n1,2,3\n", "line 1: wanted the columns"),
        (b"index\n1\n\n-1\n", "line 4, index: wanted a whole number of at least 0, got '-1'"),
        (b"index\n1.5\n", "line 2, index"),
        (b"time_s\nnan\n", "line 2, time_s: wanted a number of at least 0, got 'nan'"),
        (b"time_s\ninf\n", "line 2, time_s"),
        (b"annotator,index\nann\n", "line 2, index"),
        (b"start,end\n1,2\n5,4\n", "line 3: wanted an end after the start, got 5"),
        (b"index\n" + b"1" * 200_000, "line 2: field larger"),
        (b"\xff\xfei\0", "UTF-8"),
        (b"MATLAB 5.0 MAT-file", "from disk only"),
        (b"[1]", "wanted an object, got list"),
        (b'{"n_frames": 3}', "no known layout"),
        (b'{"annotators":\n[}', "line 2 column 2"),
        (b"[" * 100_000, "wanted JSON"),
        (b'{"annotators": []}', "wanted schema kairoscope/truth@1"),
        (json.dumps({**OWN, "annotators": []}).encode(), "got neither"),
        (own(), "ann: wanted keyframes or intervals"),
        (own(keyframes=[1, "2"]), "/annotators/0/keyframes/1: "),
        (own(keyframes=[1, True]), "/annotators/0/keyframes/1: "),
        (own(keyframes=[-1]), "/annotators/0/keyframes/0: "),
        (own(keyframes=[1e400]), "/annotators/0/keyframes/0: "),
        (own(keyframes=[1.5]), "ann: wanted whole frames, got 1.5"),
        (own(keyframes=[1], unit="hours"), "/annotators/0/unit: "),
        (own(intervals=[[1]]), "/annotators/0/intervals/0/1: "),
        (own(intervals=[[3, 3]]), "ann: wanted an end after the start, got 3 to 3"),
        (b'{"user_keyframes": [[5], [0]]}', "/user_keyframes/1/0: "),
        (b'{"user_keyframes": [[]]}', "got neither"),
        (b'{"selected_intervals_per_user": [[[1, 2.5]]]}', "/selected_intervals_per_user/0/0/1: "),
        (b'{"phases": [{"name": "a", "start": 1, "end": 2}]}', "/phases/0/decisive: "),
        (b'{"phases": null}', "/phases: "),
    ],
)
def test_what_cannot_be_read_is_named(content, said):
    with pytest.raises(InvalidAnnotations) as caught:
        parse(content)
    assert said in caught.value.message
    assert caught.value.to_problem()["status"] == 422


def test_limits():
    with pytest.raises(InvalidAnnotations, match="at most 2 MiB"):
        parse(b"index\n" + b"1\n" * (MOST_BYTES // 2))
    with pytest.raises(InvalidAnnotations, match="at most 100 items"):
        parse(b"annotator,index\n" + b"".join(b"a%d,1\n" % n for n in range(101)))
    with pytest.raises(InvalidAnnotations, match="at most 100 annotators, got 101"):
        GroundTruth(tuple(Annotator(str(n), (1,)) for n in range(101)))
    with pytest.raises(InvalidAnnotations, match="at most 100,000 marks, got 100,001"):
        GroundTruth((Annotator("a", tuple(range(100_000))), Annotator("b", (1,))))
    with pytest.raises(InvalidAnnotations, match="ann is there twice"):
        GroundTruth((Annotator("ann", (1,)), Annotator("ann", (2,))))


def test_frames_take_the_times_at_which_they_are_shown():
    times_T = np.array([0.0, 0.1, 0.5, 0.6])  # a pause, as a GIF may have
    truth = GroundTruth(
        (Annotator("ann", (1, 2), ((0, 2), (2, 4))),), (Phase("run-up", 1, 3, False),)
    )
    found = truth.in_seconds(times_T)
    [ann] = found.annotators
    assert ann.keyframes == (0.1, 0.5)
    assert ann.intervals == ((0.0, 0.5), (0.5, pytest.approx(0.7)))  # the last is shown 0.1 s too
    assert found.phases == (Phase("run-up", 0.1, 0.6, False, "seconds"),)
    assert found.in_seconds(times_T) == found


def test_seconds_stay_and_end_with_the_clip():
    truth = GroundTruth((Annotator("ann", (0.05,), ((0.1, 9.0),), "seconds"),))
    [ann] = truth.in_seconds(np.array([0.0, 0.2])).annotators
    assert (ann.keyframes, ann.intervals) == ((0.05,), ((0.1, 0.4),))
    single = GroundTruth((Annotator("ann", (), ((0, 1),)),)).in_seconds(np.zeros(1))
    assert single.annotators[0].intervals[0][0] == 0.0


def test_the_frames_of_annotated_keyframes():
    times_T = np.array([0.0, 1 / 30, 2 / 30, 1.0])
    people = (
        Annotator("ann", (3, 1)),
        Annotator("bo", (0.0, 0.033, 0.06, 0.066, 0.99, 1.2), unit="seconds"),
        Annotator("cy", (), ((0, 2),)),
    )  # 0.033 and 0.066 are the times of frames 1 and 2, cut to milliseconds
    assert GroundTruth(people).frames(times_T) == {"ann": [1, 3], "bo": [0, 1, 2, 3]}
    with pytest.raises(InvalidAnnotations, match="before frame 4"):
        GroundTruth((Annotator("ann", (4,)),)).frames(times_T)


@pytest.mark.parametrize(
    ("annotator", "said"),
    [
        (Annotator("ann", (4,)), "ann: wanted a mark before frame 4, .* got 4"),
        (Annotator("ann", (), ((2, 5),)), "ann: wanted an end of at most 4, .* got 5"),
        (Annotator("ann", (1.7,), unit="seconds"), "ann: wanted a mark before 1.600 s"),
        (Annotator("ann", (), ((2.0, 3.0),), "seconds"), "ann: wanted a mark before 1.600 s"),
    ],
)
def test_marks_beyond_the_clip_are_reported(annotator, said):
    with pytest.raises(InvalidAnnotations, match=said):
        GroundTruth((annotator,)).in_seconds(np.arange(4) * 0.4)


def test_published_layouts():
    summe = parse(b'{"n_frames": 9, "selected_intervals_per_user": [[[1, 4], [6, 8]], [[2, 3]]]}')
    assert summe.annotators == (
        Annotator("user1", (), ((1, 4), (6, 8))),
        Annotator("user2", (), ((2, 3),)),
    )
    vsumm = parse(b'{"n_frames": 9, "user_keyframes": [[3, 1], [], [9]]}')  # counted from 1
    assert vsumm.annotators == (Annotator("user1", (0, 2)), Annotator("user3", (8,)))
    row = {"name": "flight", "start": 3, "end": 6, "start_s": 0.12, "end_s": 0.24, "decisive": True}
    scene = parse(json.dumps({"schema": "kairoscope/athletics@1", "phases": [row]}).encode())
    assert scene == GroundTruth((), (Phase("flight", 3, 6, True),))


def test_a_video_finds_its_truth(tmp_path):
    video = tmp_path / "clips" / "v21.mpg"
    place = touch(tmp_path, "truth/UserSummary/v21/user1/Frame7.jpeg", "clips/v21.mpg") / "truth"
    touch(place, "UserSummary/v21/user1/Frame3.jpeg", "UserSummary/v21/user2/Thumbs.db")
    assert truth_of(video, place).annotators == (Annotator("user1", (2, 6)),)
    score_TU = np.zeros((6, 2))
    score_TU[[1, 2, 5], 0], score_TU[0, 1] = (1, 2, 3), 1
    savemat(place / "v21.mat", {"user_score": score_TU, "nFrames": 6})
    assert truth_of(video, place).annotators == (
        Annotator("user1", (), ((1, 3), (5, 6))),
        Annotator("user2", (), ((0, 1),)),
    )
    (place / "v21.csv").write_text("index\n3\n")
    assert truth_of(video, place) == read(place / "v21.csv")
    video.with_suffix(".json").write_text('{"user_keyframes": [[2]]}')
    assert truth_of(video).annotators == (Annotator("user1", (1,)),)
    assert truth_of(video, place / "v21.mat") == read(place / "v21.mat")


def test_a_video_finds_its_entry_in_vsumms_lists(tmp_path):
    lists = {"v1": {"n_frames": 9, "user_keyframes": [[5]]}, "v2": {"n_frames": 9}}
    (tmp_path / "annotations.json").write_text(json.dumps(lists))
    assert truth_of(tmp_path / "v1.mpg", tmp_path).annotators == (Annotator("user1", (4,)),)
    for name in ("v2.mpg", "v3.mpg"):
        with pytest.raises(InvalidAnnotations):
            truth_of(tmp_path / name, tmp_path)


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file", b"x" * 600])
def test_a_damaged_mat_file_is_named(tmp_path, content):
    path = tmp_path / "x.mat"
    path.write_bytes(content)
    with pytest.raises(InvalidAnnotations, match=r"x\.mat: wanted user_score"):
        read(path)
    with pytest.raises(InvalidAnnotations, match=r"gone\.json"):
        read(tmp_path / "gone.json")


def test_summes_own_selections(real_data):
    path = real_data / "summe" / "paluma_jump.json"
    truth = read(path)
    T = json.loads(path.read_text())["n_frames"]
    assert len(truth.annotators) == 15
    selected = [sum(end - start for start, end in who.intervals) for who in truth.annotators]
    assert max(selected) == int(0.15 * T) == 386  # what users were limited to: ends are exclusive
    assert sum(count == 386 for count in selected) == 2
    last = max(end for who in truth.annotators for _, end in who.intervals)
    seconds = truth.in_seconds(np.arange(T) / 25)
    assert max(end for who in seconds.annotators for _, end in who.intervals) == last / 25


DOCUMENT = Path(__file__).parents[2] / "docs" / "ground-truth.md"
EXAMPLES = re.findall(r"```(?:json|csv)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_documents_examples_are_read(example):
    truth = parse(example.encode())
    assert GroundTruth.from_json(truth.to_json()) == truth


def test_the_documents_examples_mean_what_it_says():
    own, frames, seconds, summe, vsumm, scene = (parse(example.encode()) for example in EXAMPLES)
    assert own.annotators[1] == Annotator("bo", (0.5, 9.21), unit="seconds")
    assert own.phases[0].decisive
    assert frames.annotators == (Annotator("ann", (12, 230)), Annotator("bo", (14,)))
    assert seconds.annotators[0].intervals == ((8.0, 10.4),)
    assert summe.annotators[1] == Annotator("user2", (), ((190, 240),))
    assert vsumm.annotators[0] == Annotator("user1", (12, 230))
    assert scene.phases == (Phase("flight", 30, 41, True),)
