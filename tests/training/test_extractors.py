"""Two-Stream and C3D on labels: the loss by hand, what an example takes, and that they learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from model.features.shots import ShotCollector
from model.networks.c3d import C3D
from model.networks.frontend import Recipe
from model.networks.two_stream import TwoStream, TwoStreamConfig
from model.networks.vgg import BLOCKS, VggBlocks
from model.recognisers.c3d import side_by_side
from model.training.arch import CubesTask
from model.training.clips import ClipCache
from model.training.presets import PRESETS, tiny
from model.training.trainer import Draw, Schedule, Trainer
from model.training.two_stream import TwoStreamTask, started
from model.video.decode import open_clip
from tests.clips import moving_square, write_clip

CLASSES = ("red", "green")
ADAM = Schedule(iterations=40, batch=8, optimiser="adam", learning_rate=3e-3, report_every=40)


class Colours:
    """Clips of number + 3 steps, all of the colour that their class is named for."""

    count = 2

    def __call__(self, number, view):
        rgb = np.full((number + 3, 32, 32, 3), 60, np.uint8)
        rgb[..., number % 2] = 250
        return rgb, np.full_like(rgb, 128)


def two_stream_task(most=2, count=8):
    torch.manual_seed(0)
    network = TwoStream(tiny().two_stream_network(CLASSES))
    clips = list(range(count)), [n % 2 for n in range(count)]
    return TwoStreamTask(network, Colours(), clips, most, clips)


def test_each_stream_has_its_own_cross_entropy_averaged_over_the_frames_of_a_clip():
    task = two_stream_task()
    random = torch.Generator().manual_seed(0)
    rows = [
        tuple(torch.randint(256, (M, 32, 32, 3), dtype=torch.uint8, generator=random) for _ in "sf")
        for M in (3, 1)
    ]
    with torch.no_grad():
        found = task._terms(rows, [0, 1])
        for n, (rgb, flow) in enumerate(rows):
            streams = task.network.streams(rgb, flow)
            losses = [F.cross_entropy(z, torch.full((len(z),), n)) for z in streams]
            torch.testing.assert_close(found["loss"][n], losses[0] + losses[1])
            right = int(task.network.recognise(rgb, flow).argmax()) == n
            assert bool(found["accuracy"][n]) == right


def test_an_example_takes_no_more_frames_than_asked_for():
    task, seen = two_stream_task(most=2), []
    task._terms = lambda rows, labels: seen.extend(len(rgb) for rgb, _ in rows) or {}
    task.losses([Draw(n, np.random.default_rng(n)) for n in range(4)], 0.0)
    assert seen == [2] * 4


@pytest.mark.slow
def test_two_streams_learn_what_the_frames_tell():
    history = Trainer(two_stream_task(), ADAM, 8).run()
    assert history[-1]["validation/accuracy"] == 1


@pytest.mark.slow
def test_both_streams_start_from_the_backbone():
    blocks = VggBlocks(len(BLOCKS))
    network = started(replace(TwoStreamConfig(CLASSES), cam=8), blocks)
    for stream in (network.spatial, network.temporal):
        for mine, theirs in zip(stream.convolutions, blocks.convolutions, strict=True):
            for layer, source in zip(mine, theirs, strict=True):
                assert torch.equal(layer.weight, source.weight)


@pytest.mark.slow
def test_the_cubes_that_c3d_learns_are_those_that_it_sees_in_use(tmp_path):
    path = write_clip(tmp_path / "square.mp4", moving_square(50))
    recipe = Recipe(steps_per_second=8.0)
    cache = ClipCache(tmp_path / "steps", recipe=recipe, side=32, max_steps=64, cap_bytes=1 << 28)
    collector = ShotCollector(8.0, 32, flow=False)
    with open_clip(path) as stream:
        for batch in stream:
            collector.update(batch)
    np.testing.assert_array_equal(cache.get(path).rgb_THWC, collector.finish().rgb_SHWC)


@pytest.mark.slow
def test_c3d_learns_what_the_cubes_tell():
    torch.manual_seed(0)
    preset = tiny().for_c3d()
    network, colours = C3D(preset.c3d_network(CLASSES)), Colours()

    def cubes(number):
        rgb, _ = colours(number, 0)
        return rgb[side_by_side(len(rgb))]

    clips = list(range(8)), [n % 2 for n in range(8)]
    task = CubesTask(network, cubes, *clips, preset.c3d.cubes, clips)
    history = Trainer(task, replace(ADAM, iterations=60, report_every=60), 8).run()
    assert history[-1]["validation/accuracy"] == 1


def test_presets_of_the_extractors():
    paper, compact = PRESETS["paper"](), PRESETS["compact"]()
    for preset in (paper, compact):  # no stage that was there before reads these
        assert "c3d" not in repr(preset)
    assert paper.two_stream_network(CLASSES).cam == 1024
    assert compact.two_stream_network(CLASSES).size == compact.recipe.size == 112
    assert compact.c3d.schedule == compact.two_stream.schedule
    cubed = paper.for_c3d()
    assert (cubed.recipe.size, cubed.recipe.steps_per_second, cubed.max_steps) == (112, 25, 256)
    assert cubed.c3d_network(CLASSES).features == 4096
