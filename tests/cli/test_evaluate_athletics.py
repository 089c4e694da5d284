"""`kairoscope evaluate athletics`: how it computes is what the options say; what it prints, keeps
and goes on with."""

import json
from pathlib import Path

import pytest
import torch

from app.cli import Exit, main
from model import datasets
from model.datasets.types import Dataset, Sample
from model.evaluation import athletics_run, recognition_run
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.checkpoint import SHIPPED
from model.video.probe import sha256_of
from tests.clips import moving_square, write_clip

RESULT = json.loads((Path(__file__).parents[2] / "docs/results/athletics.json").read_text())
CLASSES = ("jump", "run")


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the protocol was asked for; it answers with the figures of the shipped recogniser, a
    second time under another preset."""
    calls = []

    def evaluate(dataset, files, work):
        calls.append((dataset, files, work))
        inner = {key: RESULT[key] for key in ("inverse", "phases")}
        return {**RESULT, "presets": {"paper": inner}, "provenance": dict(RESULT["provenance"])}

    monkeypatch.setattr(athletics_run, "evaluate", evaluate)
    monkeypatch.setattr(
        datasets, "open_dataset", lambda root, name: Dataset(name, root, CLASSES, (), ())
    )
    for name in ("a", "b"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return calls


def test_options_reach_the_protocol_and_the_figures_the_table(asked, capsys):
    options = [
        "--select",
        "rtsae, sms",
        "--device",
        "cpu",
        "--precision",
        "bfloat16",
        "--jobs",
        "3",
    ]
    files = ["--root", "clips", "--weights", "a.safetensors", "b.safetensors"]
    assert main(["evaluate", "athletics", *files, *options]) == Exit.DONE
    (dataset, weights, work) = asked[0]
    assert (dataset.root, dataset.name) == (Path("clips"), "athletics")
    assert weights == [Path("a.safetensors"), Path("b.safetensors")]
    assert work.select == ("rtsae", "sms")
    assert (work.device, work.precision, work.jobs) == ("cpu", "bfloat16", 3)
    assert work.parts.folder is None
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "600 test clips"
    assert lines[2].split() == ["rtsae-dscnn", "0.751", "0.064", "0.253"]
    assert "10% mixed back: accuracy 0.748" in lines
    assert "paper: 10% mixed back: accuracy 0.748" in lines
    assert "rtsae-dscnn - dscnn+uniform: +0.053 (95%: +0.030 to +0.077)" in lines


def test_one_recording_has_no_interval(asked, monkeypatch, capsys):
    alone = {"difference": 0.5, "low": None, "high": None, "level": 0.95}
    result = {**RESULT, "comparisons": {"a - b": alone}, "provenance": {}}
    monkeypatch.setattr(athletics_run, "evaluate", lambda *_: result)
    given = ["--root", "clips", "--weights", "a.safetensors", "--device", "cpu"]
    assert main(["evaluate", "athletics", *given]) == Exit.DONE
    assert "a - b: +0.500 (of one recording: no interval)" in capsys.readouterr().out.splitlines()


def test_json_and_out_are_the_whole_result_with_its_provenance(asked, tmp_path, capsys):
    out = tmp_path / "kept" / "athletics.json"
    given = ["--root", "clips", "--weights", "a.safetensors", "--device", "cpu"]
    assert main(["evaluate", "athletics", *given, "--json", "--out", str(out)]) == Exit.DONE
    result = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == result
    assert result["comparisons"] == RESULT["comparisons"]
    found = result["provenance"]
    assert found["checkpoints"] == RESULT["provenance"]["checkpoints"]
    assert found["attention"] == sha256_of(SHIPPED)
    assert found["data"]["test"].keys() == {
        "clips",
        "list_sha256",
        "content_sha256",
    }
    assert "processor" in found["machine"]
    assert [path.name for path in out.parent.iterdir()] == ["athletics.json"]


@pytest.mark.parametrize(
    ("weights", "content", "said", "code"),
    [
        ("gone.safetensors", "", "no weights at gone", Exit.FAILED),
        ("a.safetensors", "[]", "something else", Exit.USAGE),
    ],
)
def test_what_is_refused_before_the_work(asked, tmp_path, weights, content, said, code, capsys):
    out = tmp_path / "out.json"
    out.write_text(content)
    given = ["--root", "clips", "--weights", weights, "--device", "cpu", "--out", str(out)]
    assert main(["evaluate", "athletics", *given]) == code
    assert said in capsys.readouterr().err
    assert not asked
    assert out.read_text() == content


@pytest.mark.slow
def test_an_interrupted_evaluation_goes_on_where_it_was(tmp_path, monkeypatch):
    samples, files, seen = [], [], []
    for label, name in enumerate(CLASSES):
        path = write_clip(tmp_path / f"{name}.mp4", moving_square(12, step=2 + label))
        samples.append(Sample(path, label, name))
    dataset = Dataset("athletics", tmp_path, CLASSES, (), tuple(samples))
    monkeypatch.setattr(datasets, "open_dataset", lambda root, name: dataset)
    for seed in range(2):
        torch.manual_seed(seed)
        arch = ARCH(ARCHConfig(CLASSES, (4, 4, 4, 4, 4), hidden=4, size=32))
        files.append(tmp_path / f"{seed}.safetensors")
        card = {"origin": {"selection": "average"}}
        recognition_checkpoint.save(files[-1], arch, card)
    evaluated = recognition_run._arch

    def once(group, one, *rest):
        seen.append(one.path.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return evaluated(group, one, *rest)

    monkeypatch.setattr(recognition_run, "_arch", once)
    out = tmp_path / "out.json"
    given = ["--root", str(tmp_path), "--cache", str(tmp_path / "cache"), "--device", "cpu"]
    command = ["evaluate", "athletics", *given, "--weights", *map(str, files), "--out", str(out)]
    assert main(command) == Exit.INTERRUPTED
    assert not out.exists()
    assert main(command) == Exit.DONE
    assert seen == ["0.safetensors", "1.safetensors", "1.safetensors"]
    assert not out.with_name("out.json.unfinished").exists()
    went_on = json.loads(out.read_text())
    assert main(command) == Exit.DONE
    assert len(seen) == 5
    at_once = json.loads(out.read_text())
    assert went_on["provenance"]["data"]["test"]["clips"] == 2
    assert went_on["clips"]["recording"] == ["jump/jump", "run/run"]
    del went_on["provenance"], at_once["provenance"]
    assert went_on == at_once
