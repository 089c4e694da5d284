"""`kairoscope evaluate keyframes` against intervals as SumMe publishes them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from app.cli import Exit, main


def scored(video: Path, truth: Path, capsys: pytest.CaptureFixture[str], k: int) -> dict[str, Any]:
    """What each user's intervals make of k uniform keyframes, without tolerance."""
    arguments = ("--truth", truth, "--methods", "uniform", "--keyframes", k, "--tolerance", 0)
    command = map(str, ("evaluate", "keyframes", video, *arguments, "--json"))
    assert main([*command]) == Exit.DONE
    [video_found] = json.loads(capsys.readouterr().out)["videos"]
    return dict(video_found["methods"]["uniform"]["intervals"])


def figures(precision: float, recall: float) -> Any:
    """A score of these two."""
    f = 2 * precision * recall / (precision + recall) if precision + recall else 0
    return pytest.approx({"precision": precision, "recall": recall, "f": f})


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["json", "mat"])
def test_keyframes_against_what_users_of_summe_selected(
    clip: Path, tmp_path: Path, layout: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Uniform takes 10 and 30 of 40 frames, the first user selected one, the second both."""
    selected = [[[0, 12]], [[9, 11], [25, 35], [36, 40]]]
    truth = tmp_path / f"square.{layout}"
    if layout == "json":
        made = {"video": clip.name, "n_frames": 40, "selected_intervals_per_user": selected}
        truth.write_text(json.dumps(made))
    else:
        score_TU = np.zeros((40, 2))
        for user, intervals in enumerate(selected):
            for start, end in intervals:
                score_TU[start:end, user] = 1
        savemat(truth, {"user_score": score_TU, "nFrames": 40})
    found = scored(clip, truth, capsys, 2)
    assert found["annotators"] == {"user1": figures(1 / 2, 1), "user2": figures(1, 2 / 3)}
    assert found["mean"]["precision"] == pytest.approx(3 / 4)
    assert found["best"] == "user2"


@pytest.mark.slow
def test_keyframes_against_summes_own_selections(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Frame by frame as the file counts them, which the times of the video keep."""
    video = real_data / "summe" / "paluma_jump.mp4"
    truth = json.loads(video.with_suffix(".json").read_text())
    T, K = truth["n_frames"], 24
    index_K = (2 * np.arange(K) + 1) * T // (2 * K)
    found = scored(video, video.with_suffix(".json"), capsys, K)
    for user, intervals in enumerate(truth["selected_intervals_per_user"], start=1):
        start_I1, end_I1 = np.array(intervals)[:, :, None].swapaxes(0, 1)
        inside_IK = (start_I1 <= index_K) & (index_K < end_I1)
        wanted = figures(inside_IK.any(axis=0).mean(), inside_IK.any(axis=1).mean())
        assert found["annotators"][f"user{user}"] == wanted
    assert len(found["annotators"]) == 15
