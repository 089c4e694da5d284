"""What names a result: everything that determines it."""

from pathlib import Path

import pytest

from model.weights import registry
from worker.keys import analysis_key, complete_methods
from worker.settings import Settings


def key(folder: Path, **settings: object) -> str:
    return analysis_key(Settings(data_dir=folder, **settings), "0" * 64, {"sms": {}}, None)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where shipped weights are looked for: an empty folder."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    monkeypatch.setattr(registry, "SHIPPED", folder)
    return folder


def test_a_recogniser_that_ships_or_changes_is_another_analysis(tmp_path: Path, shipped: Path):
    without = key(tmp_path)
    assert key(tmp_path, recognizer="none") == without  # auto, and there is none
    (shipped / "compact.safetensors").write_bytes(b"one")
    first = key(tmp_path)
    (shipped / "compact.safetensors").write_bytes(b"another one")
    assert len({without, first, key(tmp_path)}) == 3
    assert key(tmp_path, recognizer="none") == without
    assert key(tmp_path, recognizer="rtsae-dscnn") == key(tmp_path)


def test_weights_that_are_pulled_later_are_another_analysis(tmp_path: Path):
    """Asking is no error: the job fails and says why, and runs again once they are there."""
    missing = key(tmp_path, recognizer="i3d")
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "i3d-kinetics400.safetensors").write_bytes(b"i3d")
    assert key(tmp_path, recognizer="i3d") != missing


def test_methods_added_later_run_only_when_they_are_named():
    six = ["rtsae", "sms", "average", "ranktracing", "superframes", "uniform"]
    assert list(complete_methods(None)) == six
    assert list(complete_methods({"scenes": {}})) == ["scenes"]
