"""Two-Stream and C3D on test clips: which keyframes they read, and what it costs."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter, UnknownMethod
from model.evaluation import keyframes
from model.evaluation.athletics_run import evaluate
from model.evaluation.recognition import ALL, Group
from model.evaluation.recognition_extractors import Extractor, chosen, evaluate_extractors
from model.evaluation.recognition_work import Work
from model.networks.c3d import C3D, C3DConfig
from model.networks.recognition_checkpoint import Stored, write
from model.networks.two_stream import TwoStream, TwoStreamConfig
from model.recognisers.two_stream import TwoStreamRecogniser
from tests.clips import moving_square, write_clip

CLASSES = ("jump", "run", "throw")
CARD = {
    "preset": "tiny",
    "max_steps": 4,
    "recipe": {"steps_per_second": 12.5, "size": 32},
    "data": {"name": "athletics"},
}


def saved(path: Path, kind: str, network, **card) -> Path:
    config = asdict(network.config)
    write(path, Stored(kind, config, dict(network.state_dict()), {**CARD, **card}))
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("clips")
    clips = [write_clip(root / f"{n}.mp4", moving_square(16, step=2 + n)) for n in range(2)]
    return Dataset(
        "athletics", root, CLASSES, (), tuple(Sample(c, n, "g") for n, c in enumerate(clips))
    )


@pytest.mark.slow
def test_both_read_the_keyframes_of_every_method_named(data, tmp_path):
    torch.manual_seed(0)
    widths = ((4, 4), (4, 4), (4, 4, 4), (4, 4, 4), (4, 4, 4))
    streams = TwoStream(TwoStreamConfig(CLASSES, widths, cam=4, size=32))
    cubes = C3D(C3DConfig(CLASSES, (4,) * 8, features=4, size=32))
    files = [
        saved(tmp_path / "a.safetensors", "two-stream", streams),
        saved(tmp_path / "b.safetensors", "two-stream", streams),
        saved(tmp_path / "c.safetensors", "c3d", cubes, preset="compact"),
    ]
    found = evaluate(data, files, Work(tmp_path / "cache", select=("average", "uniform")))
    rows = found["recognizers"]
    assert list(rows) == [
        *("two-stream+average (tiny)", "two-stream+uniform (tiny)"),
        *("c3d+average", "c3d+uniform"),
    ]
    assert rows["two-stream+uniform (tiny)"]["kept_mean"] == 1  # 8 frames on 4 steps
    seeds = rows["two-stream+average (tiny)"]["seeds"]
    assert len(seeds) == 2
    assert seeds[0] == seeds[1]
    assert list(found["comparisons"]) == [
        "two-stream+average (tiny) - two-stream+uniform (tiny)",
        "c3d+average - c3d+uniform",
    ]
    assert found["inverse"] == []


@pytest.mark.slow
def test_each_frame_is_taken_at_the_nearest_step(data, tmp_path):
    reader = TwoStreamRecogniser.untrained()
    reader.most_steps = 4
    keys = {sample.path: {"one": np.array([0]), "two": np.array([0, 15])} for sample in data.test}
    group, one = Group("two-stream"), Extractor(tmp_path / "a", reader, CARD)
    [tally] = evaluate_extractors(group, [one], data.test, keys, Work(tmp_path / "cache"))
    assert tally.kept == {"one": [0.25] * 2, "two": [0.5] * 2}


def test_uniform_takes_as_many_as_rtsae(monkeypatch, tmp_path):
    def analysed(path, wanted, steps, budget):
        own = {method.name: list(range(8)) for method in wanted}
        own |= {"rtsae": [3, 4]} if "rtsae" in own else {}
        return {"frames": 100, "methods": {name: [index_K] for name, index_K in own.items()}}

    monkeypatch.setattr(keyframes, "_analysed", analysed)
    path = tmp_path / "v.avi"
    path.write_bytes(b"a clip")
    found = chosen([path], Work(tmp_path, select=("rtsae", "uniform", "sms")))[path]
    assert found["uniform"].tolist() == [25, 75]
    assert len(found["sms"]) == 8
    alone = chosen([path], Work(tmp_path, select=("uniform",)))[path]
    assert len(alone["uniform"]) == 8
    both = chosen([path], Work(tmp_path, select=("rtsae", ALL)))[path]
    assert both[ALL].tolist() == list(range(100))
    assert both["rtsae"].tolist() == [3, 4]


def test_unknown_methods_and_classes_are_refused(data, tmp_path):
    with pytest.raises(UnknownMethod, match="'best'"):
        chosen([], Work(tmp_path, select=("best",)))
    config = C3DConfig(("a", "b"), (4,) * 8, features=4, size=32)
    other = saved(tmp_path / "a.safetensors", "c3d", C3D(config))
    with pytest.raises(InvalidParameter, match="got c3d over 2"):
        evaluate(data, [other], Work(tmp_path / "cache"))
