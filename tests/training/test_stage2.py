"""From folders of videos to a checkpoint: the command `kairoscope train rtsae`, small."""

import csv
import json

import numpy as np
import pytest
import torch

from app.cli import Exit, main
from model.networks import recognition_checkpoint
from model.networks.attention import AttentionModel
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import Recipe
from model.networks.rtsae import RTSAEConfig
from model.training.features import videos_under
from model.training.stages import adopt_gate, load_dscnn
from tests.clips import moving_square, write_clip

SMALL = ["--iterations", "2", "--batch", "2", "--steps", "12"]


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "clips"
    (root / "a").mkdir(parents=True)
    write_clip(root / "a" / "one.mp4", moving_square(30, step=3))
    write_clip(root / "two.mp4", moving_square(24, step=5))
    (root / "broken.mp4").write_bytes(b"this is no video")
    (root / "notes.txt").write_text("nor is this")
    return root


def train(root, out, *more):
    return main(["train", "rtsae", "--data", str(root), "--out", str(out), *SMALL, *more])


def test_the_command_trains_on_a_folder_and_writes_what_it_says(folder, tmp_path, capsys):
    out = tmp_path / "new" / "mine.safetensors"
    assert train(folder, out, "--note", "made clips") == Exit.DONE
    model = AttentionModel.load(out)
    assert [row["name"] for row in model.card["data"]] == ["one.mp4", "two.mp4"]
    assert model.card["note"] == "made clips"
    assert "broken.mp4" in model.card["refused"][0]
    assert str(tmp_path) not in model.card["command"]
    assert "refused:" in capsys.readouterr().err
    rows = list(csv.DictReader(out.with_suffix(".csv").read_text().splitlines()))
    assert [float(row["iteration"]) for row in rows] == [2.0]
    assert np.isfinite(float(rows[0]["loss"]))
    shipped = AttentionModel.load()
    for name, tensor in model.front.streams.blocks.state_dict().items():
        assert (tensor == shipped.front.streams.blocks.state_dict()[name]).all()


def test_features_are_computed_once(folder, tmp_path):
    out = tmp_path / "mine.safetensors"
    train(folder, out)
    cached = {p: p.stat().st_mtime_ns for p in (tmp_path / "feature-cache").iterdir()}
    assert len(cached) == 2
    train(folder, out, "--restart", "--seed", "1")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "feature-cache").iterdir()} == cached


def test_a_split_names_the_files(folder, tmp_path):
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": ["two.mp4"], "held_out": ["a/one.mp4"]}))
    assert [p.name for p in videos_under(folder, split)] == ["two.mp4"]
    assert [p.name for p in videos_under(folder, split, "held_out")] == ["one.mp4"]


def dscnn(path, **recipe):
    """A network of stage 1, untrained."""
    torch.manual_seed(0)
    config = DSCNNConfig(("a", "b"), 2, ((8, 8, 8),) * 3, cam=8, fusion=8, hidden=8, size=32)
    network = RTSAEDSCNN.untrained(config, Recipe(steps_per_second=4.0, **recipe))
    recognition_checkpoint.save(path, network, {})
    return path


def test_the_literal_reading_trains_behind_a_front_of_whole_maps(folder, tmp_path):
    start = dscnn(tmp_path / "dscnn.safetensors", pool="map", flow_weight=1.0)
    out = tmp_path / "rtsae.safetensors"
    given = ["--from", str(start), "--reading", "literal"]
    assert train(folder, out, *given, "--layers", "3") == Exit.DONE
    model = AttentionModel.load(out)
    assert (model.recipe.pool, model.recipe.position, model.recipe.size) == ("map", 2, 32)
    assert model.rtsae.config == RTSAEConfig.literal(layers=3)
    network, _ = load_dscnn(start, ("a", "b"))
    adopt_gate(network, out)  # stage 3 takes it
    assert network.encoder.config.layers == 3


def test_a_start_that_does_not_fit_is_refused_before_work(folder, tmp_path, capsys):
    start, out = dscnn(tmp_path / "dscnn.safetensors"), tmp_path / "x.safetensors"
    assert train(folder, out, "--from", str(start), "--reading", "literal") == Exit.USAGE
    assert "wants whole maps" in capsys.readouterr().err
    assert train(folder, out, "--from", str(start), "--position", "p2") == Exit.USAGE
    assert "Leave --position out" in capsys.readouterr().err
    assert not (tmp_path / "feature-cache").exists()


def test_missing_and_empty_folders_are_wrong_usage(folder, tmp_path, capsys):
    assert train(tmp_path / "absent", tmp_path / "x.safetensors") == Exit.USAGE
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": ["gone.mp4"]}))
    assert train(folder, tmp_path / "x.safetensors", "--split", str(split)) == Exit.USAGE
    assert "gone.mp4" in capsys.readouterr().err


def test_a_folder_of_unreadable_files_says_which(tmp_path, capsys):
    (tmp_path / "bad.mp4").write_bytes(b"no")
    assert train(tmp_path, tmp_path / "x.safetensors") == Exit.UNREADABLE
    assert "bad.mp4" in capsys.readouterr().err
