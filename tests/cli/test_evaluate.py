"""`kairoscope evaluate attention`: what it refuses before it measures anything."""

from pathlib import Path

import pytest

from app.cli import Exit, main


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
