"""`kairoscope evaluate attention`: what it refuses, what it writes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import Exit, main
from model.datasets.athletics import FIRST_CLASSES
from model.evaluation import attention, scenes, steps_cache
from tests.clips import moving_square, write_clip
from tests.evaluation.test_attention import scene_row


def test_nothing_to_evaluate_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "attention", "--no-scenes"]) == Exit.USAGE
    line = capsys.readouterr().err
    assert line.startswith("kairoscope: nothing to evaluate")
    assert line.count("\n") == 1


@pytest.mark.parametrize("split", [None, "{}", '{"held_out": ["gone.mp4"]}', "not JSON"])
def test_a_split_that_cannot_be_read_is_wrong_usage(
    tmp_path: Path, weights: Path, split: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "split.json"
    if split is not None:
        path.write_text(split)
    arguments = ["--data", str(tmp_path), "--split", str(path), "--weights", str(weights)]
    assert main(["evaluate", "attention", "--no-scenes", *arguments]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("kairoscope: --data: ")


def test_out_holds_all_with_its_provenance(
    tmp_path: Path,
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = {"scenes": 2, "mean": {"keyframes": 3.0}, "rows": []}
    monkeypatch.setattr(scenes, "evaluate_scenes", lambda *_: found)
    out = tmp_path / "attention.json"
    options = ["--weights", str(weights), "--out", str(out), "--json"]
    assert main(["evaluate", "attention", *options]) == Exit.DONE
    result = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == result
    assert result["scenes"] == [{"checkpoint": "random", **found}]
    assert {"command", "version", "commit", "machine"} <= result["provenance"].keys()
    assert main(["evaluate", "attention", *options]) == Exit.DONE
    out.write_text('{"scenes": []}')
    monkeypatch.setattr(scenes, "evaluate_scenes", lambda *_: pytest.fail("it has begun"))
    assert main(["evaluate", "attention", *options]) == Exit.USAGE
    assert "holds something else" in capsys.readouterr().err
    assert out.read_text() == '{"scenes": []}'


def test_provenance_lists_the_clips_that_were_measured(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(attention, "evaluate", lambda _, videos, *rest: seen.append(videos) or {})
    folder = tmp_path / "data" / "sub"
    folder.mkdir(parents=True)
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(name.encode())
    split, out = tmp_path / "split.json", tmp_path / "out.json"
    split.write_text('{"held_out": ["sub/b.mp4"]}')
    data = ["--data", str(folder.parent), "--split", str(split), "--no-scenes"]
    options = [*data, "--weights", str(weights), "--out", str(out)]
    assert main(["evaluate", "attention", *options]) == Exit.DONE
    digest = hashlib.sha256((folder / "b.mp4").read_bytes()).hexdigest()
    assert seen == [[folder / "b.mp4"]]
    clips = [{"file": "sub/b.mp4", "sha256": digest}]
    result = json.loads(out.read_text())
    assert result["provenance"]["data"] == {"part": "held_out", "clips": clips}


@pytest.mark.slow
def test_an_interrupted_evaluation_goes_on_where_it_was(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clip(tmp_path / "clip.mp4", moving_square(60, step=2))
    out, scenes_seen, clips_seen, read = tmp_path / "out.json", [], [], steps_cache.read_steps

    def scene(model: Any, action: str, seed: int) -> dict[str, float]:
        scenes_seen.append(action)
        if len(scenes_seen) == 2:
            raise KeyboardInterrupt
        return scene_row(3, 1, len(action))

    def clip(*arguments: Any) -> Any:
        clips_seen.append(arguments[0].name)
        return read(*arguments)

    monkeypatch.setattr(scenes, "_seen", scene)
    monkeypatch.setattr(steps_cache, "read_steps", clip)
    options = ["--data", str(tmp_path), "--weights", str(weights), "--scenes", "1"]
    command = ["evaluate", "attention", *options, "--out", str(out)]
    assert main(command) == Exit.INTERRUPTED
    assert not out.exists()
    assert main(command) == Exit.DONE
    assert clips_seen == ["clip.mp4"]
    assert scenes_seen == [FIRST_CLASSES[0], FIRST_CLASSES[1], FIRST_CLASSES[1]]
    assert [path.name for path in tmp_path.iterdir()].count("out.json.unfinished") == 0
    went_on = json.loads(out.read_text())
    assert main(command) == Exit.DONE
    at_once = json.loads(out.read_text())
    del went_on["provenance"], at_once["provenance"]
    assert went_on == at_once


def test_a_place_that_cannot_be_written_to_is_refused_before_the_work(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--weights", str(weights), "--out", "/dev/null/x/out.json"]
    assert main(["evaluate", "attention", *options]) == Exit.FAILED
    assert "Name a place that you may write to." in capsys.readouterr().err
