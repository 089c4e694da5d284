"""`kairoscope analyze`: results, exit codes, and what it leaves behind."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.cli import Exit, main
from app.cli.output import folder_names
from model.networks.attention import AttentionModel
from model.types import SCHEMA, Analysis
from model.video.decode import open_clip
from tests.sound import assert_every_method_is_sound

# of the real files those without a picture: sound alone, and a stream that does not decode
REFUSED = {"badmedia/mp4parse_amr_nb_1f.3gp", "badmedia/mp4parse_invalid_userdata.mp4"}
LIGHT = "sms,average,ranktracing,superframes,uniform"  # need no network


def analyze(*arguments: object) -> int:
    return main(["analyze", *map(str, arguments)])


def keyframes_of(*arguments: object) -> int:
    """Without the recogniser, which takes most of the time: tests/cli/test_recognizer.py has it."""
    return analyze(*arguments, "--recognizer", "none")


@pytest.mark.slow
def test_json_of_one_video_is_an_analysis(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keyframes_of(clip, "--methods", LIGHT, "--keyframes", 5, "--json", "-") == Exit.DONE
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == SCHEMA
    assert data["provenance"]["file"] == str(clip)
    assert data["provenance"]["reused"] == []
    no_steps = {key: [] for key in ("index", "time_s", "phi", "gate", "open")} | {"threshold": None}
    assert data["steps"] == no_steps
    analysis = Analysis.from_json(data)
    assert analysis.clip.info.frames == 40
    assert list(analysis.methods) == LIGHT.split(",")
    for keyframes in analysis.methods.values():
        assert len(keyframes.index_K) == 5
        assert np.allclose(keyframes.time_K, keyframes.index_K / 20)


@pytest.mark.slow
def test_attention_at_the_asked_rate(
    clip: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--weights", weights, "--device", "cpu", "--steps-per-second", 5, "--json", "-")
    assert keyframes_of(clip, "--methods", "rtsae", *options) == Exit.DONE
    analysis = Analysis.from_json(json.loads(capsys.readouterr().out))
    assert analysis.steps is not None
    assert analysis.steps.index_S.tolist() == list(range(0, 40, 4))
    assert analysis.provenance["attention"]["name"] == "random"


@pytest.fixture
def full_gpu(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A device `cuda` that takes the network and then has no memory; the devices loaded onto."""
    import torch

    asked: list[str] = []
    load = AttentionModel.load

    class Full:
        flow = "dis"

        def begin(self, steps_per_second: float | None = None) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory")

    def load_or_full(path: Path, device: str) -> "AttentionModel | Full":
        asked.append(device)
        return Full() if device == "cuda" else load(path, device)

    monkeypatch.setattr(AttentionModel, "load", load_or_full)
    monkeypatch.setattr("model.networks.device.resolve", lambda wanted: wanted)
    return asked


@pytest.mark.slow
def test_a_full_gpu_loses_no_video_and_the_result_says_where_it_ran(
    clip: Path, weights: Path, full_gpu: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--weights", weights, "--device", "cuda", "--steps-per-second", 1, "--json", "-")
    assert keyframes_of(clip, clip, "--methods", "rtsae", *options) == Exit.DONE
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["provenance"]["attention"]["device"] for line in lines] == ["cpu", "cpu"]
    assert full_gpu == ["cuda", "cpu"]  # each loaded once, for all videos


