"""The three stages on real clips in the UCF101 layout, where KAIROSCOPE_REAL_DATA has them."""

import shlex
from pathlib import Path

import pytest

from app.cli import Exit, main
from model.datasets import open_dataset
from model.networks import recognition_checkpoint
from model.networks.attention import AttentionModel
from model.recognisers import DEFAULT, registry

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_three_stages_follow_each_other_on_ucf101_by_the_commands_of_the_readme(
    real_data, tmp_path, monkeypatch
):
    root = real_data.resolve() / "ucf101"
    if not root.is_dir():
        pytest.skip("needs ucf101/ in KAIROSCOPE_REAL_DATA")
    monkeypatch.chdir(tmp_path)
    commands = [
        shlex.split(line) for line in README.read_text().splitlines() if " --out try-" in line
    ]
    assert [command[2] for command in commands] == ["dscnn", "rtsae", "joint"]
    for command in commands:
        given = [str(root) if word == "ucf101/" else word for word in command[1:]]
        assert main(given) == Exit.DONE

    attention, joint = (tmp_path / f"try-{stage}.safetensors" for stage in (2, 3))
    dataset = open_dataset(root, name="ucf101")
    card = recognition_checkpoint.read(joint).card
    assert registry()[DEFAULT].load(joint).classes == dataset.classes
    assert card["data"]["train"]["clips"] + card["data"]["validation"]["clips"] == len(
        dataset.train
    )
    assert len(AttentionModel.load(attention).card["data"]) == len(dataset.train)
    assert card["refused"] == []
