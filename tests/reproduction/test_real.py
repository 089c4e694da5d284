"""`kairoscope reproduce` with the paper's experiments, made small: networks that mean nothing."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from model.reproduction.plan import Plan
from model.reproduction.task import in_order

# One experiment that trains a network and the attention behind it, and measures both.
SMALL = ("--only", "attention-quality")
SWEEPS = ("position-depth", "hyper-parameters", "augmentation", "binary-gates", "building-block")
# What the preset quick does not train, and what nobody gave: words of the reasons.
LEFT_OUT = {"summaries": "--summaries", **dict.fromkeys(SWEEPS, "--preset full")}


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
    tasks = [task for each in registry().values() for task in each.tasks(setup)]
    before, after = (
        Plan(tmp_path, tasks, lambda split: expected),
        Plan(tmp_path, tasks, lambda split: found),
    )
    assert before.keys == after.keys


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
@pytest.mark.skipif("KAIROSCOPE_REAL_DATA" in os.environ, reason="the real clips take the same way")
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


def by_class(source: Path) -> dict[str, list[Path]]:
    """The clips of each class, those of one name in several formats once."""
    found: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(source.glob("*/*")):
        found[path.parent.name].setdefault(path.stem.lower(), path)
    return {name: list(clips.values()) for name, clips in found.items()}


def ucf101(classes: Mapping[str, Sequence[Path]], root: Path) -> Path:
    """Links to clips with lists of our own: of each class the second, fourth, ... is for the
    test."""
    lines: dict[str, list[str]] = {"classInd": [], "trainlist01": [], "testlist01": []}
    for label, (name, clips) in enumerate(classes.items(), 1):
        lines["classInd"].append(f"{label} {name}")
        for number, clip in enumerate(linked(root / "UCF-101" / name, clips)):
            tested = number % 2 == 1
            lines["testlist01" if tested else "trainlist01"].append(
                f"{name}/{clip}" if tested else f"{name}/{clip} {label}"
            )
    (root / "ucfTrainTestlist").mkdir()
    for stem, rows in lines.items():
        (root / "ucfTrainTestlist" / f"{stem}.txt").write_text("\n".join(rows) + "\n")
    return root


def hmdb51(classes: Mapping[str, Sequence[Path]], root: Path) -> Path:
    """The same in HMDB51's layout."""
    lists = root / "testTrainMulti_7030_splits"
    lists.mkdir(parents=True)
    for name, clips in classes.items():
        names = linked(root / "hmdb51_org" / name, clips)
        rows = [f"{clip} {1 + number % 2}\n" for number, clip in enumerate(names)]
        (lists / f"{name}_test_split1.txt").write_text("".join(rows))
    return root


def linked(folder: Path, clips: Sequence[Path]) -> list[str]:
    """The names of these clips in this folder, where they are linked."""
    folder.mkdir(parents=True)
    for clip in clips:
        (folder / clip.name).symlink_to(clip)
    return [clip.name for clip in clips]


def measured(dataset: str, root: Path, *more: str) -> Document:
    """A reproduction in the folder `out` beside `root`: all its tasks done, its reports whole."""
    out = root.with_name("out")
    places = ["--root", str(root), "--out", str(out)]
    assert main(["reproduce", "--dataset", dataset, *places, *more]) == Exit.DONE
    document = Document.from_json(json.loads((out / "document.json").read_text()))
    assert (document.dataset, document.provenance["data"]["name"]) == (dataset, dataset)
    assert set(document.provenance["tasks"]) == {"done"}
    assert not any("not an official split" in notice for notice in document.provenance["notices"])
    assert [section.name for section in document.sections] == list(registry())
    for report in (out / "report.html", out / "report.md"):
        text = report.read_text()
        assert [section.title for section in document.sections if section.title not in text] == []
    return document


def recognised(out: Path) -> set[str]:
    """The names of the clips on which the network with labels was evaluated."""
    [path] = out.glob("runs/recognition-joint-s1-r0-*/run.json")
    result = json.loads(path.read_text())["result"]
    assert result["left_out"] == {}
    return {Path(name).name for name in result["outcomes"]["clips"]["name"]}


def two_classes(real_data: Path) -> dict[str, list[Path]]:
    """Two clips of each."""
    found = by_class(real_data / "ucf101")
    return {name: found[name][:2] for name in ("Archery", "Basketball")}


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_the_inverse_analysis_is_made_of_ucf101_by_its_lists(
    real_data: Path, tmp_path: Path
) -> None:
    classes = two_classes(real_data)
    document = measured("ucf101", ucf101(classes, tmp_path / "ucf101"), "--only", "inverse")
    assert recognised(tmp_path / "out") == {clips[1].name for clips in classes.values()}
    [inverse] = [section for section in document.sections if section.name == "inverse"]
    assert inverse.tables


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_all_experiments_are_made_of_ucf101_by_its_lists(real_data: Path, tmp_path: Path) -> None:
    classes = two_classes(real_data)
    document = measured("ucf101", ucf101(classes, tmp_path / "ucf101"))
    assert recognised(tmp_path / "out") == {clips[1].name for clips in classes.values()}
    for section in document.sections:
        if section.name in LEFT_OUT:
            assert LEFT_OUT[section.name] in str(section.missing)
        else:
            assert section.missing is None
            assert section.tables


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_the_inverse_analysis_is_made_of_hmdb51_by_its_lists(
    real_data: Path, tmp_path: Path
) -> None:
    found = by_class(real_data / "hmdb51")
    sword = [*found["draw_sword"], *found["sword"]]  # one clip each: one for the test
    classes = {"brush_hair": found["brush_hair"], "sword": sword}
    document = measured("hmdb51", hmdb51(classes, tmp_path / "hmdb51"), "--only", "inverse")
    assert recognised(tmp_path / "out") == {clips[1].name for clips in classes.values()}
    [inverse] = [section for section in document.sections if section.name == "inverse"]
    assert inverse.missing is None
    assert not any("could not be read" in notice for notice in inverse.notices)
    assert inverse.tables
