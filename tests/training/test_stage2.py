"""From folders of videos to a checkpoint: the command `kairoscope train rtsae`, small."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from app.cli import Exit, main
from model.networks import recognition_checkpoint
from model.networks.attention import AttentionModel
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import Recipe
from model.networks.rtsae import RTSAEConfig
from model.training.features import FeatureCache, front_key, videos_under
from model.training.resume import save_state
from model.training.stage2 import dscnn_front
from model.training.stages import adopt_gate, load_dscnn
from model.video.probe import sha256_of
from tests.clips import moving_square, write_clip

ROOT, BIN = Path(__file__).resolve().parents[2], Path(sys.executable).parent
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


@pytest.fixture
def computed(monkeypatch):
    """The names of the clips whose features are computed, in order."""
    names, compute = [], FeatureCache._compute

    def heard(cache, path):
        names.append(path.name)
        return compute(cache, path)

    monkeypatch.setattr(FeatureCache, "_compute", heard)
    return names


def train(root, out, *more):
    return main(["train", "rtsae", "--data", str(root), "--out", str(out), *SMALL, *more])


@pytest.mark.slow
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


@pytest.mark.slow
def test_features_are_computed_once(folder, start, tmp_path, computed):
    out, front = tmp_path / "mine.safetensors", ["--from", str(start)]
    assert train(folder, out, *front) == Exit.DONE
    assert sorted(computed) == ["broken.mp4", "one.mp4", "two.mp4"]
    assert len(list((tmp_path / "feature-cache").iterdir())) == 2
    computed.clear()
    assert train(folder, out, *front, "--restart", "--seed", "1") == Exit.DONE
    assert computed == ["broken.mp4"]  # of which nothing can be kept


def test_a_split_names_the_files(folder, tmp_path):
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": ["two.mp4"], "held_out": ["a/one.mp4"]}))
    assert [p.name for p in videos_under(folder, split)] == ["two.mp4"]
    assert [p.name for p in videos_under(folder, split, "held_out")] == ["one.mp4"]


def dscnn(path, **recipe):
    """A network of stage 1, untrained."""
    torch.manual_seed(0)
    config = DSCNNConfig(("a", "b"), 2, ((8, 8, 8),) * 3, cam=8, fusion=8, hidden=8, size=32)
    recipe = Recipe(**{"steps_per_second": 4.0, **recipe})
    network = RTSAEDSCNN.untrained(config, recipe)
    recognition_checkpoint.save(path, network, {})
    return path


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "steps"), [(0.0, [30, 24]), (4.0, [5, 4])])
def test_the_price_is_set_at_the_rate_of_the_front(folder, tmp_path, monkeypatch, rate, steps):
    """At rate 0 every frame is a step: of 30 and 24 frames none is left out."""
    seen = []

    def priced(rtsae, clips_SD, open_rate):
        seen.extend(map(len, clips_SD))
        return rtsae

    monkeypatch.setattr("model.training.rtsae._priced", priced)
    start = dscnn(tmp_path / "dscnn.safetensors", steps_per_second=rate)
    assert train(folder, tmp_path / "x.safetensors", "--from", str(start)) == Exit.DONE
    assert seen == steps


@pytest.mark.slow
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
    assert train(folder, out, "--cache-gb", "0") == Exit.USAGE
    assert "--cache-gb" in capsys.readouterr().err
    assert not any((tmp_path / "feature-cache").iterdir())


def test_missing_and_empty_folders_are_wrong_usage(folder, tmp_path, capsys):
    assert train(tmp_path / "absent", tmp_path / "x.safetensors") == Exit.USAGE
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": ["gone.mp4"]}))
    assert train(folder, tmp_path / "x.safetensors", "--split", str(split)) == Exit.USAGE
    assert "gone.mp4" in capsys.readouterr().err


@pytest.mark.slow
def test_a_folder_of_unreadable_files_says_which(tmp_path, capsys):
    (tmp_path / "bad.mp4").write_bytes(b"no")
    assert train(tmp_path, tmp_path / "x.safetensors") == Exit.UNREADABLE
    assert "bad.mp4" in capsys.readouterr().err


@pytest.fixture
def start(tmp_path):
    """A front so small that its features take no time."""
    return dscnn(tmp_path / "start.safetensors")


@pytest.mark.slow
def test_features_in_half_precision_are_kept_beside_those_in_full(folder, start, tmp_path):
    front, videos, cache = dscnn_front(start), videos_under(folder), tmp_path / "cache"
    heard = []
    full, _ = FeatureCache(cache, front).load(videos)
    half, refused = FeatureCache(cache, front, "bfloat16").load(videos, lambda *h: heard.append(h))
    key = front_key(front)
    kept = sorted(path.name.split("-", 1)[1] for path in cache.iterdir())
    assert kept == [f"{key}-bfloat16.npz"] * 2 + [f"{key}.npz"] * 2
    for one, other in zip(full, half, strict=True):
        assert one.pooled_Sn.dtype == other.pooled_Sn.dtype == np.float32
        error = np.abs(one.pooled_Sn - other.pooled_Sn).max()
        assert 0 < error < 0.03 * np.abs(one.pooled_Sn).max()
    assert [(done, total) for done, total, _ in heard] == [(1, 3), (2, 3), (3, 3)]
    assert {name for _, _, name in heard} == {"one.mp4", "broken.mp4", "two.mp4"}
    assert ["broken.mp4" in line for line in refused] == [True]


def three_clips(root):
    """Short clips of the same length, whose features take as many bytes each."""
    root.mkdir()
    for number in range(3):
        write_clip(root / f"{number}.mp4", moving_square(6, step=2 + number))
    return videos_under(root)


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.mark.slow
def test_features_stay_below_the_cap_and_a_clip_that_was_dropped_is_the_same_again(start, tmp_path):
    front, videos = dscnn_front(start), three_clips(tmp_path / "three")
    free, capped = tmp_path / "free", tmp_path / "capped"
    wanted, _ = FeatureCache(free, front).load(videos)
    cap, said = bytes_in(free) * 5 // 6, []  # of two and a half clips
    found, _ = FeatureCache(capped, front, cap_bytes=cap, on_notice=said.append).load(videos)
    assert bytes_in(capped) <= cap
    assert len(list(capped.iterdir())) == 2
    assert ["--cache-gb" in line for line in said] == [True]
    for one, other in zip(wanted, found, strict=True):
        assert (one.name, one.sha256) == (other.name, other.sha256)
        np.testing.assert_array_equal(one.pooled_Sn, other.pooled_Sn)
        np.testing.assert_array_equal(one.time_S, other.time_S)


@pytest.mark.slow
def test_clips_of_other_runs_make_room_before_those_of_this_one(
    start, tmp_path, computed, monkeypatch
):
    monkeypatch.setattr("model.training.features.from_anywhere", list)
    front, videos, folder = dscnn_front(start), three_clips(tmp_path / "three"), tmp_path / "cache"
    FeatureCache(folder, front).load(videos[:2])
    key = front_key(front)
    mine, other = (folder / f"{sha256_of(path)[:32]}-{key}.npz" for path in videos[:2])
    cap, said = bytes_in(folder) * 5 // 4, []
    os.utime(mine, (1, 1))  # unused for the longest, but wanted now
    FeatureCache(folder, front, cap_bytes=cap, on_notice=said.append).load([videos[2], videos[0]])
    assert computed.count("0.mp4") == 1
    assert mine.exists()
    assert not other.exists()
    assert said == []


@pytest.mark.slow
def test_curves_go_to_tensorboard_where_it_is(folder, start, tmp_path, monkeypatch, capsys):
    shown = {}

    class Writer:
        def __init__(self, folder, purge_step):
            self.folder = folder

        def add_scalar(self, name, value, step):
            shown[name, step] = value

        def flush(self):
            pass

        close = flush

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    out, more = tmp_path / "x.safetensors", ["--from", str(start), "--precision", "bfloat16"]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    assert train(folder, out, *more, "--report-every", "1") == Exit.DONE
    assert AttentionModel.load(out).card["precision"] == "bfloat16"
    rows = list(csv.DictReader(out.with_suffix(".csv").read_text().splitlines()))
    assert shown == {
        (name, step): float(rows[step - 1][name]) for step in (1, 2) for name in rows[0]
    }
    assert {f"gates_from_{low:.1f}" for low in (0, 0.2, 0.4, 0.6, 0.8)} <= rows[0].keys()
    assert "TensorBoard" not in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert train(folder, out, *more) == Exit.DONE
    assert "CSV only" in capsys.readouterr().err


def launched(*command):
    """A process of its own, on one thread."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )


