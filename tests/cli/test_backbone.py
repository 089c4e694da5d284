"""`--backbone`: a file, or registered weights by the name that `kairoscope weights pull` takes."""

import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from app.cli import Exit, main
from app.cli.options import backbone_file
from model.errors import InvalidParameter
from model.networks import recognition_checkpoint
from model.networks.vgg import VggBlocks
from model.video.probe import sha256_of
from model.weights.registry import MissingWeights
from tests.clips import moving_square, write_clip

ROOT = Path(__file__).resolve().parents[2]
NAME = "vgg16-imagenet"


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `kairoscope weights pull` would put the file, which is not there."""
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path))
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder / f"{NAME}.safetensors"


def test_a_name_is_what_was_pulled_and_a_file_is_itself(pulled: Path, tmp_path: Path) -> None:
    pulled.write_bytes(b"")
    mine = tmp_path / "mine.safetensors"
    mine.write_bytes(b"")
    assert backbone_file(NAME) == pulled
    assert backbone_file(str(mine)) == mine
    assert backbone_file(None) is None


def test_what_is_neither_is_told_the_names(pulled: Path) -> None:
    for given in (f"{NAME}.safetensors", "compact", ""):
        with pytest.raises(InvalidParameter, match="--backbone") as caught:
            backbone_file(given)
        assert caught.value.hint.endswith(f"registered weights: {NAME}.")


@pytest.mark.parametrize(
    "command",
    [
        ["train", "dscnn", "--dataset", "."],
        ["train", "two-stream", "--dataset", "."],
        ["train", "rtsae", "--data", "."],
        ["reproduce", "--dataset", "athletics", "--dry-run"],
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_weights_that_were_not_pulled_come_with_the_command_that_gets_them(
    command: list[str], pulled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MissingWeights):
        backbone_file(NAME)
    assert main([*command, "--backbone", NAME]) == Exit.FAILED
    assert f"Run `kairoscope weights pull {NAME}`" in capsys.readouterr().err


@pytest.mark.slow
def test_a_training_starts_from_what_was_pulled(pulled: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    blocks = VggBlocks(5)
    save_file(blocks.state_dict(), pulled)
    for number in range(8):
        folder = tmp_path / "set" / ("left", "right")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        write_clip(folder / f"v_a_g{number:02d}_c01.mp4", moving_square(8, size=64))
    out = tmp_path / "dscnn.safetensors"
    options = ["--preset", "tiny", "--iterations", "1", "--batch", "2", "--out", str(out)]
    given = ["--dataset", str(tmp_path / "set"), "--backbone", NAME]
    assert main(["train", "dscnn", *given, *options]) == Exit.DONE
    network, card = recognition_checkpoint.load(out)
    assert card["origin"]["backbone"] == {"name": pulled.name, "sha256": sha256_of(pulled)}
    wanted = blocks.convolutions[1][1].weight.half().float()
    assert torch.equal(network.front.streams.blocks.convolutions[1][1].weight, wanted)


def test_documented_commands_name_registered_weights() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "README.md", *ROOT.glob("docs/*.md")))
    assert set(re.findall(r"--backbone ([\w.-]+)", text)) == {NAME}
