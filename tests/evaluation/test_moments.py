"""Shares of keyframes and of phi_t by place, by hand."""

import json

import numpy as np
import pytest

from model.datasets.types import Sample
from model.evaluation.moments import MOST_SHOWN, moments, places, row, shown
from model.types import FrameScores

S = 10  # steps, one a second and 25 frames apart


def scores(opened, phi=None):
    open_S = np.zeros(S, bool)
    open_S[list(opened)] = True
    phi_S = np.full(S, 1 / S) if phi is None else np.array(phi, np.float64)
    index_S = np.arange(S) * 25
    return FrameScores(index_S, index_S / 25, phi_S, open_S * 0.9, open_S)


@pytest.fixture
def clip(tmp_path):
    """Run-up in steps 0 to 4, decisive 5 to 7."""
    phases = [("run-up", 0, 120, False), ("flight", 120, 190, True), ("after", 190, 250, False)]
    rows = [dict(zip(("name", "start", "end", "decisive"), p, strict=True)) for p in phases]
    about = {"phases": rows, "n_frames": 250, "fps": 25.0}
    (tmp_path / "a.json").write_text(json.dumps(about))
    return tmp_path / "a.mp4"


def test_shares_by_hand(clip):
    phi = [0.05] * 5 + [0.2, 0.2, 0.2] + [0.075] * 2
    found = row(scores([0, 5, 6, 9], phi), clip)
    assert (found["steps"], found["keyframes"]) == (S, 4)
    assert found["phi_largest"] == 0.2
    assert found["phi_variation"] == pytest.approx(np.std(phi) / 0.1)
    assert found["decisive"] == {  # uniform: steps 1, 3, 6, 8
        "keyframes": 2 / 4, "uniform": 1 / 4, "time": 3 / 10, "phi": pytest.approx(0.6),
    }  # fmt: skip
    assert found["run-up"] == {
        "keyframes": 1 / 4, "uniform": 2 / 4, "time": 5 / 10, "phi": pytest.approx(0.25),
    }  # fmt: skip
    assert found["late"] == {
        "keyframes": 2 / 4, "uniform": 2 / 4, "time": 4 / 10, "phi": pytest.approx(0.55),
    }  # fmt: skip


def test_without_phases_only_what_is_late_is_known(tmp_path):
    found = places(scores([0]), tmp_path / "b.mp4")
    assert list(found) == ["late"]
    assert found["late"].tolist() == [False] * 6 + [True] * 4


def test_one_clip_of_each_class_is_shown(clip, tmp_path):
    bare = tmp_path / "b.mp4"
    samples = [Sample(path, label, "g") for path, label in ((clip, 0), (clip, 0), (bare, 1))]
    found = moments(samples, ("jump", "run"), lambda path: scores([0, 3]))
    assert [row["action"] for row in found["rows"]] == ["jump", "jump", "run"]
    assert found["phases"] is False
    jump, run = found["curves"]["jump"], found["curves"]["run"]
    assert jump["time_S"] == list(range(S))
    assert jump["open_S"] == [n in (0, 3) for n in range(S)]
    assert jump["decisive_S"] == [n in (5, 6, 7) for n in range(S)]
    assert run["decisive_S"] is None


def test_of_many_classes_those_of_the_paper_are_shown():
    many = tuple(f"class {n}" for n in range(MOST_SHOWN))
    assert shown(many) == many
    assert shown((*many, "PoleVault", "Archery")) == ("Archery", "PoleVault")
    assert shown((*many, "another")) == many[:6]
