"""`kairoscope analyze --recognizer`: what it prints, and how it fails."""

import json
from pathlib import Path

import pytest

from app.cli import Exit, main
from model.networks import recognition_checkpoint
from model.recognisers import DEFAULT, registry
from model.weights import registry as known_weights

LIGHT = ("--methods", "uniform,sms", "--keyframes", "3")


@pytest.fixture(scope="session")
def recogniser_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recogniser of random weights: enough to run, not to mean anything."""
    path = tmp_path_factory.mktemp("recogniser") / "random.safetensors"
    network = registry()[DEFAULT].untrained().network  # type: ignore[attr-defined]
    recognition_checkpoint.save(path, network, {"trained_on": "nothing"})
    return path


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path))
    return tmp_path


def analyze(*arguments: object) -> int:
    return main(["analyze", *map(str, arguments)])


@pytest.mark.slow
def test_json_has_the_action_of_the_clip_and_of_each_method(
    clip: Path, recogniser_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--recognizer-weights", recogniser_weights, "--json", "-")
    assert analyze(clip, *LIGHT, *options) == Exit.DONE
    found = json.loads(capsys.readouterr().out)["recognition"]
    assert found["recognizer"] == "rtsae-dscnn"
    assert found["weights"]["name"] == "random"
    assert set(found["methods"]) == {"uniform", "sms"}
    best = found["whole"]["top"][0]["label"]
    for entry in found["methods"].values():
        assert entry["frames"] == 3
        assert entry["kept"] is (entry["top"][0]["label"] == best)
        assert entry["multiply_adds"] < found["full_multiply_adds"]
        assert sum(top["probability"] for top in entry["top"]) == pytest.approx(1)


@pytest.mark.slow
def test_the_table_names_the_action(
    clip: Path, recogniser_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(clip, *LIGHT, "--recognizer-weights", recogniser_weights) == Exit.DONE
    out = capsys.readouterr().out
    assert "(rtsae-dscnn, random)" in out
    rows = {line.split()[0]: line for line in out.splitlines() if "%" in line}
    assert set(rows) >= {"whole", "uniform", "sms"}
    assert any(label in rows["whole"] for label in ("jump", "run", "throw"))


@pytest.mark.slow
def test_without_weights_that_ship_nothing_is_said(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(known_weights, "SHIPPED", tmp_path)
    assert analyze(clip, *LIGHT, "--json", "-") == Exit.DONE
    captured = capsys.readouterr()
    assert json.loads(captured.out)["recognition"] == {}
    assert captured.err == ""
    assert analyze(clip, *LIGHT, "--recognizer", "none") == Exit.DONE
    assert "action" not in capsys.readouterr().out


def test_missing_weights_name_the_command_that_gets_them(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(clip, *LIGHT, "--recognizer", "i3d") == Exit.FAILED
    [line] = capsys.readouterr().err.splitlines()
    assert "Run `kairoscope weights pull i3d-kinetics400`" in line


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--recognizer", "nosuch"), "Known: auto, none, rtsae-dscnn"),
        (("--recognizer", "none", "--recognizer-weights", "x"), "no recognizer"),
        (("--recognizer-weights", "RANDOM", "--device", "toaster"), "device toaster"),
    ],
)
def test_wrong_usage_exits_2_with_one_line(
    clip: Path,
    recogniser_weights: Path,
    options: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = [str(recogniser_weights) if word == "RANDOM" else word for word in options]
    assert analyze(clip, *LIGHT, *named) == Exit.USAGE
    [line] = capsys.readouterr().err.splitlines()
    assert told in line


def test_an_attention_checkpoint_cannot_recognise(
    clip: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(clip, *LIGHT, "--recognizer-weights", weights) == Exit.FAILED
    assert "An attention checkpoint cannot recognise" in capsys.readouterr().err
