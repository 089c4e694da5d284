"""`kairoscope evaluate keyframes`: a table, JSON, and what it refuses."""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import Exit, evaluate_keyframes, main
from app.cli.output import ProgressLine
from model.analyze import Progress
from tests.clips import write_clip
from tests.marks import quick

ORANGE, GREEN, BLUE = (220, 140, 30), (30, 220, 43), (30, 40, 220)  # each amid its bin of hue


def evaluate(*arguments: object) -> Exit:
    return main(["evaluate", "keyframes", *map(str, arguments)])


def test_a_table_of_the_methods(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "marks.csv"
    truth.write_text("annotator,index\nann,0\nann,39\nbo,20\n")
    arguments = ("--truth", truth, "--methods", "uniform", "--set", "uniform.count=2")
    assert evaluate(clip, *arguments, "--tolerance", 0.6) == Exit.DONE
    first, head, row = capsys.readouterr().out.splitlines()
    assert first == "1 video, within 0.6 s"
    assert head.split() == ["method", "keyframes", "P", "R", "F", "coverage", "redundancy"]
    # Uniform takes 10 and 30, the middles of the halves, at 0.5 and 1.5 s: both within 0.6 s of
    # ann's two, and one of them of bo's, at 1.0 s.
    assert row.split()[:5] == ["uniform", "2.0", "0.750", "1.000", "0.833"]


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """Three scenes of one colour each, 2 s long, in the layout of VSUMM; what two users chose."""
    colours = [colour for colour in (ORANGE, GREEN, BLUE) for _ in range(20)]
    path = tmp_path / "database" / "v21.mp4"
    path.parent.mkdir()
    write_clip(path, [np.full((48, 64, 3), colour, np.uint8) for colour in colours], fps=10)
    for user, numbers in (("user1", (1, 6, 60)), ("user2", (26,))):
        folder = tmp_path / "UserSummary" / "v21" / user
        folder.mkdir(parents=True)
        for number in numbers:
            (folder / f"Frame{number}.jpeg").touch()
    return path


UNIFORM = ("--methods", "uniform", "--set", "uniform.count=3")  # of 60 frames: 10, 30, 50


def test_hues_match_where_seconds_do_not(
    scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(scenes, "--truth", tmp_path, *UNIFORM, "--hue") == Exit.DONE
    _, head, row = capsys.readouterr().out.splitlines()
    titles = re.sub(r"([PRF]) hue", r"\1-hue", head).split()
    found = dict(zip(titles, row.split(), strict=True))
    # user1 marked 0, 5 and 59: in time only 5 is near a keyframe (0.5 s from 10); by hue 0 takes
    # 10, 5 finds none left, 59 takes 50. user2's 25 is 0.5 s from 30, and as green.
    seconds = {"P": "0.333", "R": "0.667", "F": "0.417"}
    hues = {"P-hue": "0.500", "R-hue": "0.833", "F-hue": "0.583"}
    assert {name: found[name] for name in (*seconds, *hues)} == seconds | hues


@pytest.mark.slow
def test_progress_counts_the_frames_whose_hues_are_known(
    scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    class Line(ProgressLine):
        def __call__(self, progress: Progress) -> None:
            told.append((progress.stage, progress.done, progress.total))

    monkeypatch.setattr(evaluate_keyframes, "ProgressLine", Line)
    assert evaluate(scenes, "--truth", tmp_path, *UNIFORM, "--hue") == Exit.DONE
    # Marked are 0, 5, 25 and 59, chosen 10, 30 and 50.
    assert told[-8:] == [("hues", done, 7) for done in range(8)]


@pytest.mark.slow
def test_hues_are_those_of_evaluate_vsumm(
    scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(scenes, "--truth", tmp_path, *UNIFORM, "--hue", "--json") == Exit.DONE
    found = json.loads(capsys.readouterr().out)["videos"][0]["methods"]["uniform"]["hue"]
    data = ("--data", str(tmp_path), *UNIFORM, "--json")
    assert main(["evaluate", "vsumm", *data]) == Exit.DONE
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert [row["P"], row["CUS_A"], row["F"]] == pytest.approx(list(found["mean"].values()))
    assert found["best"] == "user1"


@pytest.mark.slow
def test_hues_of_the_videos_whose_keyframes_people_marked(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos = [shutil.copy(clip, tmp_path / name) for name in ("a.mp4", "b.mp4")]
    (tmp_path / "a.csv").write_text("time_s\n0.5\n")
    (tmp_path / "b.csv").write_text("start,end\n0,20\n")
    assert evaluate(*videos, *UNIFORM, "--hue", "--json") == Exit.DONE
    result = json.loads(capsys.readouterr().out)
    a, b = (video["methods"]["uniform"]["hue"] for video in result["videos"])
    assert a["mean"]["recall"] == 1.0
    assert b is None
    assert result["methods"]["uniform"]["hue_recall"] == 1.0


@pytest.mark.slow
def test_out_holds_all_with_its_provenance(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, marks = tmp_path / "out.json", tmp_path / "marks.csv"
    marks.write_text("time_s\n0.5\n")
    options = ("--truth", marks, "--methods", "uniform", "--out", out, "--json")
    assert evaluate(clip, *options) == Exit.DONE
    result = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == result
    assert {"command", "version", "commit", "machine"} <= result["provenance"].keys()
    [row] = result["provenance"]["data"]
    assert row["file"] == clip.name
    assert row["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    marks.write_text("time_s\n0.6\n")
    assert evaluate(clip, *options) == Exit.DONE
    [other] = json.loads(out.read_text())["provenance"]["data"]
    assert {name for name in row if row[name] != other[name]} == {"truth"}
    out.write_text('{"videos": []}')
    capsys.readouterr()
    assert evaluate(clip, *options) == Exit.USAGE
    assert "holds something else" in capsys.readouterr().err
    assert out.read_text() == '{"videos": []}'


@pytest.mark.slow
def test_an_interrupted_evaluation_goes_on_where_it_was(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos = [shutil.copy(clip, tmp_path / name) for name in ("a.mp4", "b.mp4")]
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("time_s\n0.5\n")
    out, seen, scored = tmp_path / "out.json", [], evaluate_keyframes._scored

    def once(arguments: Any, video: Path, *rest: Any) -> Any:
        seen.append(video.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return scored(arguments, video, *rest)

    monkeypatch.setattr(evaluate_keyframes, "_scored", once)
    command = (*videos, "--methods", "uniform", "--out", out)
    assert evaluate(*command) == Exit.INTERRUPTED
    assert not out.exists()
    monkeypatch.setattr(sys, "argv", ["kairoscope", "another", "--command"])
    assert evaluate(*command, "--json") == Exit.DONE
    assert seen == ["a.mp4", "b.mp4", "b.mp4"]
    assert not out.with_name("out.json.unfinished").exists()
    went_on = json.loads(out.read_text())
    assert evaluate(*command) == Exit.DONE
    assert seen[3:] == ["a.mp4", "b.mp4"]
    at_once = json.loads(out.read_text())
    del went_on["provenance"], at_once["provenance"]
    assert went_on == at_once


def test_hues_want_keyframes(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "marks.csv"
    truth.write_text("start,end\n0,20\n")
    assert evaluate(clip, "--truth", truth, "--hue") == Exit.USAGE
    assert "--hue: wanted annotated keyframes, got none" in capsys.readouterr().err


@pytest.mark.slow
def test_json_of_several_videos_and_a_folder_of_truth(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos = [shutil.copy(clip, tmp_path / name) for name in ("a.mp4", "b.mp4")]
    folder = tmp_path / "truth"
    folder.mkdir()
    (folder / "a.json").write_text('{"user_keyframes": [[11]]}')
    (folder / "b.csv").write_text("start,end\n0,20\n")
    arguments = ("--truth", folder, "--methods", "uniform,sms", "--keyframes", 2, "--json")
    assert evaluate(*videos, *arguments) == Exit.DONE
    result = json.loads(capsys.readouterr().out)
    assert result["schema"] == "kairoscope/keyframes-evaluation@1"
    a, b = result["videos"]
    assert a["file"].endswith("a.mp4")
    assert a["methods"]["uniform"]["annotators"]["user1"]["recall"] == 1.0
    assert b["methods"]["uniform"]["intervals"]["mean"]["recall"] == 1.0
    assert result["methods"]["uniform"]["videos"] == 2
    assert result["methods"]["uniform"]["recall"] == 1.0
    assert result["agreement"]["methods"] == ["uniform", "sms"]
    assert result["agreement"]["f"][0][0] == 1.0


@pytest.mark.slow
def test_truth_beside_the_video_and_a_video_that_fails(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.mp4", tmp_path / "bad.mp4"
    shutil.copy(clip, good)
    bad.write_bytes(b"no video")
    row = {"name": "flight", "start": 0, "end": 40, "decisive": True}
    for path in (good, bad):
        path.with_suffix(".json").write_text(json.dumps({"phases": [row]}))
    kept = tmp_path / "kept.json"
    assert evaluate(bad, good, "--methods", "uniform", "--out", kept) == Exit.UNREADABLE
    out, err = capsys.readouterr()
    assert json.loads(err)["instance"] == str(bad)
    assert out.splitlines()[0] == "1 video, within 0.5 s"
    assert "decisive" in out
    result = json.loads(kept.read_text())
    assert list(result["left_out"]) == [str(bad)]
    assert [row["file"] for row in result["provenance"]["data"]] == ["bad.mp4", "good.mp4"]
    assert len(result["videos"]) == 1


@pytest.mark.parametrize(
    ("truth", "said"),
    quick(2, [("gone.csv", "gone.csv"), ("frame\n1\n", "line 1: wanted the columns"),
              (None, "wanted the ground truth of square.mp4")]),
)  # fmt: skip
def test_truth_that_is_not_there_or_wrong(
    clip: Path, tmp_path: Path, truth: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path if truth is None else tmp_path / "gone.csv"
    if truth and "\n" in truth:
        path.write_text(truth)
    assert evaluate(clip, "--truth", path) == Exit.USAGE
    assert said in capsys.readouterr().err


def test_one_file_is_of_one_video(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(clip, clip, "--truth", tmp_path / "x.csv") == Exit.USAGE
    assert "wanted a folder for 2 videos" in capsys.readouterr().err


def test_a_video_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(tmp_path / "gone.mp4") == Exit.UNREADABLE
    assert "gone.mp4 does not exist" in capsys.readouterr().err
