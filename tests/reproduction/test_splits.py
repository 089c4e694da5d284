"""The preset paper on the three official splits, its trainings and evaluations made: no network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import Exit, main
from model.datasets.types import Sample
from model.evaluation.outcomes import LabelledClip, Outcomes, Variant
from model.evaluation.recognition import ALL, GATE, MIXED_BACK, mixed_name
from model.reproduction.document import Document
from model.reproduction.experiment import PRESETS
from model.reproduction.protocol import Context, registry
from tests.reproduction import made
from tests.reproduction.made import CLASSES, GROUPS, TESTED

Clips = frozenset[tuple[str, int]]  # by class and group
SEEDS = PRESETS["paper"].seeds
# By split, of 2, 2 and 4 test clips: 2, 1 and 1; of the last by the gate alone.
RECOGNISED = {("Jump", 1), ("Throw", 1), ("Jump", 2), ("Throw", 4)}
BY_GATE_ALONE = ("Throw", 4)
TRAININGS = ("train-dscnn", "train-rtsae", "train-joint")


def folder_of_hmdb51(root: Path) -> Path:
    """The clips of `made.folder_of_clips` in HMDB51's layout."""
    lists = root / "testTrainMulti_7030_splits"
    lists.mkdir(parents=True)
    for name in CLASSES:
        (root / "hmdb51_org" / name).mkdir(parents=True)
        for group in range(1, GROUPS + 1):
            (root / "hmdb51_org" / name / hmdb_clip(name, group)).touch()
        for split, tested in TESTED.items():
            rows = [f"{hmdb_clip(name, g)} {1 + (g in tested)}\n" for g in range(1, GROUPS + 1)]
            (lists / f"{name}_test_split{split}.txt").write_text("".join(rows))
    return root


def hmdb_clip(name: str, group: int) -> str:
    return f"Film{group}_{name}_u_cm_np1_fr_med_0.avi"


def who(sample: Sample) -> tuple[str, int]:
    """Class and group of a clip, read off its name in either layout."""
    number = sample.path.name.partition("_g" if "_g0" in sample.path.name else "Film")[2]
    return CLASSES[sample.label], int(number.partition("_")[0])


def outcomes(samples: tuple[Sample, ...]) -> Outcomes:
    """What is recognised on these clips."""
    clips = tuple(LabelledClip(s.path.name, s.label, 50, 2.0) for s in samples)
    right_N = np.array([who(sample) in RECOGNISED for sample in samples], float)
    whole_N = np.array([who(s) in RECOGNISED - {BY_GATE_ALONE} for s in samples], float)

    def variant(right_N: Any) -> Variant:
        label_N = np.array([sample.label for sample in samples])
        return Variant(right_N, np.where(right_N == 1, label_N, 1 - label_N), right_N * 0 + 0.25)

    variants = dict.fromkeys((GATE, *map(mixed_name, MIXED_BACK)), variant(right_N))
    return Outcomes(CLASSES, clips, variants | {ALL: variant(whole_N)})


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, tuple[Clips, Clips]]:
    """The clips for training and for the test that each task is given; what it makes is made up."""
    found: dict[str, tuple[Clips, Clips]] = {}

    def look(context: Context) -> None:
        parts = (context.dataset.train, context.dataset.test)
        train, test = (frozenset(map(who, samples)) for samples in parts)
        found[context.folder.name.rpartition("-")[0]] = train, test

    def train(protocol: Any, context: Context) -> dict[str, Any]:
        look(context)
        context.checkpoint.write_text(context.folder.name)
        return {}

    def recognise(protocol: Any, context: Context) -> dict[str, Any]:
        look(context)
        return {"left_out": {}, "outcomes": outcomes(context.dataset.test).to_json()}

    for name in TRAININGS:
        monkeypatch.setattr(registry()[name], "run", train)
    monkeypatch.setattr(registry()["recognition"], "run", recognise)
    monkeypatch.setattr("model.training.card._commit", lambda: "")  # git takes longer than all this
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path / "data"))
    return found


