"""Hold errors clip by clip, on steps that are made and need no decoding."""

import numpy as np
import pytest
import torch

from model.datasets.types import Fault
from model.errors import UnreadableVideo
from model.evaluation import hold
from model.evaluation.attention import Steps
from model.evaluation.attention_quality import METHODS, hold_errors
from model.evaluation.steps_cache import Path, StepsCache
from model.networks.attention import AttentionModel
from model.networks.frontend import Recipe

S = 20


def steps(name, moving=True):
    rng = np.random.default_rng(len(name))
    own_SD = np.repeat(rng.normal(size=(4, 128)), S // 4, 0) * moving
    return Steps(name, np.arange(S), np.arange(S) / 10, torch.from_numpy(own_SD).float(), None)


class Made(StepsCache):
    """Steps by name; a name that begins with `bad` cannot be read, one with `still` is still."""

    def get(self, path):
        return steps(path.name, not path.name.startswith("still"))

    def fill(self, paths, jobs=None, tell=None):
        bad = [path for path in paths if path.name.startswith("bad")]
        return [Fault(path, "unreadable", "no video") for path in bad]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    model = AttentionModel.untrained(recipe=Recipe(size=32))
    return Made(tmp_path_factory.mktemp("cache"), model)


@pytest.mark.slow
def test_errors_are_those_of_hold_reconstruction(cache):
    found = hold_errors(cache, [Path("one"), Path("bad"), Path("three"), Path("still")])
    assert found["clips"] == ["one", "three"]
    assert found["left_out"]["bad"] == "no video"
    assert "nothing moves" in found["left_out"]["still"]
    own = found["spaces"]["own"]
    assert tuple(own) == METHODS
    for n, name in enumerate(found["clips"]):
        distance_SS = hold.squared_distances(steps(name).own_SD.numpy())
        K = 2  # 12 % of 20 steps
        assert own["optimum"][n] == pytest.approx(hold.optimum(distance_SS, K)[0] / S)
        even = hold.hold_error(distance_SS, hold.uniform(S, K))
        assert own["uniform"][n] == pytest.approx(even / S)
        assert min(own[m][n] for m in METHODS) == pytest.approx(own["optimum"][n])


def test_no_clip_left_is_refused(cache):
    with pytest.raises(UnreadableVideo, match="no clip is left"):
        hold_errors(cache, [Path("bad")])
