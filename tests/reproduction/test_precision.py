"""A reproduction goes on on a machine that computes in another precision."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.cli import Exit, main
from model.reproduction.document import Document
from model.reproduction.task import Task
from tests.reproduction import made
from tests.reproduction.made import First, task


def test_what_ran_in_another_precision_counts_and_is_trained_again_in_that(
    clips: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def reproduce(precision: str, tasks: Sequence[Task]) -> Document:
        monkeypatch.setattr("model.reproduction.prepare.native_precision", lambda _: precision)
        places = ["--root", str(clips), "--out", str(out)]
        with made.experiments(First(tuple(tasks))):
            assert main(["reproduce", "--dataset", "ucf101", *places]) == Exit.DONE
        return Document.from_json(json.loads((out / "document.json").read_text()))

    before = [task("a", network="trained"), task("b", "a")]
    reproduce("bfloat16", before)
    for network in out.glob("runs/*/checkpoint.safetensors"):
        network.unlink()
    document = reproduce("float32", [*before, task("c", "a"), task("d")])
    assert made.runs(runs) == ["a", "b", "a", "d", "c"]
    found = {run["task"]: run["provenance"]["precision"] for run in document.runs.values()}
    assert found == {"a": "bfloat16", "b": "bfloat16", "c": "float32", "d": "float32"}
    assert document.sections[0].notices[-1].endswith("precisions: 2 in bfloat16, 2 in float32.")
