"""The three stages on real clips in the UCF101 layout, where KAIROSCOPE_REAL_DATA has them."""

import pytest

from app.cli import Exit, main
from model.datasets import open_dataset
from model.networks import recognition_checkpoint
from model.networks.attention import AttentionModel
from model.recognisers import DEFAULT, registry


@pytest.mark.slow
def test_the_three_stages_follow_each_other_on_ucf101(real_data, tmp_path):
    root = real_data / "ucf101"
    if not root.is_dir():
        pytest.skip("needs ucf101/ in KAIROSCOPE_REAL_DATA")
    dscnn, attention, joint = (tmp_path / f"{name}.safetensors" for name in ("1", "2", "3"))
    given = ["--dataset", str(root), "--dataset-name", "ucf101", "--iterations", "2"]
    tiny = [*given, "--preset", "tiny"]
    assert main(["train", "dscnn", *tiny, "--out", str(dscnn)]) == Exit.DONE
    start = ["--from", str(dscnn)]
    small = ["--batch", "2", "--steps", "12", "--out", str(attention)]
    assert main(["train", "rtsae", *given, *start, *small]) == Exit.DONE
    start += ["--attention", str(attention)]
    assert main(["train", "joint", *tiny, *start, "--out", str(joint)]) == Exit.DONE

    dataset = open_dataset(root, name="ucf101")
    card = recognition_checkpoint.read(joint).card
    assert registry()[DEFAULT].load(joint).classes == dataset.classes
    assert card["data"]["train"]["clips"] + card["data"]["validation"]["clips"] == len(
        dataset.train
    )
    assert len(AttentionModel.load(attention).card["data"]) == len(dataset.train)
    assert card["refused"] == []
