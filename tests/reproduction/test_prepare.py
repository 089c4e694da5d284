"""What `kairoscope reproduce` is given beside the data set is read before anything is planned."""

from pathlib import Path

import pytest

from app.cli import Exit, main
from model.networks.checkpoint import SHIPPED
from tests.reproduction import made
from tests.reproduction.made import First, chain


@pytest.mark.parametrize(
    ("option", "given", "words"),
    [
        ("--summaries", "EMPTY", "--summaries: wanted VSUMM's videos and user summaries at "),
        ("--summaries", "EMPTY", "an empty folder. Expected <root>/database/<video>.mpg"),
        ("--backbone", __file__, f"--backbone: {__file__} does not hold VGG-16's convolutions"),
        ("--backbone", str(SHIPPED), "Run `kairoscope weights pull vgg16-imagenet`"),
    ],
)
def test_other_summaries_and_another_backbone_are_refused(
    option: str,
    given: str,
    words: str,
    clips: Path,
    tmp_path: Path,
    runs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    place, out = given.replace("EMPTY", str(tmp_path / "empty")), tmp_path / "out"
    command = ["reproduce", "--dataset", "ucf101", "--root", str(clips), "--out", str(out)]
    with made.experiments(First(chain())):
        for more in ([], ["--dry-run"]):
            assert main([*command, option, place, *more]) == Exit.USAGE
            assert words in capsys.readouterr().err
    assert not out.exists()
    assert not runs.exists()
