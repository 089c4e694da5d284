"""The protocols, on clips whose best selection is known."""

import numpy as np
import pytest
import torch

from model.evaluation.attention import Steps, evaluate_clips, evaluate_cuts, six_keyframes
from model.evaluation.scenes import evaluate_scenes, means
from model.networks.attention import AttentionModel
from model.networks.frontend import Recipe


@pytest.fixture(scope="module")
def model():
    return AttentionModel.load()


def pieces(seed, lengths=(9, 14, 7, 12, 18, 10)):
    rng = np.random.default_rng(seed)
    levels = rng.normal(0, 0.35, (len(lengths), 128))
    x = np.repeat(levels, lengths, 0) + rng.normal(0, 0.02, (sum(lengths), 128))
    return Steps(
        f"clip {seed}",
        np.arange(len(x)) * 3,
        np.arange(len(x)) / 10,
        torch.from_numpy(x.clip(-0.99, 0.99)).float(),
        x[:, :20].astype(np.float32),
    )


@pytest.mark.slow
def test_the_shipped_gate_finds_constant_pieces_as_the_optimum_does(model):
    result = evaluate_clips(model, [pieces(seed) for seed in range(3)])
    for space in ("own", "fixed"):
        rows = result[space]["methods"]
        assert rows["own optimum"]["over_optimum"] < 1.3
        assert rows["uniform"]["share_of_gap_closed"] == 0
        assert rows["rtsae"]["share_of_gap_closed"] > 0.9
        assert rows["rtsae"]["clips_better_than_uniform"] == 1
    assert result["own"]["methods"]["own optimum"]["share_of_gap_closed"] == pytest.approx(1)


@pytest.mark.slow
def test_without_weights_the_fixed_space_is_left_out(model):
    clip = pieces(0)
    bare = Steps(clip.name, clip.index_S, clip.time_S, clip.own_SD, None)
    assert set(evaluate_clips(model, [bare])) == {"own"}


@pytest.mark.exhaustive
@pytest.mark.slow
def test_cuts_between_pieces_of_clips_are_hit(model):
    clips = [
        Steps(f"{seed}", np.arange(30), np.arange(30) / 10, torch.full((30, 128), level), None)
        for seed, level in enumerate((-0.6, -0.2, 0.2, 0.6))
    ]
    result = evaluate_cuts(model, clips)
    assert result["cuts"] == 120
    assert result["hit_within_one_step"]["rtsae"] > 0.95
    assert result["hit_within_one_step"]["uniform"] < 0.9


def test_six_keyframes_are_decoded_frames(model):
    frames = six_keyframes(model, [pieces(0)])["clip 0"]
    assert set(frames) == {"rtsae", "uniform", "delta"}
    starts = [3 * start for start in (0, 9, 23, 30, 42, 60)]
    assert all(min(abs(f - s) for f in frames["rtsae"]) <= 3 for s in starts)
    assert len(frames["rtsae"]) == len(frames["uniform"]) == 6


@pytest.mark.slow
def test_scenes_report_the_place_of_phi_and_of_keyframes():
    result = evaluate_scenes(AttentionModel.untrained(0, Recipe(position=1, size=32)), 1)
    assert result["scenes"] == 2
    for row in result["rows"]:
        assert 0 < row["decisive_time"] < 1
        assert 0 <= row["running_share"] <= 1
        assert row["keyframes"] >= 1
    mean = result["mean"]
    expected = np.mean([row["decisive_phi"] for row in result["rows"]])
    assert mean["phi_concentration"] == pytest.approx(expected / mean["decisive_time"])


def scene_row(keyframes, running, uniform):
    """A scene's row, with these counts of keyframes beside the first in the run-up."""
    shares = ("decisive_time", "decisive_phi", "running_share", "uniform_running_share")
    return {
        "action": "long-jump",
        "seed": 0,
        "phi_largest": 0.1,
        "phi_variation": 0.5,
        "keyframes": keyframes,
        "running_without_first": running,
        "uniform_running_without_first": uniform,
        **dict.fromkeys(shares, 0.5),
    }


def test_a_scene_of_one_keyframe_favours_nobody_without_the_first():
    mean = means([scene_row(1, 0, 0), scene_row(5, 1, 3), scene_row(3, 2, 1)])
    assert mean["running_share_without_first"] == pytest.approx(3 / 6)
    assert mean["uniform_running_share_without_first"] == pytest.approx(4 / 6)
    assert mean["running_over_uniform_without_first"] == pytest.approx(3 / 4)
    assert mean["scenes_with_first_only"] == 1
    assert mean["keyframes"] == pytest.approx(3)


def test_without_any_keyframe_beside_the_first_there_is_no_share():
    mean = means([scene_row(1, 0, 0)] * 2)
    assert mean["scenes_with_first_only"] == 2
    assert not [name for name in mean if name.endswith("without_first")]


@pytest.mark.slow
def test_clips_that_cannot_be_judged_are_left_out_with_the_reason(model, tmp_path):
    from model.evaluation.attention import evaluate
    from tests.clips import grey_frames, moving_square, write_clip

    good = write_clip(tmp_path / "good.mp4", moving_square(60, step=2))
    short = write_clip(tmp_path / "short.mp4", grey_frames(3))
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    result = evaluate([model], [good, short, tmp_path / "broken.mp4"], None)
    left_out = result["runs"][0]["left_out"]
    assert set(left_out) == {"short.mp4", "broken.mp4"}
    assert "steps, wanted at least" in left_out["short.mp4"]
    assert result["runs"][0]["spaces"]["own"]["clips"] == 1
    assert result["fixed_space"] is None
