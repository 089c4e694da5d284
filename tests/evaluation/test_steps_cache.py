"""Steps of a clip are read once, and kept apart by what they depend on."""

import numpy as np
import pytest
import torch

from model.evaluation import steps_cache
from model.evaluation.steps_cache import StepsCache
from model.features.extract import extract
from model.networks.attention import AttentionModel
from model.networks.frontend import Recipe
from model.networks.vgg import VggBlocks
from model.training.keyframe_cubes import CubeRecipe, KeyframeCubes
from model.video.decode import open_clip
from model.video.flow import make_flow
from tests.clips import moving_square, write_clip

RECIPE = Recipe(size=32, steps_per_second=5.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clips") / "a.mp4", moving_square(40))


@pytest.mark.slow
def test_steps_are_those_of_an_analysis(clip, tmp_path):
    model = AttentionModel.untrained(recipe=RECIPE)
    with open_clip(clip) as stream:
        whole = extract(stream, (), model.begin(), make_flow(model.flow)).gate.scores()
    scores = StepsCache(tmp_path, model).gate(clip).scores()
    for name in ("index_S", "time_S", "phi_S", "gate_S", "open_S"):
        assert np.array_equal(getattr(scores, name), getattr(whole, name)), name


@pytest.mark.slow
def test_a_clip_is_read_once_for_each_model_and_fixed_space(clip, tmp_path, monkeypatch):
    calls = []
    read = steps_cache.read_steps
    monkeypatch.setattr(steps_cache, "read_steps", lambda *a: calls.append(1) or read(*a))
    model = AttentionModel.untrained(recipe=RECIPE)
    first = StepsCache(tmp_path, model).get(clip)
    again = StepsCache(tmp_path, model).get(clip)
    assert len(calls) == 1
    assert torch.equal(first.own_SD, again.own_SD)
    assert again.fixed_SD is None
    fixed = StepsCache(tmp_path, model, VggBlocks(2), "two blocks")
    assert fixed.get(clip).fixed_SD.shape == (len(first.time_S), 128)
    model.sha256 = "another"
    assert StepsCache(tmp_path, model).fill([clip], 1) == []
    assert len(calls) == 3


@pytest.mark.slow
def test_cubes_by_known_steps_are_those_of_an_analysis(clip, tmp_path, monkeypatch):
    def cubes(name, **more):
        about = {"cap_bytes": 1 << 28, "attention": model, **more}
        return KeyframeCubes(tmp_path / name, "rtsae", CubeRecipe(size=32), **about).get(clip)

    model = AttentionModel.untrained(recipe=RECIPE)
    steps = StepsCache(tmp_path / "steps", model)
    steps.get(clip)
    analysed = cubes("analysed")
    monkeypatch.delattr(AttentionModel, "features")  # no frame goes through the network again
    assert np.array_equal(cubes("known", known=steps.known), analysed)


def test_a_file_that_is_no_video_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_text("no video")
    cache = StepsCache(tmp_path / "cache", AttentionModel.untrained(recipe=RECIPE))
    (fault,) = cache.fill([tmp_path / "a.mp4"], 1)
    assert fault.path == tmp_path / "a.mp4"
    assert not list((tmp_path / "cache").glob("*.steps"))