LAYOUTS: dict[str, Callable[[Path], Path]] = {
    "ucf101": lambda root: made.folder_of_clips(root, tuple(TESTED)),
    "hmdb51": folder_of_hmdb51,
}


def arguments(dataset: str, root: Path, preset: str = "paper") -> list[str]:
    places = ["--root", str(root), "--out", str(root.with_name("out"))]
    return ["reproduce", "--dataset", dataset, "--preset", preset, "--only", "inverse", *places]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", LAYOUTS)
def test_each_split_is_trained_and_tested_on_its_own_clips_and_the_document_has_all(
    dataset: str, tmp_path: Path, seen: dict[str, tuple[Clips, Clips]]
) -> None:
    root = LAYOUTS[dataset](tmp_path / "clips")
    assert main(arguments(dataset, root)) == Exit.DONE
    every = {(name, group) for name in CLASSES for group in range(1, GROUPS + 1)}
    of_split = {
        split: {(name, group) for name in CLASSES for group in groups}
        for split, groups in TESTED.items()
    }
    ends = [(split, f"s{split}-r{seed}") for split in TESTED for seed in SEEDS]
    assert seen == {
        f"{what}-{end}": (every - of_split[split], of_split[split])
        for split, end in ends
        for what in ("dscnn", "rtsae", "joint", "recognition-joint")
    }

    document = Document.from_json(json.loads((tmp_path / "out" / "document.json").read_text()))
    told = {run["task"]: run["provenance"]["data"] for run in document.runs.values()}
    assert all(f"-s{data['split']}-" in task for task, data in told.items())
    assert len({data["test"]["content_sha256"] for data in told.values()}) == len(TESTED)
    [inverse] = [section for section in document.sections if section.name == "inverse"]
    [row] = inverse.tables[0].rows
    # Each split weighs by its clips: 2 + 1 + 1 of 2 + 2 + 4, and one less by all steps.
    assert [cell.value for cell in row.cells] == [4 / 8] * 5 + [3 / 8]
    evaluated = {run["task"]: key for key, run in document.runs.items()}
    runs = {evaluated[f"recognition-joint-{end}"] for _, end in ends}
    assert all(set(cell.runs) == runs for cell in row.cells)


def emptied(root: Path) -> None:
    (root / "ucfTrainTestlist" / "testlist02.txt").write_text("")


def without_clips(root: Path) -> None:
    (root / "ucfTrainTestlist" / "testlist02.txt").write_text("Jump/v_Jump_g09_c01.avi\n")


def of_another_copy(root: Path) -> None:
    (root / "ucfTrainTestlist" / "trainlist02.txt").write_text("Jump/v_Jump_g01_c01.avi 2\n")


def in_both_parts(root: Path) -> None:
    with (root / "ucfTrainTestlist" / "testlist02.txt").open("a") as rows:
        rows.write("Jump/v_Jump_g01_c01.avi\n")


def unsplit(root: Path) -> None:
    for path in root.glob("*/*_test_split2.txt"):
        path.unlink()


@pytest.mark.parametrize(
    ("dataset", "spoil", "words"),
    [
        ("ucf101", emptied, "no clip for test in split 2"),
        ("ucf101", without_clips, "no clip for test in split 2"),
        ("ucf101", of_another_copy, "trainlist02.txt, line 1: wanted label 1 for Jump"),
        ("ucf101", in_both_parts, "clips are listed twice: v_Jump_g01_c01.avi"),
        ("hmdb51", unsplit, "wanted <class>_test_split2.txt"),
    ],
)
def test_a_second_split_that_is_wrong_is_refused_before_any_work(
    dataset: str,
    spoil: Callable[[Path], None],
    words: str,
    tmp_path: Path,
    seen: dict[str, tuple[Clips, Clips]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = LAYOUTS[dataset](tmp_path / "clips")
    spoil(root)
    assert main([*arguments(dataset, root, "quick"), "--dry-run"]) == Exit.DONE
    capsys.readouterr()
    assert main(arguments(dataset, root)) == Exit.USAGE
    assert words in capsys.readouterr().err
    assert not seen
    assert not (tmp_path / "out").exists()
