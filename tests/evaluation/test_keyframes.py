"""Keyframes of test clips: those of an analysis, each found once."""

import pytest

from model.analyze import analyze
from model.evaluation import keyframes
from model.evaluation.keyframes import keyframes_of
from model.evaluation.recognition_work import Work
from model.methods import get
from model.networks import checkpoint
from model.networks.attention import AttentionModel
from tests.clips import moving_square, write_clip

NAMES = ("rtsae", "sms", "uniform")


@pytest.fixture
def weights(tmp_path):
    model = AttentionModel.untrained(seed=3)
    path = tmp_path / "attention.safetensors"
    checkpoint.save(path, model.front, model.rtsae, {})
    return path


@pytest.mark.slow
def test_they_are_those_of_an_analysis_and_are_found_once(tmp_path, weights, monkeypatch):
    path = write_clip(tmp_path / "v.mp4", moving_square(30, step=3))
    work = Work(tmp_path / "cache", attention=weights)
    found = keyframes_of([path], NAMES, work, budget=True)[path]
    attention = AttentionModel.load(weights, "cpu")
    wanted = analyze(path, [get(n)() for n in NAMES], attention=attention, budget=True)
    assert found.frames == 30
    assert list(found.by_method) == list(NAMES)
    for name, choice in found.by_method.items():
        row = wanted.methods[name]
        assert choice.own_K.tolist() == row.index_K.tolist()
        assert [k.tolist() for k in choice.answers] == [a.index_K.tolist() for a in row.budget]
    monkeypatch.setattr(keyframes, "analyze", None)
    again = keyframes_of([path], NAMES, work, budget=True)[path]
    assert again.by_method["rtsae"].exactly(2).tolist() == choice_of(found, "rtsae", 2)
    assert len(list((work.cache / "attention-steps").iterdir())) == 1


def choice_of(found, name, count):
    return found.by_method[name].answers[count - 1].tolist()