@pytest.mark.slow
def test_two_processes_share_the_clips_and_reach_the_losses_of_one(folder, start, tmp_path, capsys):
    command = ["train", "rtsae", "--data", folder, "--from", start, "--iterations", "4"]
    command += ["--report-every", "2", "--batch", "4", "--steps", "12", "--device", "cpu", "--out"]
    one, two = (tmp_path / name / "x.safetensors" for name in ("one", "two"))
    assert main([str(part) for part in (*command, one)]) == Exit.DONE
    alone = capsys.readouterr()
    torchrun = [BIN / "torchrun", "--standalone", "--nproc-per-node", "2"]
    process = launched(*torchrun, BIN / "kairoscope", *command, two)
    shared = process.communicate(timeout=300)
    assert process.returncode == 0, shared[1]
    for clips, (printed, progress) in ((3, alone), (2, shared)):
        assert f"features {clips}/{clips}" in progress
        assert [printed.count("2 clips"), progress.count("iteration 4/4")] == [1, 1]
        assert progress.count("refused:") == 1
    for path in (tmp_path / "one" / "feature-cache").iterdir():
        assert (tmp_path / "two" / "feature-cache" / path.name).is_file()
    rows = [
        list(csv.DictReader(path.with_suffix(".csv").read_text().splitlines()))
        for path in (one, two)
    ]
    for single, double in zip(*rows, strict=True):
        assert list(single) == list(double)
        for name, value in single.items():
            assert float(double[name]) == pytest.approx(float(value), rel=1e-3, abs=1e-5), name
    models = [AttentionModel.load(path) for path in (one, two)]
    assert [model.card["processes"] for model in models] == [1, 2]
    for name, tensor in models[0].rtsae.state_dict().items():
        torch.testing.assert_close(models[1].rtsae.state_dict()[name], tensor, rtol=0, atol=2e-4)


