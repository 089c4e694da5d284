"""Made analyses: as much in them as in a real one, and the same again."""

import numpy as np

from app.ui_bench.made import BUDGETS, made_analysis
from model import methods as registered
from model.types import Analysis, Clip, VideoInfo


def clip(frames: int) -> Clip:
    info = VideoInfo("0" * 64, frames, frames, 64, 48, frames / 25)
    return Clip(info, np.arange(frames) / 25)


def test_every_default_method_keeps_so_many_frames_and_answers_every_budget() -> None:
    analysis = made_analysis(clip(500), keyframes=7, seed=1)
    assert tuple(analysis.methods) == registered.DEFAULT
    for kept in analysis.methods.values():
        assert len(kept.index_K) == 7
        assert [len(answer.index_K) for answer in kept.budget] == list(range(1, BUDGETS + 1))
    assert len(analysis.methods["sms"].curves["motion"].value) == 500


def test_there_are_ten_steps_a_second_at_times_of_frames() -> None:
    analysis = made_analysis(clip(500), keyframes=7, seed=1)
    assert analysis.steps is not None
    assert len(analysis.steps.index_S) == 200
    assert np.array_equal(analysis.steps.time_S, analysis.clip.times_T[analysis.steps.index_S])


def test_it_is_a_valid_analysis_even_of_a_clip_with_fewer_frames_than_asked_for() -> None:
    data = made_analysis(clip(3), keyframes=7, seed=1).to_json()
    assert Analysis.from_json(data).to_json() == data
    assert [row["index"] for row in data["methods"]["uniform"]["keyframes"]] == [0, 1, 2]


def test_the_seed_decides() -> None:
    first, again, other = (made_analysis(clip(50), 5, seed).to_json() for seed in (1, 1, 2))
    assert first == again
    assert first != other
