"""`kairoscope reproduce` with the paper's experiments, made small: networks that mean nothing."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import Exit, main
from model.datasets import open_dataset
from model.datasets.athletics.benchmark import listed, render_benchmark
from model.datasets.athletics.scene import Scene
from model.reproduction.document import Document
from model.reproduction.experiment import PRESETS, Setup, registry
from model.reproduction.task import in_order, keys

# One experiment that trains a network and the attention behind it, and measures both.
SMALL = ("--only", "attention-quality")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The preset quick with a few clips of Athletics and networks of a few channels."""
    changes: dict[str, Any] = {"train": 2, "validation": 0, "test": 1, "few": 1}
    changes |= {"network": "tiny", "epochs": 1.0, "attention_iterations": 2}
    monkeypatch.setitem(PRESETS, "quick", replace(PRESETS["quick"], **changes))
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path / "data"))


@pytest.mark.slow
def test_the_plans_of_all_experiments_fit_together() -> None:
    for dataset in ("athletics", "ucf101", "hmdb51"):
        for preset in PRESETS.values():
            setup = Setup(dataset, preset, 12)
            tasks = [task for each in registry().values() for task in each.tasks(setup)]
            assert len(in_order(tasks)) == len({task.name for task in tasks}) > 0


@pytest.mark.slow
def test_what_is_to_be_rendered_has_the_keys_of_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grey(scene: Scene) -> Iterator[np.ndarray]:
        return iter(np.full((2, scene.height, scene.width, 3), 128, np.uint8))

    monkeypatch.setattr(Scene, "frames", grey)
    counts = {"train": 2, "validation": 1, "test": 1}
    expected = listed(tmp_path, **counts)
    render_benchmark(tmp_path, **counts)
    found = open_dataset(tmp_path, name="athletics")
    assert expected == found
    setup = Setup("athletics", PRESETS["quick"], len(found.classes))
    tasks = in_order(task for each in registry().values() for task in each.tasks(setup))
    assert keys(tasks, lambda split: expected) == keys(tasks, lambda split: found)


def finished(out: Path) -> Document:
    """The document, with no task failed and the one section measured."""
    document = Document.from_json(json.loads((out / "document.json").read_text()))
    assert set(document.provenance["tasks"]) == {"done"}
    [section] = [each for each in document.sections if each.name == "attention-quality"]
    assert section.missing is None
    assert section.tables
    assert (out / "report.html").is_file()
    assert (out / "report.md").is_file()
    return document


@pytest.mark.slow
@pytest.mark.skipif(
    "KAIROSCOPE_REAL_DATA" in os.environ, reason="the real clips take the same way in half the time"
)
@pytest.mark.usefixtures("small")
def test_athletics_is_rendered_and_measured(tmp_path: Path) -> None:
    out = tmp_path / "reproductions" / "small"
    arguments = ["reproduce", "--dataset", "athletics", "--out", str(out), *SMALL]
    assert main(arguments) == Exit.DONE
    document = finished(out)
    assert len(list(tmp_path.glob("reproductions/athletics-v2-2-0-1/*/*.avi"))) == 36
    assert document.provenance["data"]["test"]["clips"] == 12
    written = {path: path.stat().st_mtime_ns for path in out.rglob("run.json")}
    assert main(arguments) == Exit.DONE
    assert {path: path.stat().st_mtime_ns for path in out.rglob("run.json")} == written


def ucf101(source: Path, root: Path) -> Path:
    """Links to the clips of `source` with lists of our own: of each class the second, fourth, ...
    clip is for the test."""
    classes: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(source.glob("*/*")):
        classes[path.parent.name].setdefault(path.stem.lower(), path)
    lines: dict[str, list[str]] = {"classInd": [], "trainlist01": [], "testlist01": []}
    for label, (name, clips) in enumerate(classes.items(), 1):
        (root / "UCF-101" / name).mkdir(parents=True)
        lines["classInd"].append(f"{label} {name}")
        for number, path in enumerate(clips.values()):
            (root / "UCF-101" / name / path.name).symlink_to(path)
            tested = number % 2 == 1
            clip = f"{name}/{path.name}"
            lines["testlist01" if tested else "trainlist01"].append(
                clip if tested else f"{clip} {label}"
            )
    (root / "ucfTrainTestlist").mkdir()
    for stem, rows in lines.items():
        (root / "ucfTrainTestlist" / f"{stem}.txt").write_text("\n".join(rows) + "\n")
    return root


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_ucf101_is_measured_from_its_lists(real_data: Path, tmp_path: Path) -> None:
    root, out = ucf101(real_data / "ucf101", tmp_path / "ucf101"), tmp_path / "out"
    places = ["--root", str(root), "--out", str(out)]
    assert main(["reproduce", "--dataset", "ucf101", *places, *SMALL]) == Exit.DONE
    document = finished(out)
    about = document.provenance["data"]
    assert (about["name"], about["test"]["clips"]) == ("ucf101", 6)
    assert document.dataset == "ucf101"
    assert not any("not an official split" in notice for notice in document.provenance["notices"])
