"""`kairoscope evaluate athletics`: how it computes is what the options say; what it prints."""

import json
from pathlib import Path

import pytest

from app.cli import Exit, main
from model import datasets
from model.evaluation import athletics_run

RESULT = json.loads((Path(__file__).parents[2] / "docs/results/athletics.json").read_text())


@pytest.fixture
def asked(monkeypatch):
    """What the protocol was asked for; it answers with the figures of the shipped recogniser, a
    second time under another preset."""
    calls = []

    def evaluate(dataset, files, work):
        calls.append((dataset, files, work))
        inner = {key: RESULT[key] for key in ("inverse", "phases")}
        return {**RESULT, "presets": {"paper": inner}}

    monkeypatch.setattr(athletics_run, "evaluate", evaluate)
    monkeypatch.setattr(datasets, "open_dataset", lambda root, name: (root, name))
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
    assert dataset == (Path("clips"), "athletics")
    assert weights == [Path("a.safetensors"), Path("b.safetensors")]
    assert work.select == ("rtsae", "sms")
    assert (work.device, work.precision, work.jobs) == ("cpu", "bfloat16", 3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "600 test clips"
    assert lines[2].split() == ["rtsae-dscnn", "0.751", "0.064", "0.253"]
    assert "10% mixed back: accuracy 0.748" in lines
    assert "paper: 10% mixed back: accuracy 0.748" in lines


def test_json_is_the_whole_result(asked, capsys):
    given = ["--root", "clips", "--weights", "a.safetensors", "--json", "--device", "cpu"]
    assert main(["evaluate", "athletics", *given]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["comparisons"] == RESULT["comparisons"]
