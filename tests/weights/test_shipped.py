"""What comes with the program is what its cards say, and keeps out what must stay unseen."""

import json

import pytest

from model.analyze import analyze
from model.datasets.athletics import CLASSES, make_scene
from model.datasets.athletics.write import write_scene
from model.recognisers import get
from model.video.probe import sha256_of
from model.weights import registry
from model.weights.cards import describe

LARGEST = {"attention": 8_000_000, "compact": 20_000_000}


@pytest.mark.parametrize("name", LARGEST)
def test_a_shipped_file_is_small_and_says_how_it_was_made(name):
    path = registry.get(name).path(registry.SHIPPED)
    assert path.stat().st_size <= LARGEST[name]
    card = describe(path).card
    assert "BSD-3-Clause" in card["licence"]
    assert card["command"].startswith("kairoscope train ")
    assert card["data"]


def test_the_recogniser_names_its_data_and_figures():
    card = describe(registry.get("compact").path(registry.SHIPPED)).card
    assert card["data"]["name"] == "athletics"
    assert card["data"]["classes"] == list(CLASSES)
    assert card["commit"]
    assert 0 < card["figures"]["validation/binary"] < 1


def test_no_held_out_clip_trained_the_attention(real_data):
    split = json.loads((real_data / "attention_split.json").read_text())
    held_out = {sha256_of(real_data / name) for name in split["held_out"]}
    card = describe(registry.get("attention").path(registry.SHIPPED)).card
    assert held_out
    assert held_out.isdisjoint(clip["sha256"] for clip in card["data"])


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_recogniser_knows_scenes_that_it_never_saw(tmp_path):
    recogniser = get("rtsae-dscnn").load(registry.get("compact").path(registry.SHIPPED))
    right = 0
    for action in CLASSES[::2]:
        path = tmp_path / f"{action}.avi"
        write_scene(make_scene(action, 29_000), path, codec="mpeg4")
        found = analyze(path, [], recogniser=recogniser).recognition
        assert found["whole"]["frames"] <= found["steps"]
        right += found["whole"]["top"][0]["label"] == action
    assert right >= 3  # by chance, one in two runs
