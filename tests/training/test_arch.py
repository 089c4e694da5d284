"""Vanilla ARCH: its cubes come from the method's keyframes, and it learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.analyze import analyze
from model.features.shots import ShotCollector
from model.methods import get
from model.networks.arch import ARCH, ARCHConfig
from model.networks.attention import AttentionModel
from model.networks.cubes import cube_indices
from model.networks.frontend import Recipe
from model.training.arch import CubesTask
from model.training.keyframe_cubes import CubeRecipe, KeyframeCubes
from model.training.trainer import Draw, Schedule, Trainer
from model.video.decode import open_clip
from tests.clips import moving_square, write_clip

ADAM = Schedule(iterations=2, batch=4, optimiser="adam", learning_rate=5e-3)


@pytest.fixture
def clip(tmp_path):
    """Rest, a dash, rest, a dash: two peaks of motion."""
    still, moving = moving_square(8, step=0), moving_square(8, step=5)
    return write_clip(tmp_path / "dashes.mp4", [*still, *moving, *still, *moving, *still])


@pytest.mark.slow
@pytest.mark.parametrize("selection", ["sms", "average"])
def test_cubes_are_the_steps_around_the_methods_keyframes(clip, tmp_path, selection):
    recipe = CubeRecipe(steps_per_second=12.5, size=48)
    cubes = KeyframeCubes(tmp_path / "cache", selection, recipe, cap_bytes=1 << 28)
    got = cubes.get(clip)
    index_K = analyze(clip, [get(selection)()]).methods[selection].index_K
    collector = ShotCollector(12.5, 48, flow=False)
    with open_clip(clip) as stream:
        for batch in stream:
            collector.update(batch)
    shots = collector.finish()
    step_K = shots.nearest(index_K)
    assert len(got) == len(step_K) >= 2
    np.testing.assert_array_equal(got, shots.rgb_SHWC[cube_indices(step_K, len(shots))])


@pytest.mark.slow
def test_keyframes_found_in_another_precision_are_others(clip, tmp_path):
    """Their caches are apart, and the attention is asked in each."""
    seen = []

    class Attention(AttentionModel):
        def begin(self, steps_per_second=None):
            seen.append(self.precision)
            return super().begin(steps_per_second)

    for precision in ("float32", "bfloat16", "bfloat16"):
        model = Attention.untrained(0, Recipe(position=1, size=32))
        model.precision = precision
        cubes = KeyframeCubes(
            tmp_path / "cache",
            "rtsae",
            CubeRecipe(size=32),
            cap_bytes=1 << 28,
            attention=model,
        )
        assert len(cubes.get(clip)) >= 1
    assert seen == ["float32", "bfloat16"]


@pytest.mark.slow
def test_keyframes_are_found_once_and_cubes_cut_once(clip, tmp_path, monkeypatch):
    calls = []

    def counted(path, methods, **more):
        calls.append(path)
        return analyze(path, methods, **more)

    monkeypatch.setattr("model.training.keyframe_cubes.analyze", counted)
    for size in (32, 32, 48):  # another size cuts other cubes around the same keyframes
        recipe = CubeRecipe(size=size)
        cubes = KeyframeCubes(tmp_path / "cache", "sms", recipe, cap_bytes=1 << 28)
        assert cubes.fill([clip]) == []
        assert cubes.get(clip).shape[2:] == (size, size, 3)
    recipe = CubeRecipe(size=32)  # average sampling counts those of SMS: both come of one pass
    average = KeyframeCubes(tmp_path / "cache", "average", recipe, cap_bytes=1 << 28)
    assert len(average.get(clip)) == len(cubes.get(clip))
    assert len(calls) == 1


@pytest.mark.slow
def test_many_keyframes_are_thinned_and_bad_clips_named(clip, tmp_path):
    recipe = CubeRecipe(size=32, most=1)
    cubes = KeyframeCubes(tmp_path / "cache", "sms", recipe, cap_bytes=1 << 28)
    assert len(cubes.get(clip)) == 1
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    assert [fault.path for fault in cubes.fill([clip, broken])] == [broken]


class Flashes:
    """Cubes of three kinds of clip; in each the last cube alone tells which class it is."""

    def __init__(self, count):
        self.paths = list(range(count))
        self.label_N = [n % 2 for n in self.paths]

    def __call__(self, number):
        cubes = np.full((2, 6, 32, 32, 3), 128, np.uint8)
        cubes[1, ..., self.label_N[number]] = 255
        return cubes


def task_of(count=8, most=2):
    torch.manual_seed(0)
    made = Flashes(count)
    network = ARCH(ARCHConfig(("red", "green"), (4, 4, 4, 8, 8), 8, 32))
    return CubesTask(network, made, made.paths, made.label_N, most, (made.paths, made.label_N))


def test_examples_of_several_lengths_give_what_they_give_alone():
    task = task_of()
    rows = [task.cubes(0), task.cubes(1)[:1]]
    together = task._terms(rows, [0, 1])["loss"]
    alone = [task._terms([row], [label])["loss"] for row, label in zip(rows, (0, 1), strict=True)]
    torch.testing.assert_close(together, torch.cat(alone))


def test_an_example_takes_no_more_cubes_than_asked_for():
    task = task_of(most=1)
    seen = []
    task._terms = lambda rows, labels: seen.extend(map(len, rows)) or {}
    task.losses([Draw(n, np.random.default_rng(n)) for n in range(4)], 0.0)
    assert seen == [1] * 4


@pytest.mark.slow
def test_it_learns_what_the_cubes_tell():
    schedule = replace(ADAM, iterations=60, batch=8, report_every=60)
    history = Trainer(task_of(), schedule, 8).run()
    assert history[-1]["validation/accuracy"] == 1
