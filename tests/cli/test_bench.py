"""`kairoscope bench VIDEO`: every stage is measured, and the figures fit together."""

import json
from pathlib import Path

import pytest

from app.cli import Exit, main
from model.features.descriptors import registry

METHODS = "sms,uniform"


@pytest.mark.slow
def test_json_has_every_stage_with_sound_figures(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", str(clip), "--methods", METHODS, "--json"]) == Exit.DONE
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "kairoscope/bench@1"
    assert data["video"]["frames"] == 40
    descriptors = [f"descriptor {name}" for name in registry()]
    methods = [f"method {name}" for name in METHODS.split(",")]
    assert sorted(data["stages"]) == sorted(["decode", "flow", *descriptors, *methods, "quality"])
    for stage in data["stages"].values():
        assert stage["wall_s"] > 0
        assert stage["cpu_s"] >= 0
        assert stage["frames_per_s"] == pytest.approx(40 / stage["wall_s"])
    assert data["stages"]["decode"]["cpu_s"] > 0.02  # the decoder's process is counted
    timed_s = sum(stage["wall_s"] for name, stage in data["stages"].items() if name != "decode")
    assert timed_s < data["total"]["wall_s"]
    assert data["peak_memory_bytes"] > 50 * 2**20


@pytest.mark.slow
def test_the_network_and_its_gate_are_stages(
    clip: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--weights", str(weights), "--steps-per-second", "2", "--json")
    assert main(["bench", str(clip), "--methods", "rtsae", *options]) == Exit.DONE
    data = json.loads(capsys.readouterr().out)
    assert data["device"] in {"cpu", "cuda"}
    assert data["stages"]["network features"]["cpu_s"] > data["stages"]["gate"]["cpu_s"] > 0


@pytest.mark.slow
def test_table_names_every_stage(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(clip), "--methods", METHODS]) == Exit.DONE
    out = capsys.readouterr().out
    for stage in ("decode", "flow", "method sms", "one analysis", "peak memory"):
        assert stage in out


def test_a_missing_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "nosuch.mp4"]) == Exit.UNREADABLE
    assert capsys.readouterr().err == "kairoscope: nosuch.mp4 does not exist. Name a video file.\n"


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (("ui", "--weights", "mine.safetensors"), "--weights belongs to bench VIDEO"),
        (("ui", "--set", "sms.prominence=0.2"), "--set belongs to bench VIDEO"),
        (("clip.mp4", "--repeats", "2"), "--repeats belongs to bench ui"),
    ],
)
def test_an_option_of_the_other_bench_is_refused(
    options: tuple[str, ...], cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *options]) == Exit.USAGE
    assert capsys.readouterr().err == f"kairoscope: {cause}. Leave it out.\n"


def test_a_video_may_be_called_ui(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "./ui"]) == Exit.UNREADABLE
    assert "does not exist" in capsys.readouterr().err