@pytest.mark.slow
def test_a_run_killed_by_kill_9_ends_with_the_same_weights(folder, start, tmp_path, capsys):
    options = ["--data", folder, "--from", start, "--cache", tmp_path / "cache"]
    options += ["--iterations", "12", "--report-every", "2", "--batch", "2", "--steps", "12"]
    command = ["train", "rtsae", *options, "--out"]
    killed, straight = tmp_path / "killed.safetensors", tmp_path / "straight.safetensors"
    process = launched(BIN / "kairoscope", *command, killed)
    state = killed.with_suffix(".resume") / "state.safetensors"
    while not state.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert state.exists()
    assert not killed.exists()
    for out in (killed, straight):
        assert main([str(part) for part in (*command, out)]) == Exit.DONE
        assert ("iteration 2/12" in capsys.readouterr().err) == (out == straight)
    models = [AttentionModel.load(path) for path in (killed, straight)]
    for name, tensor in models[0].rtsae.state_dict().items():
        assert torch.equal(models[1].rtsae.state_dict()[name], tensor), name
    csvs = [path.with_suffix(".csv").read_bytes() for path in (killed, straight)]
    assert csvs[0] == csvs[1]
    assert not state.parent.exists()


@pytest.mark.slow
def test_the_state_of_an_older_version_is_refused_until_restarted(folder, start, tmp_path, capsys):
    out = tmp_path / "x.safetensors"
    network = torch.nn.Linear(1, 1)
    optimiser = torch.optim.Adam(network.parameters())
    old = {"config": {}, "architecture": {}, "clips": "0" * 64}
    save_state(out.with_suffix(".resume"), network, optimiser, [], old, 1, {"state": {}})
    assert train(folder, out, "--from", str(start)) == Exit.USAGE
    assert "of another version" in capsys.readouterr().err
    assert train(folder, out, "--from", str(start), "--restart") == Exit.DONE


def test_a_device_that_is_not_there_is_refused_before_work(folder, tmp_path, capsys):
    assert train(folder, tmp_path / "x.safetensors", "--device", "cuda:99") == Exit.USAGE
    assert "cuda:99" in capsys.readouterr().err
    assert not (tmp_path / "feature-cache").exists()


def test_a_device_without_room_for_the_front_says_what_to_do(
    folder, start, tmp_path, monkeypatch, capsys
):
    def full(cache, path):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(FeatureCache, "_compute", full)
    assert train(folder, tmp_path / "x.safetensors", "--from", str(start)) == Exit.FAILED
    said = capsys.readouterr().err
    assert "CUDA out of memory" in said
    assert "--device cpu" in said
