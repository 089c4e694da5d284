"""The Athletics protocol on files: who shares what, on which device, and what the report says."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter, UnreadableVideo
from model.evaluation import recognition_run
from model.evaluation.athletics_run import evaluate
from model.evaluation.recognition import evaluate_dscnn
from model.evaluation.recognition_work import Work
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import Recipe
from tests.clips import moving_square, write_clip
from tests.evaluation import elsewhere

CLASSES = ("jump", "run")
T = 6


def truth(path: Path, frames: int) -> Path:
    phases = [("run-up", 0, frames // 2, False), ("flight", frames // 2, frames, True)]
    rows = [
        {"name": name, "start": start, "end": end, "decisive": decisive}
        for name, start, end, decisive in phases
    ]
    about = {"phases": rows, "n_frames": frames, "fps": 25.0}
    path.with_suffix(".json").write_text(json.dumps(about))
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("athletics")
    paths = [
        truth(write_clip(root / f"{n}.mp4", moving_square(12, step=2 + n)), 12) for n in range(2)
    ]
    samples = tuple(Sample(path, n, "g") for n, path in enumerate(paths))
    return Dataset("athletics", root, CLASSES, (), samples)


def network(seed: int) -> RTSAEDSCNN:
    torch.manual_seed(seed)
    widths = ((8, 8, 8), (8, 8, 8))
    config = DSCNNConfig(CLASSES, 3, widths, cam=8, fusion=8, hidden=8, size=32)
    recipe = Recipe(steps_per_second=10.0)
    return RTSAEDSCNN.untrained(config, recipe).eval().requires_grad_(False)


def saved(path: Path, one: RTSAEDSCNN, **card) -> Path:
    recognition_checkpoint.save(path, one, {"max_steps": T, **card})
    return path


@pytest.fixture
def evaluated(monkeypatch):
    """How many networks each call of `evaluate_dscnn` got."""
    calls = []

    def spied(networks, *rest):
        calls.append(len(networks))
        return evaluate_dscnn(networks, *rest)

    monkeypatch.setattr(recognition_run, "evaluate_dscnn", spied)
    return calls


@pytest.mark.slow
def test_seeds_behind_trained_fronts_use_maps_of_their_own_and_keep_none(data, tmp_path, evaluated):
    card = {"preset": "paper", "frozen_front": False}
    files = [saved(tmp_path / f"{n}.safetensors", network(n), **card) for n in range(2)]
    work = Work(tmp_path / "cache")
    both = evaluate(data, files, work)
    assert evaluated == [1, 1]
    assert not list(work.cache.rglob("*.npy"))
    row = both["recognizers"]["rtsae-dscnn (paper)"]
    alone = [evaluate(data, [file], work)["recognizers"]["rtsae-dscnn (paper)"] for file in files]
    assert row["seeds"] == [accuracy for one in alone for accuracy in one["seeds"]]
    assert row["kept_mean"] == pytest.approx(np.mean([one["kept_mean"] for one in alone]))
    assert list(both["presets"]) == ["paper"]
    assert both["inverse"] == []


@pytest.mark.slow
def test_seeds_behind_one_front_share_its_maps(data, tmp_path, evaluated):
    first, second = network(0), network(1)
    second.front.load_state_dict(first.front.state_dict())
    files = [saved(tmp_path / "a.safetensors", first), saved(tmp_path / "b.safetensors", second)]
    stages = []
    work = Work(tmp_path / "cache", on_clip=lambda stage, done, total, name: stages.append(stage))
    found = evaluate(data, files, work)
    assert evaluated == [2]
    assert len(list(work.cache.rglob("*.npy"))) == 2 * len(data.test)
    assert stages == ["decode"] * 2 + ["rtsae-dscnn"] * 2
    assert len(found["recognizers"]["rtsae-dscnn"]["seeds"]) == 2
    assert found["provenance"]["device"] == "cpu"
    assert evaluate(data, files, work)["recognizers"] == found["recognizers"]


@pytest.mark.slow
def test_seeds_that_see_clips_differently_are_refused(data, tmp_path):
    files = [
        saved(tmp_path / f"{steps}.safetensors", network(0), max_steps=steps) for steps in (3, 4)
    ]
    with pytest.raises(InvalidParameter, match=r"4\.safetensors: wanted a seed"):
        evaluate(data, files, Work(tmp_path / "cache"))


@pytest.mark.slow
def test_a_clip_that_cannot_be_decoded_ends_it_before_anything_is_computed(data, tmp_path):
    bad = truth(tmp_path / "bad.mp4", 12)
    bad.write_bytes(b"not a video")
    broken = Dataset("athletics", tmp_path, CLASSES, (), (Sample(bad, 0, "g"),))
    with pytest.raises(UnreadableVideo, match=r"bad\.mp4"):
        evaluate(broken, [saved(tmp_path / "a.safetensors", network(0))], Work(tmp_path / "cache"))


class Maps:
    """Stands for MapStore: the same random maps for every clip, a front on any device."""

    def __init__(self, front):
        self.front = front

    def get(self, path, view):
        rng = np.random.default_rng(0)
        maps = rng.random((T, 2, 256, 4, 4)).astype(np.float16)
        return maps, rng.normal(size=(T, 256)).astype(np.float32)


@pytest.mark.slow
def test_what_lies_on_another_device_meets_only_its_like(data):
    here, index_T = network(0), np.arange(T)
    [wanted] = evaluate_dscnn([here], data.test, Maps(here.front), lambda path: index_T)
    away = elsewhere.moved(network(0))
    with elsewhere.Elsewhere():
        with pytest.raises(RuntimeError, match="two devices"):
            away.front.standardise(torch.zeros(1, 256))
        [got] = evaluate_dscnn([away], data.test, Maps(away.front), lambda path: index_T)
    assert (got.right, got.predicted, got.kept) == (wanted.right, wanted.predicted, wanted.kept)


@pytest.mark.slow
def test_arch_computes_cubes_on_its_own_device(data, tmp_path, monkeypatch):
    arch = ARCH(ARCHConfig(CLASSES, (4, 4, 4, 4, 4), hidden=4, size=32))
    card = {"preset": "tiny", "origin": {"selection": "average"}}
    path = tmp_path / "arch.safetensors"
    recognition_checkpoint.save(path, arch, card)
    wanted = evaluate(data, [path], Work(tmp_path / "cache"))
    load = recognition_checkpoint.load
    monkeypatch.setattr(
        recognition_checkpoint,
        "load",
        lambda file, device: (elsewhere.moved(load(file)[0]), load(file)[1]),
    )
    with elsewhere.Elsewhere():
        got = evaluate(data, [path], Work(tmp_path / "cache", elsewhere.DEVICE))
    assert got["recognizers"] == wanted["recognizers"]
    assert list(got["recognizers"]) == ["arch+average (tiny)"]
