"""`kairoscope evaluate attention`: what it refuses, what it writes."""

import json
from pathlib import Path

import pytest

from app.cli import Exit, main
from model.evaluation import scenes


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
