"""`kairoscope weights`: what ships, and what a checkpoint says of itself."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from app.cli import Exit, main
from model.weights import cards


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A file with the three parts that every checkpoint states."""
    path = tmp_path / "small.safetensors"
    parts = {
        "recipe": {"size": 112},
        "architecture": {"layers": 2},
        "card": {"trained_on": "nothing"},
    }
    metadata = {name: json.dumps(part) for name, part in parts.items()}
    save_file({"weight": np.ones(3, np.float32)}, path, metadata)
    return path


def test_show_prints_what_the_file_states(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["weights", "show", str(checkpoint)]) == Exit.DONE
    shown = json.loads(capsys.readouterr().out)
    assert shown == {
        "name": "small",
        "task": "attention",
        "sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        "bytes": checkpoint.stat().st_size,
        "recipe": {"size": 112},
        "architecture": {"layers": 2},
        "card": {"trained_on": "nothing"},
    }


def test_list_has_a_line_for_each_that_ships(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cards, "SHIPPED", checkpoint.parent)
    assert main(["weights", "list"]) == Exit.DONE
    _, line = capsys.readouterr().out.splitlines()
    assert line.split()[:2] == ["small", "attention"]


def test_what_is_no_checkpoint_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pickled = tmp_path / "pickled.safetensors"
    pickled.write_bytes(b"\x80\x04cos\nsystem\n")
    silent = tmp_path / "silent.safetensors"
    save_file({"weight": np.ones(3, np.float32)}, silent)
    reasons = {
        tmp_path / "missing.safetensors": "no checkpoint",
        pickled: "is not a safetensors file",
        silent: "does not state its recipe",
    }
    for path, reason in reasons.items():
        assert main(["weights", "show", str(path)]) == Exit.FAILED
        assert reason in capsys.readouterr().err
