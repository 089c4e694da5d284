"""The phases beside rendered clips."""

import json

import pytest

from model.datasets.athletics import make_scene
from model.datasets.truth import truth_of
from model.errors import InvalidDataset


def test_phases_are_those_of_the_scene(tmp_path):
    scene = make_scene("LongJump", 20000, fps=10.0)
    clip = tmp_path / "v_LongJump_g01_c01.mp4"
    clip.with_suffix(".json").write_text(json.dumps(scene.truth()))
    assert truth_of(clip) == tuple(scene.phases)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"phases": [{"name": "run-up"}]}'])
def test_missing_or_foreign_truth_is_refused(tmp_path, content):
    clip = tmp_path / "a.mp4"
    if content is not None:
        clip.with_suffix(".json").write_text(content)
    with pytest.raises(InvalidDataset, match=r"ground truth of a\.mp4 in a\.json"):
        truth_of(clip)
