"""`kairoscope evaluate speed` and `moments`: options, tables, records that are kept."""

import json

import numpy as np
import pytest
import torch

from app.cli import Exit, main
from model.networks import recognition_checkpoint
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import Recipe
from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
from model.reproduction.protocols.moments import Moments
from model.reproduction.protocols.speed import Speed
from model.reproduction.record import SCHEMA
from tests.clips import moving_square, write_clip
from tests.reproduction.figures import gated, timed


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two classes of two recordings each: half are test clips."""
    root = tmp_path_factory.mktemp("data")
    for action in ("jump", "run"):
        (root / action).mkdir()
        for n in range(2):
            clip = root / action / f"{action}{n}.mp4"
            write_clip(clip, moving_square(30, step=2 + n))
    return root


@pytest.fixture
def asked(monkeypatch):
    """What the protocols were asked for; they answer with made figures."""
    calls = []

    def answer(result):
        def run(self, context):
            calls.append((self, context))
            context.on_progress("timing", 1, 1)
            return result

        return run

    monkeypatch.setattr(Speed, "run", answer(timed(3.0)))
    found = {"phases": False, "left_out": {}, "rows": [gated("jump", 3)], "curves": {}}
    monkeypatch.setattr(Moments, "run", answer(found))
    return calls


def evaluate(name, data, *options):
    given = ["--dataset", str(data), "--dataset-name", "folders", "--device", "cpu"]
    return main(["evaluate", name, *given, *map(str, options)])


def test_options_reach_the_protocol_and_figures_the_table(asked, data, tmp_path, capsys):
    weights, arch = tmp_path / "own.safetensors", tmp_path / "arch.safetensors"
    for path in (weights, arch):
        path.write_bytes(b"weights")
    options = ("--repeats", 2, "--most", 5, "--clips-per-class", 0, "--jobs", 3)
    files = ("--weights", weights, "--arch", arch, "--cache", tmp_path / "cache")
    assert evaluate("speed", data, *options, *files) == Exit.DONE
    ((protocol, context),) = asked
    assert protocol == Speed(clips_per_class=0, most=5, repeats=2)
    assert {role: entry.checkpoint for role, entry in context.inputs.items()} == {
        "network": weights,
        "arch": arch,
    }
    assert (context.jobs, context.cache) == (3, tmp_path / "cache")
    out, err = capsys.readouterr()
    lines = [line.split("  ") for line in out.splitlines()]
    assert lines[0] == ["Time and multiply-adds, own"]
    (ratios,) = [line for line in out.splitlines() if line.startswith("  Vanilla ARCH (SMS)  ")][1:]
    assert "6 (6 to 6)" in ratios
    assert "Vanilla ARCH (SMS) (paper)" in out
    assert "timing 1/1" in err


def test_a_record_is_kept_with_its_provenance_and_made_once(asked, data, tmp_path, capsys):
    out = tmp_path / "deep" / "speed.json"
    options = ("--out", out, "--json")
    assert evaluate("speed", data, *options) == Exit.DONE
    record = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == record
    assert (record["schema"], record["protocol"]) == (SCHEMA, "speed")
    assert record["result"] == timed(3.0)
    assert record["options"]["repeats"] == 3
    made = record["provenance"]
    assert made["data"]["test"]["clips"] == 2
    assert {"commit", "version", "machine", "started", "seconds", "device"} <= made.keys()
    assert evaluate("speed", data, *options) == Exit.DONE
    assert len(asked) == 1
    assert json.loads(capsys.readouterr().out) == record
    assert evaluate("speed", data, *options, "--repeats", 4) == Exit.DONE
    assert len(asked) == 2
    assert json.loads(out.read_text())["options"]["repeats"] == 4


def test_a_file_of_other_content_is_refused_before_any_work(asked, data, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert evaluate("speed", data, "--out", out) == Exit.DONE
    run = out.read_text()
    others = (b"no JSON", b"\xff\xd8", b"[1]", b"{}", b'{"schema": "another", "key": "k"}')
    for content in (*others, run.encode()):  # the last is of another protocol
        out.write_bytes(content)
        assert evaluate("moments", data, "--out", out) == Exit.USAGE
        assert "holds something else than a result of this command" in capsys.readouterr().err
        assert out.read_bytes() == content
    assert len(asked) == 1


def test_an_empty_file_is_written(asked, data, tmp_path):
    out = tmp_path / "out.json"
    out.touch()
    assert evaluate("moments", data, "--out", out) == Exit.DONE
    assert json.loads(out.read_text())["schema"] == SCHEMA


@pytest.mark.parametrize("role", ["attention", "network"])
def test_moments_are_of_the_gate_that_is_named(asked, data, tmp_path, capsys, role):
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"weights")
    option = "--weights" if role == "network" else "--attention"
    assert evaluate("moments", data, option, weights) == Exit.DONE
    ((protocol, context),) = asked
    assert protocol == Moments(clips_per_class=10)
    assert list(context.inputs) == [role]
    assert "less than 6" in capsys.readouterr().out


def test_what_cannot_be_read_or_written_is_told(asked, data, tmp_path, capsys):
    assert evaluate("speed", data, "--weights", tmp_path / "none") == Exit.FAILED
    assert "no weights at" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert evaluate("moments", data, "--out", tmp_path / "file" / "a.json") == Exit.FAILED
    assert "that you may write to" in capsys.readouterr().err


@pytest.mark.slow
def test_the_gate_of_a_network_is_measured_on_real_clips(data, tmp_path, capsys):
    network = RTSAEDSCNNRecogniser.untrained().network
    weights = tmp_path / "network.safetensors"
    recognition_checkpoint.save(weights, network, {"max_steps": 6})
    options = ("--weights", weights, "--cache", tmp_path / "cache", "--json")
    assert evaluate("moments", data, *options) == Exit.DONE
    result = json.loads(capsys.readouterr().out)["result"]
    assert [row["action"] for row in result["rows"]] == ["jump", "run"]
    assert result["phases"] is False
    for action in ("jump", "run"):
        curve = result["curves"][action]
        assert len(curve["phi_S"]) == 6
        assert np.sum(curve["phi_S"]) == pytest.approx(1, abs=1e-5)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    torch.manual_seed(0)
    config = DSCNNConfig(
        ("jump", "run"), 3, ((8, 8, 8), (8, 8, 8)), cam=8, fusion=8, hidden=8, size=32
    )
    made = RTSAEDSCNN.untrained(config, Recipe(steps_per_second=10.0)).eval()
    path = tmp_path_factory.mktemp("weights") / "own.safetensors"
    recognition_checkpoint.save(path, made, {"max_steps": 6})
    return path


@pytest.mark.slow
def test_a_network_is_evaluated_by_its_streams_and_on_keyframes(data, network, tmp_path, capsys):
    options = ("--weights", network, "--cache", tmp_path / "cache", "--jobs", 1)
    assert evaluate("streams", data, *options) == Exit.DONE
    out = capsys.readouterr().out
    assert out.startswith("Accuracy by stream\n")
    assert "By class, own" in out
    assert evaluate("keyframe-methods", data, *options, "--json") == Exit.DONE
    record = json.loads(capsys.readouterr().out)
    assert (record["schema"], record["protocol"]) == (SCHEMA, "keyframe-methods")
    assert {"rtsae", "sms", "own", "whole"} <= record["result"]["outcomes"]["variants"].keys()
    assert set(record["inputs"]) == {"network", "attention"}


def test_the_network_that_ships_knows_the_classes_of_athletics_alone(data, tmp_path, capsys):
    assert evaluate("streams", data, "--cache", tmp_path) == Exit.USAGE
    assert "wanted a recogniser of the 2 classes" in capsys.readouterr().err