@pytest.mark.slow
def test_a_bench_on_a_full_gpu_measures_the_cpu(
    clip: Path, weights: Path, full_gpu: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--weights", str(weights), "--device", "cuda", "--steps-per-second", "1", "--json")
    assert main(["bench", str(clip), "--methods", "rtsae", *options]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["device"] == "cpu"
    assert full_gpu == ["cuda", "cpu"]


def test_missing_weights_and_devices_are_one_line(
    clip: Path, tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.safetensors"
    assert analyze(clip, "--methods", "rtsae", "--weights", missing) == Exit.FAILED
    assert analyze(clip, "--methods", "rtsae", "--device", "toaster") == Exit.USAGE
    first, second = capsys.readouterr().err.splitlines()
    assert f"no checkpoint at {missing}" in first
    assert "device toaster" in second


@pytest.mark.slow
def test_several_videos_are_json_lines_in_a_file(clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "results.jsonl"
    assert keyframes_of(clip, clip, "--methods", "uniform", "--json", target) == Exit.DONE
    lines = target.read_text().splitlines()
    assert [json.loads(line)["video"]["frames"] for line in lines] == [40, 40]


@pytest.mark.slow
def test_parameters_reach_the_method(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--methods", "uniform", "--set", "uniform.count=3", "--json", "-")
    assert keyframes_of(clip, *arguments) == Exit.DONE
    uniform = json.loads(capsys.readouterr().out)["methods"]["uniform"]
    assert uniform["parameters"]["count"] == 3
    assert len(uniform["keyframes"]) == 3


@pytest.mark.slow
def test_an_unreadable_input_is_reported_and_the_others_are_done(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    missing = tmp_path / "missing.avi"
    arguments = ("--methods", "uniform", "--json", "-")
    assert keyframes_of(text, missing, clip, *arguments) == Exit.UNREADABLE
    captured = capsys.readouterr()
    assert [json.loads(line)["video"]["frames"] for line in captured.out.splitlines()] == [40]
    problems = [json.loads(line) for line in captured.err.splitlines()]
    assert [problem["instance"] for problem in problems] == [str(text), str(missing)]
    for problem in problems:
        assert problem["type"] == "urn:kairoscope:problem:unreadable-video"
        assert problem["status"] == 422
        assert problem["detail"]
        assert problem["hint"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--methods", "nosuch"),
        ("--methods", "uniform", "--set", "uniform.nosuch=1"),
        ("--methods", "uniform", "--set", "uniform.count=-1"),
        ("--methods", "uniform", "--set", "count=1"),
        ("--methods", "uniform", "--set", "sms.sigma=1"),
    ],
)
def test_wrong_parameters_exit_2_with_one_line(
    clip: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(clip, *arguments) == Exit.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("clip.mp4", "--keyframes", "0"),
        ("clip.mp4", "--keyframes", "-1"),
        ("clip.mp4", "--keyframes", "2.5"),
        ("clip.mp4", "--flow", "nosuch"),
        ("clip.mp4", "--steps-per-second", "nan"),
        ("clip.mp4", "--steps-per-second", "-1"),
    ],
)
def test_wrong_usage_exits_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        analyze(*arguments)
    assert stopped.value.code == Exit.USAGE
    assert "usage:" in capsys.readouterr().err


def test_unwritable_json_fails_before_any_work(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "no folder" / "x.json"
    assert analyze(clip, "--methods", "uniform", "--json", target) == Exit.FAILED
    assert "cannot be written" in capsys.readouterr().err


def test_table_for_people(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keyframes_of(clip, "--methods", LIGHT) == Exit.DONE
    out = capsys.readouterr().out
    assert "square.mp4: 40 frames, 2.00 s, 96x64, h264" in out
    for method in LIGHT.split(","):
        assert re.search(rf"^  {method} +\d+ +[\d.]+ %", out, re.MULTILINE)


@pytest.mark.slow
def test_out_holds_the_analysis_and_the_very_keyframes(clip: Path, tmp_path: Path) -> None:
    arguments = ("--methods", "uniform,sms", "--keyframes", 3, "--out", tmp_path)
    assert keyframes_of(clip, *arguments) == Exit.DONE
    folder = tmp_path / "square.mp4"
    analysis = Analysis.from_json(json.loads((folder / "analysis.json").read_text()))
    with open_clip(clip, size=64) as stream:
        frames_THWC = np.concatenate([batch.frames_NHWC for batch in stream])
    for method, keyframes in analysis.methods.items():
        files = sorted((folder / method).iterdir())
        wanted = [
            f"{rank:03d}_frame{index:06d}_{time_s:09.3f}s.jpg"
            for rank, (index, time_s) in enumerate(
                zip(keyframes.index_K, keyframes.time_K, strict=True), start=1
            )
        ]
        assert [file.name for file in files] == wanted
        for file, index in zip(files, keyframes.index_K, strict=True):
            picture_HWC = cv2.imread(str(file))[..., ::-1]
            assert picture_HWC.shape == (64, 96, 3)
            small_HWC = cv2.resize(picture_HWC, (64, 64), interpolation=cv2.INTER_AREA)
            errors_T = np.abs(frames_THWC - small_HWC.astype(float)).mean((1, 2, 3))
            assert np.argmin(errors_T[:25]) == index % 25


def test_folder_names_are_safe_and_unique() -> None:
    videos = [Path("a/x.avi"), Path("b/x.avi"), Path("x-2.avi"), Path("ü ;.mp4"), Path("...")]
    names = folder_names(videos)
    assert names == ["x.avi", "x.avi-2", "x-2.avi", "ü__.mp4", "video"]


def test_list_methods_names_every_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        analyze("--list-methods")
    assert stopped.value.code == 0
    assert "--set sms.prominence=0.1" in capsys.readouterr().out


@pytest.mark.exhaustive
@pytest.mark.slow
def test_every_real_file_is_analysed_or_refused_with_a_reason(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [real_data / name for name in ("ucf101", "hmdb51", "badmedia")]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    assert len(files) >= 40
    # the networks would take most of the time: few steps, and no action named for each method
    quick = ("--steps-per-second", 1, "--recognizer", "none")
    code = analyze(*files, "--methods", "all", *quick, "--json", "-")
    captured = capsys.readouterr()
    analyses = [json.loads(line) for line in captured.out.splitlines()]
    problems = [json.loads(line) for line in captured.err.splitlines() if line.startswith("{")]
    done = [data["provenance"]["file"] for data in analyses]
    refused = [problem["instance"] for problem in problems]
    assert sorted(done + refused) == sorted(map(str, files))
    assert code == Exit.UNREADABLE
    assert {Path(name).relative_to(real_data).as_posix() for name in refused} == REFUSED
    for problem in problems:
        assert problem["detail"]
        assert problem["hint"]
        assert problem["status"] == 422
    for data in analyses:
        analysis = Analysis.from_json(data)
        assert analysis.steps is not None
        assert_every_method_is_sound(analysis)
