"""`kairoscope train`: the stages one after the other, small, and what they refuse."""

import csv
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from app.cli import Exit, main
from model.networks import recognition_checkpoint
from model.networks.attention import AttentionModel
from model.networks.checkpoint import SHIPPED
from model.networks.frontend import Recipe
from model.recognisers import registry
from model.training.distributed import World
from model.training.dscnn import DSCNNTask
from model.training.presets import PRESETS, tiny
from model.training.stages import _with_less
from model.training.trainer import Schedule
from tests.clips import write_clip

SMALL = ("--preset", "tiny", "--iterations", "2", "--batch", "4")
CLASSES = {"left": (220, 60, 60), "right": (60, 220, 60)}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Two classes in folders, a coloured square that moves left or right; and a broken file."""
    root = tmp_path_factory.mktemp("set")
    for number, (name, colour) in enumerate(CLASSES.items()):
        (root / name).mkdir()
        for group in range(1, 9):
            frames = []
            for t in range(20):
                frame = np.full((64, 64, 3), 30 + group, np.uint8)
                left = (2 * t if number else -2 * t) % 48
                frame[24:40, left : left + 16] = colour
                frames.append(frame)
            write_clip(root / name / f"v_{name}_g{group:02d}_c01.mp4", frames)
    (root / "left" / "v_left_g99_c01.mp4").write_bytes(b"this is no video")
    return root


def train(stage, dataset, out, *more):
    return main(["train", stage, "--dataset", str(dataset), "--out", str(out), *SMALL, *more])


@pytest.fixture(scope="module")
def stage1(dataset, tmp_path_factory):
    out = tmp_path_factory.mktemp("stage1") / "dscnn.safetensors"
    assert train("dscnn", dataset, out, "--note", "made clips", "--seed", "3") == Exit.DONE
    return out


@pytest.mark.slow
def test_a_second_data_set_trains_the_t_net_and_is_named_in_the_card(
    dataset, stage1, tmp_path, capsys
):
    second = tmp_path / "second"
    for name in ("up", "down", "still"):
        (second / name).mkdir(parents=True)
        for source in sorted((dataset / "left").glob("*g0[1-3]*")):
            shutil.copy(source, second / name)
    cache = ["--cache", str(stage1.parent / "training-cache"), "--second", str(second)]
    out = tmp_path / "x.safetensors"
    assert train("dscnn", dataset, out, *cache) == Exit.USAGE
    assert "--standalone" in capsys.readouterr().err
    assert train("dscnn", dataset, out, *cache, "--standalone") == Exit.DONE
    about = recognition_checkpoint.load(out)[1]["origin"]["second data set"]
    assert about["classes"] == ["down", "still", "up"]
    assert about["train"]["clips"] == 6  # of each class one is for the test
    assert "second_accuracy" in out.with_suffix(".csv").read_text()


@pytest.mark.slow
def test_the_three_stages_follow_each_other(dataset, stage1, tmp_path, capsys):
    attention, joint = tmp_path / "rtsae.safetensors", tmp_path / "joint.safetensors"
    cache = stage1.parent / "training-cache"
    short = ["--iterations", "2", "--batch", "2", "--steps", "12"]
    given = ["--dataset", str(dataset), "--from", str(stage1), "--out", str(attention)]
    assert main(["train", "rtsae", *given, *short]) == Exit.DONE
    assert AttentionModel.load(attention).recipe.size == 32
    options = ["--from", str(stage1), "--attention", str(attention), "--cache", str(cache)]
    assert (
        train("joint", dataset, joint, *options, "--open-share", "0", "--phi", "0.2") == Exit.DONE
    )
    network, card = recognition_checkpoint.load(joint)
    assert network.config.classes == tuple(CLASSES)
    assert card["training"]["open_share"] is None
    assert card["training"]["phi"] == 0.2
    assert set(card["origin"]) == {"dscnn", "attention", "backbone"}
    stored = AttentionModel.load(attention)
    for name in ("mean", "std", "channel_scale"):
        np.testing.assert_array_equal(
            getattr(network.front, name), getattr(stored.front, name), err_msg=name
        )
    assert "validation/binary" in card["figures"]


@pytest.mark.slow
@pytest.mark.parametrize("standalone", [True, False])
def test_stage_3_fits_the_head_that_standalone_streams_left_behind(
    dataset, stage1, tmp_path, standalone
):
    cache = ("--cache", str(stage1.parent / "training-cache"))
    if standalone:
        stage1 = tmp_path / "standalone.safetensors"
        rate = ("--learning-rate", "0.05")  # the streams move away from what was fitted
        assert train("dscnn", dataset, stage1, *cache, "--standalone", *rate) == Exit.DONE
    joint = tmp_path / "joint.safetensors"
    attention = tmp_path / "rtsae.safetensors"
    given = ["--dataset", str(dataset), "--from", str(stage1), "--out", str(attention)]
    short = ["--iterations", "2", "--batch", "2", "--steps", "12"]
    assert main(["train", "rtsae", *given, *short]) == Exit.DONE
    options = ("--from", str(stage1), "--attention", str(attention), "--cosine", *cache)
    assert train("joint", dataset, joint, *options) == Exit.DONE
    before, after = (recognition_checkpoint.load(path) for path in (stage1, joint))
    same = [
        torch.equal(getattr(before[0].head, n), getattr(after[0].head, n)) for n in ("mean", "std")
    ]
    assert same == [not standalone] * 2
    assert ("head" in after[1]["origin"]) is standalone
    assert after[1]["training"]["schedule"]["cosine"]


@pytest.mark.slow
def test_stage_1_leaves_checkpoint_card_and_curves(stage1):
    network, card = recognition_checkpoint.load(stage1)
    assert network.config.size == 32
    assert (card["preset"], card["max_steps"], card["note"]) == ("tiny", 8, "made clips")
    assert (card["side"], card["views"]) == (64, "one crop per cached clip")
    assert card["training"]["schedule"]["seed"] == 3
    assert card["data"]["train"]["clips"] >= 10
    assert len(card["data"]["train"]["list_sha256"]) == 64
    assert str(stage1.parent) not in json.dumps(card)
    rows = list(csv.DictReader(stage1.with_suffix(".csv").read_text().splitlines()))
    assert [float(row["iteration"]) for row in rows] == [2.0]
    assert np.isfinite(float(rows[0]["loss"]))
    assert not stage1.with_suffix(".resume").exists()


@pytest.mark.slow
def test_the_broken_file_is_named_and_the_rest_is_used(dataset, stage1, tmp_path, capsys):
    cache = ["--cache", str(stage1.parent / "training-cache")]
    assert train("dscnn", dataset, tmp_path / "x.safetensors", *cache, "--standalone") == Exit.DONE
    _, card = recognition_checkpoint.load(tmp_path / "x.safetensors")
    said = capsys.readouterr().err
    in_train = "v_left_g99" in said
    assert in_train == any("v_left_g99" in line for line in card["refused"])
    assert card["training"]["stream_weight"] == 1
    assert "validation/s_accuracy" in card["figures"] or "no validation" in said


@pytest.mark.slow
def test_arch_trains_on_the_keyframes_of_a_method(dataset, stage1, tmp_path):
    out, cache = tmp_path / "arch.safetensors", str(stage1.parent / "training-cache")
    more = ["--cache", cache, "--selection", "average"]
    assert train("arch", dataset, out, *more) == Exit.DONE
    network, card = recognition_checkpoint.load(out)
    assert network.config.size == 32
    assert card["origin"] == {"selection": "average"}
    assert card["recipe"]["steps_per_second"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two-stream", "c3d"])
def test_extractors_are_trained_by_their_names_and_then_recognise(
    dataset, stage1, tmp_path, name, capsys
):
    out, cache = tmp_path / f"{name}.safetensors", str(stage1.parent / "training-cache")
    assert train(name, dataset, out, "--cache", cache, "--seed", "3") == Exit.DONE
    recogniser = registry()[name].load(out)
    assert recogniser.classes == tuple(CLASSES)
    card = recognition_checkpoint.read(out).card
    assert recogniser.steps_per_second == card["recipe"]["steps_per_second"] > 0
    assert recogniser.size == card["recipe"]["size"] == 32
    assert np.isfinite(card["figures"]["validation/loss"])
    capsys.readouterr()
    clip = str(dataset / "right" / "v_right_g01_c01.mp4")
    options = ["--methods", "uniform", "--keyframes", "2", "--json", "-"]
    weights = ["--recognizer", name, "--recognizer-weights", str(out)]
    assert main(["analyze", clip, *options, *weights]) == Exit.DONE
    found = json.loads(capsys.readouterr().out)["recognition"]
    for entry in (found["whole"], found["methods"]["uniform"]):
        assert {top["label"] for top in entry["top"]} == set(CLASSES)


@pytest.mark.slow
def test_checkpoints_that_do_not_fit_are_refused(dataset, stage1, tmp_path, capsys):
    out = tmp_path / "x.safetensors"
    more = ["--from", str(stage1), "--attention", str(SHIPPED)]
    assert train("joint", dataset, out, *more) == Exit.FAILED
    assert "reads other features" in capsys.readouterr().err
    assert train("joint", dataset, out, "--from", str(SHIPPED)) == Exit.FAILED
    other = tmp_path / "other"
    for name in ("up", "down"):
        (other / name).mkdir(parents=True)
        for group in (1, 2, 3, 4):
            frames = [np.full((64, 64, 3), 9 * t, np.uint8) for t in range(8)]
            write_clip(other / name / f"v_{name}_g{group:02d}_c01.mp4", frames)
    assert train("joint", other, out, "--from", str(stage1)) == Exit.FAILED
    assert "classes" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.slow
def test_a_trained_network_is_pruned_by_the_command(dataset, stage1, tmp_path):
    slim, cache = tmp_path / "slim.safetensors", stage1.parent / "training-cache"
    more = ["--from", str(stage1), "--share", "0.125", "--cache", str(cache)]
    assert train("dscnn", dataset, slim, *more) == Exit.DONE
    (wide, _), (network, card) = map(recognition_checkpoint.load, (stage1, slim))
    assert 2 * network.config.widths[0][0] == wide.config.widths[0][0]
    assert card["origin"]["pruned from"]["name"] == stage1.name
    for name, tensor in wide.front.streams.state_dict().items():
        assert torch.equal(tensor, network.front.streams.state_dict()[name]), name


@pytest.mark.parametrize(
    "option", [("--position", "p2"), ("--flow", "farneback"), ("--steps-per-second", "0")]
)
def test_a_network_to_prune_brings_its_own_features(dataset, tmp_path, option, capsys):
    out = tmp_path / "x.safetensors"
    assert train("dscnn", dataset, out, "--from", str(SHIPPED), *option) == Exit.USAGE
    said = capsys.readouterr().err
    assert "brings its own features" in said
    assert option[0] in said


@pytest.mark.slow
def test_a_training_that_does_not_fit_says_so_and_goes_on_with_fewer_at_once(
    dataset, stage1, tmp_path, monkeypatch, capsys
):
    calls, losses = [], DSCNNTask.losses

    def full(task, draws, share_done):
        calls.append(len(draws))
        if len(calls) > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return losses(task, draws, share_done)

    out, cache = tmp_path / "x.safetensors", stage1.parent / "training-cache"
    more = ["--cache", str(cache), "--iterations", "4", "--report-every", "1"]
    with monkeypatch.context() as patched:
        patched.setattr(DSCNNTask, "losses", full)
        assert train("dscnn", dataset, out, *more) == Exit.FAILED
    said = capsys.readouterr().err
    assert "out of memory" in said
    assert "--at-once 2 (these were 4)" in said
    assert "--preset than tiny (32 pixels)" in said
    assert train("dscnn", dataset, out, *more, "--at-once", "2") == Exit.DONE
    said = capsys.readouterr().err
    assert [n for n in range(1, 5) if f"iteration {n}/4" in said] == [3, 4]
    assert recognition_checkpoint.load(out)[1]["training"]["schedule"]["at_once"] == 2


@pytest.mark.parametrize(
    ("processes", "at_once", "wanted"),
    [(1, 0, "--at-once 4 (these were 9)"), (2, 0, "--at-once 2"), (1, 3, "--at-once 1")],
)
def test_fewer_at_once_are_half_of_what_did_not_fit(processes, at_once, wanted):
    run = SimpleNamespace(world=World(0, processes), preset=tiny())
    assert wanted in _with_less(run, Schedule(batch=9, at_once=at_once), 32)
    alone = _with_less(run, Schedule(batch=9, at_once=1), 32)
    assert "--at-once" not in alone
    assert "--device cpu" in alone


def small_paper():
    """The preset `paper` in what sets it apart, at the sizes of `tiny`."""
    small = tiny()
    like = replace(Recipe.literal(), size=32, steps_per_second=4.0, shared=False)
    return replace(small, name="paper", frozen=False, views=5, recipe=like)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_trained_front_goes_through_the_three_stages(dataset, tmp_path, monkeypatch):
    monkeypatch.setitem(PRESETS, "paper", small_paper)
    names = ("dscnn", "rtsae", "joint")
    stage1, attention, joint = (tmp_path / f"{name}.safetensors" for name in names)
    paper = ["--preset", "paper", "--cache", str(tmp_path / "cache")]
    start = ["--from", str(stage1)]
    assert train("dscnn", dataset, stage1, *paper) == Exit.DONE
    given = ["--dataset", str(dataset), *start, "--out", str(attention), "--reading", "literal"]
    short = ["--iterations", "2", "--batch", "2", "--steps", "12"]
    assert main(["train", "rtsae", *given, *short]) == Exit.DONE
    options = [*start, "--attention", str(attention), *paper]
    assert train("joint", dataset, joint, *options) == Exit.DONE
    before, after = (recognition_checkpoint.load(path)[0].front for path in (stage1, joint))
    assert not after.recipe.shared
    for part in ("blocks", "flow_blocks"):
        pair = [getattr(front.streams, part).convolutions[1][1].weight for front in (before, after)]
        assert not torch.equal(*pair), part


@pytest.mark.slow
def test_a_front_that_both_streams_share_is_not_trained(dataset, stage1, tmp_path, capsys):
    for stage in ("dscnn", "joint"):
        more = ["--preset", "paper", "--from", str(stage1)]
        assert train(stage, dataset, tmp_path / "x.safetensors", *more) == Exit.USAGE
        assert "both streams" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stage", "options"),
    [
        ("dscnn", ["--learning-rate", "0"]),
        ("dscnn", ["--learning-rate", "nan"]),
        ("dscnn", ["--epochs", "-1"]),
        ("dscnn", ["--views", "6"]),
        ("two-stream", ["--backbone", "/nowhere/vgg.safetensors"]),
        ("c3d", ["--learning-rate", "0"]),
        ("dscnn", ["--dropout", "1"]),
        ("dscnn", ["--steps", "5", "3"]),
        ("dscnn", ["--device", "cuda:99"]),
        ("dscnn", ["--cache-gb", "0"]),
        ("dscnn", ["--backbone", "/nowhere/vgg.safetensors"]),
        ("dscnn", ["--preset", "paper", "--share", "0.5"]),
        ("dscnn", ["--share", "0.001"]),
        ("joint", ["--from", "/nowhere/dscnn.safetensors"]),
        ("joint", ["--from", str(SHIPPED), "--open-share", "0", "--phi", "-5"]),
        ("joint", ["--from", str(SHIPPED), "--tau", "-0.1"]),
        ("joint", ["--from", str(SHIPPED), "--lam", "-0.1"]),
        ("arch", ["--attention", "/nowhere/rtsae.safetensors", "--selection", "rtsae"]),
    ],
)
def test_nonsense_is_refused_before_a_clip_is_decoded(dataset, tmp_path, stage, options, capsys):
    cache = tmp_path / "cache"
    more = [*options, "--cache", str(cache)]
    assert train(stage, dataset, tmp_path / "x.safetensors", *more) == Exit.USAGE
    assert capsys.readouterr().err
    assert not (cache / "steps").exists()


RTSAE = ["rtsae", "--iterations", "2"]
STAGES = {"dscnn": ["dscnn", *SMALL], "two-stream": ["two-stream", *SMALL], "rtsae": RTSAE}


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--backbone", "/nowhere.safetensors"], Exit.USAGE, "no file /nowhere.safetensors"),
        (["--backbone", __file__], Exit.FAILED, "does not hold VGG-16's convolutions"),
        (["--backbone", str(SHIPPED)], Exit.FAILED, "does not hold VGG-16's convolutions"),
        (["--out", "/dev/null/x.safetensors"], Exit.FAILED, "/dev/null cannot be written"),
        (["--out", "/dev/null/x.safetensors", "--restart"], Exit.FAILED, "cannot be written"),
        (["--cache", "/dev/null/cache"], Exit.FAILED, "/dev/null/cache cannot be written"),
        (["--out", "x.csv"], Exit.USAGE, "wanted a name ending in .safetensors"),
        (["--out", ".", "--restart"], Exit.USAGE, "wanted a name ending in .safetensors"),
        (["--out", "folder.safetensors"], Exit.USAGE, "the folder folder.safetensors"),
    ],
)
def test_what_cannot_be_read_or_written_is_refused_before_a_clip_is_verified(
    dataset, tmp_path, monkeypatch, stage, options, code, words, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.safetensors").mkdir()
    given = ["--dataset", str(dataset), "--cache", "cache", "--out", "x.safetensors"]
    assert main(["train", *STAGES[stage], *given, *options]) == code
    told = capsys.readouterr().err
    assert words in told
    assert "verified" not in told
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_is_no_data_set_says_what_was_expected(tmp_path, capsys):
    assert train("dscnn", tmp_path / "absent", tmp_path / "x.safetensors") != Exit.DONE
    assert "absent" in capsys.readouterr().err


def test_stage_2_wants_some_videos(tmp_path, capsys):
    out = str(tmp_path / "x.safetensors")
    assert main(["train", "rtsae", "--out", out]) == Exit.USAGE
    assert "--data or --dataset" in capsys.readouterr().err
