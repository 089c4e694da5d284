"""`kairoscope cases render athletics`: the layout, going on after a stop, wrong usage."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.cli import Exit, main
from model.datasets import open_dataset
from model.datasets.athletics import CLASSES
from model.datasets.athletics.benchmark import Picture, clips_of, render_benchmark
from model.datasets.athletics.scene import Scene

SMALL = Picture(width=96, height=72, fps=12.0)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two grey frames in place of a clip that takes a second to render."""

    def grey(scene: Scene) -> Iterator[np.ndarray]:
        return iter(np.full((2, scene.height, scene.width, 3), 128, np.uint8))

    monkeypatch.setattr(Scene, "frames", grey)


def videos(folder: Path) -> dict[str, int]:
    """When each clip was written, in nanoseconds."""
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.avi")}


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_the_benchmark_is_read_as_ucf101_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render_benchmark(tmp_path, train=1, validation=1, test=2, picture=SMALL)
    dataset = open_dataset(tmp_path, name="ucf101")
    assert dataset.classes == CLASSES
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [12, 12, 24]
    assert dataset.missing == ()
    assert open_dataset(tmp_path).name == "athletics"
    parts = [{s.group for s in part} for part in (dataset.train, dataset.validation, dataset.test)]
    assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]
    for sample in dataset.test:
        truth = json.loads(sample.path.with_suffix(".json").read_text())
        assert truth["action"] == dataset.classes[sample.label]
        assert truth["seed"] >= 20000
        assert truth["version"] == "2"
    assert capsys.readouterr().err == ""
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_whole_clips_are_kept_and_broken_ones_rendered_again(tmp_path: Path) -> None:
    render_benchmark(tmp_path, train=1, validation=0, test=0, picture=SMALL)
    before = videos(tmp_path)
    bare = tmp_path / "Archery" / "v_Archery_g01_c01.json"
    bare.unlink()
    (tmp_path / "TaiChi" / "v_TaiChi_g01_c01.json").write_text('{"version": "2", "se')
    steps: list[tuple[int, int]] = []
    render_benchmark(
        tmp_path,
        train=1,
        validation=0,
        test=0,
        picture=SMALL,
        on_progress=lambda k, n: steps.append((k, n)),
    )
    after = videos(tmp_path)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"v_Archery_g01_c01.avi", "v_TaiChi_g01_c01.avi"}
    assert steps == [(11, 12), (12, 12)]
    render_benchmark(tmp_path, train=1, validation=0, test=0, picture=Picture(80, 60, 12.0))
    assert all(when > after[name] for name, when in videos(tmp_path).items())


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_killed_run_leaves_no_half_clip_and_several_processes_finish_it(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("kairoscope")
    command = [program, "cases", "render", "athletics", "--out", tmp_path, "--clips", "1"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while len(list(tmp_path.rglob("*.json"))) < 2 and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    whole = {path.stem for path in tmp_path.rglob("*.json")}
    assert 2 <= len(whole) < len(CLASSES)
    before = {name: when for name, when in videos(tmp_path).items() if Path(name).stem in whole}
    render_benchmark(tmp_path, train=1, validation=0, test=0, jobs=2)
    after = videos(tmp_path)
    assert {name: after[name] for name in before} == before
    assert len(open_dataset(tmp_path).train) == len(CLASSES)
    assert not list(tmp_path.rglob("*.part"))


def test_every_core_renders_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs_of = []

    def noted(out: Path, *, jobs: int, **_: object) -> list[Path]:
        jobs_of.append(jobs)
        return []

    monkeypatch.setattr("model.datasets.athletics.benchmark.render_benchmark", noted)
    monkeypatch.setattr("model.cores.cores", lambda: 3)
    command = ["cases", "render", "athletics", "--out", str(tmp_path)]
    for more in ([], ["--jobs", "2"]):
        assert main([*command, *more]) == Exit.DONE
    assert jobs_of == [3, 2]


def test_parts_may_not_run_into_each_other() -> None:
    seeds = {clip.seed for clip in clips_of(3, 2, 1)}
    assert seeds == {0, 1, 2, 10000, 10001, 20000}
    with pytest.raises(ValueError, match="train: wanted 0 to 10000"):
        clips_of(10001, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["athletics"], "wanted a folder"),
        (["athletics", "--out", "DIR", "--seed", "3"], "--seed belongs to samples"),
        (["DIR", "--jobs", "2"], "--jobs belongs to the benchmark"),
        (["athletics", "--out", "DIR", "--clips", "10001"], "wanted 0 to 10000"),
        (["athletics", "--out", "/dev/null/x", "--clips", "1"], "Not a directory"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", "render", *arguments]) == Exit.USAGE
    line = capsys.readouterr().err
    assert words in line
    assert line.count("\n") == 1
