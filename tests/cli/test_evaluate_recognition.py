"""`kairoscope evaluate recognition`: files by split, what is kept, and what it prints."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import numpy as np
import pytest

from app.cli import Exit, main
from model.evaluation.outcomes import LabelledClip, Outcomes, Variant
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.c3d import C3D, C3DConfig
from model.networks.recognition_checkpoint import Stored, write
from model.reproduction import protocol
from model.reproduction.protocol import Context, Protocol
from tests.clips import moving_square, write_clip

CLASSES = ("Jump", "Run")


@dataclass(frozen=True)
class Made(Protocol):
    """Recognises the first of two clips, and counts how often it is asked."""

    name: ClassVar[str] = "recognition"
    asked: ClassVar[list[Path]] = []

    clips_per_class: int = 0
    select: tuple[str, ...] = ()

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol."""
        Made.asked.append(context.file("network"))
        clips = tuple(LabelledClip(f"{n}.avi", n, 25, 1.0) for n in range(2))
        own = Variant(np.array([1.0, 0]), np.array([0, 0]), np.array([0.25, 0.25]))
        return {"left_out": {}, "outcomes": Outcomes(CLASSES, clips, {"own": own}).to_json()}


@pytest.fixture
def asked():
    """The files that the protocol was asked to test."""
    Made.asked.clear()
    with patch.dict(protocol.registry(), {"recognition": Made}):
        yield Made.asked


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two classes of four groups in UCF101's layout, with three splits."""
    root = tmp_path_factory.mktemp("ucf")
    lists = root / "ucfTrainTestlist"
    lists.mkdir()
    (lists / "classInd.txt").write_text("1 Jump\n2 Run\n")
    clips = [f"{name}/v_{name}_g{g:02d}_c01.mp4" for name in CLASSES for g in range(1, 5)]
    for number, clip in enumerate(clips):
        (root / clip).parent.mkdir(exist_ok=True)
        write_clip(root / clip, moving_square(12, step=2 + number % 3))
    for split in (1, 2, 3):
        test = [clip for clip in clips if f"_g{split:02d}_" in clip]
        train = [clip for clip in clips if clip not in test]
        labels = {"Jump": 1, "Run": 2}
        lines = [f"{clip} {labels[clip.split('/')[0]]}" for clip in train]
        (lists / f"trainlist{split:02d}.txt").write_text("\n".join(lines))
        (lists / f"testlist{split:02d}.txt").write_text("\n".join(test))
    return root


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{name}.safetensors" for name in "abc"]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def run(root, files, *more):
    named = ["--weights", *map(str, files)]
    return main(["evaluate", "recognition", "--dataset", str(root), *named, *more])


def test_what_the_file_holds_is_not_tested_again(root, files, asked, tmp_path, capsys):
    out = tmp_path / "found.json"
    assert run(root, files[:1], "--out", str(out)) == Exit.DONE
    [record] = json.loads(out.read_text())["runs"]
    assert (record["schema"], record["protocol"]) == ("kairoscope/run@1", "recognition")
    assert record["provenance"]["data"]["test"]["clips"] == 2
    assert run(root, files[:2], "--out", str(out)) == Exit.DONE
    assert asked == files[:2]
    assert json.loads(out.read_text())["runs"][0] == record
    assert run(root, files[:2], "--out", str(out), "--clips-per-class", "1") == Exit.DONE
    assert len(asked) == 4
    assert "holds it already" in capsys.readouterr().err


def test_a_file_of_other_content_is_refused_before_any_work(root, files, asked, tmp_path, capsys):
    out = tmp_path / "found.json"
    assert run(root, files[:1], "--out", str(out)) == Exit.DONE
    whole = json.loads(out.read_text())
    [record] = whole["runs"]
    speed = {**whole, "runs": [record, {**record, "protocol": "speed"}]}
    for content in map(json.dumps, (record, speed, {"runs": []})):
        out.write_text(content)
        assert run(root, files, "--out", str(out)) == Exit.USAGE
        assert "holds something else" in capsys.readouterr().err
        assert out.read_text() == content
    assert asked == files[:1]


def test_files_are_dealt_to_the_splits(root, files, asked, capsys):
    assert run(root, files, "--split", "all", "--json") == Exit.DONE
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [row["provenance"]["data"]["split"] for row in runs] == [1, 2, 3]
    assert len({row["key"] for row in runs}) == 3
    assert run(root, files[:2], "--split", "all") == Exit.USAGE
    assert "as many files of each" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(root, files, "--split", "4")


def test_the_table_is_read_off(root, files, asked, capsys):
    assert run(root, files, "--split", "all") == Exit.DONE
    lines = capsys.readouterr().out.splitlines()
    [row] = [line for line in lines if "b, split 2: own" in line]
    assert row.split()[4:] == ["50.0", "%", "(0.0", "to", "100.0)", "50.0", "%", "25.0", "%", "2"]
    [whole] = [line for line in lines if "over splits" in line]
    assert whole.split()[-1] == "6"
    assert any(line.split() == ["Jump", *["100.0", "%"] * 3] for line in lines)
    assert main(["evaluate", "recognition", "--dataset", str(root), "--weights", "gone"]) != 0
    assert "no weights at gone" in capsys.readouterr().err


@pytest.mark.slow
def test_networks_of_any_kind_are_tested_without_ground_truth(root, tmp_path, capsys):
    arch, cubes = tmp_path / "arch.safetensors", tmp_path / "c3d.safetensors"
    network = ARCH(ARCHConfig(CLASSES, (4, 4, 4, 4, 4), hidden=4, size=32))
    recognition_checkpoint.save(arch, network, {"origin": {"selection": "average"}})
    c3d = C3D(C3DConfig(CLASSES, (4,) * 8, features=4, size=32))
    card = {"max_steps": 4, "recipe": {"steps_per_second": 12.5, "size": 32}}
    write(cubes, Stored("c3d", asdict(c3d.config), dict(c3d.state_dict()), card))
    more = ["--cache", str(tmp_path / "cache"), "--select", "average,uniform", "--json"]
    assert run(root, [arch, cubes], "--device", "cpu", *more) == Exit.DONE
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [row["result"]["recognizer"] for row in runs] == ["arch+average", "c3d"]
    found = [Outcomes.from_json(row["result"]["outcomes"]) for row in runs]
    assert [list(one.variants) for one in found] == [["own"], ["average", "uniform"]]
    assert [clip.frames for clip in found[0].clips] == [12, 12]
    assert found[0].clips[0].name == "Jump/v_Jump_g01_c01.mp4"
