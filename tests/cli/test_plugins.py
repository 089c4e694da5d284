"""Methods from outside on the command line: the documentation's example, faults, failures."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import Exit, main
from tests.plugged import DOCUMENT, HEAD, block, example, method, unplugged

ROOT = Path(__file__).parents[2]
COUNT = "count: int = parameter(2, 'How many.', low=1, high=9)"
FIRST = "return Selection(np.arange(k or self.count), np.ones(k or self.count))"
BROKEN = "mine.py: ZeroDivisionError: division by zero (mine.py, line 17)."


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write files and name them in the setting."""

    def plug_in(*contents: str) -> list[Path]:
        paths = [tmp_path / f"{name}.py" for name in ("mine", "other")[: len(contents)]]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(HEAD + content)
        monkeypatch.setenv("KAIROSCOPE_PLUGINS", os.pathsep.join(map(str, paths)))
        return paths

    with unplugged():
        yield plug_in


def keyframes_of(*arguments: object) -> int:
    return main(["analyze", *map(str, arguments), "--recognizer", "none"])


@pytest.mark.slow
def test_a_method_from_outside_runs_beside_the_others(
    clip: Path, plug_in, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(method(body=COUNT, select=FIRST))
    arguments = ("--methods", "mine,uniform", "--set", "mine.count=4", "--json", "-")
    assert keyframes_of(clip, *arguments) == Exit.DONE
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert [row["index"] for row in data["methods"]["mine"]["keyframes"]] == [0, 1, 2, 3]
    assert list(data["provenance"]["plugins"]) == ["mine"]
    assert data["provenance"]["skipped"] == {}
    assert captured.err == ""
    assert keyframes_of(clip, "--methods", "mine", "--set", "mine.count=10") == Exit.USAGE


def test_the_list_says_where_a_method_is_from_and_stderr_what_is_faulty(
    plug_in, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, other = plug_in(method(body=COUNT), "1 / 0")
    with pytest.raises(SystemExit) as stopped:
        main(["analyze", "--list-methods"])
    assert stopped.value.code == Exit.DONE
    captured = capsys.readouterr()
    lines = captured.out.splitlines()[-2:]
    assert lines == [f"mine: Mine (from {mine})", "  --set mine.count=2  How many. (from 1 to 9)"]
    assert captured.err == (
        f"kairoscope: plug-in {other}: It cannot be imported: ZeroDivisionError: division by zero "
        "(other.py, line 9).\n"
    )


def test_wrong_settings_are_one_line_even_for_the_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAIROSCOPE_PORT", "seventy")
    assert main(["analyze", "--list-methods"]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("kairoscope: KAIROSCOPE_PORT=seventy")


@pytest.mark.slow
def test_a_method_that_fails_at_work_is_skipped_and_said_twice(
    clip: Path, plug_in, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(method(select="1 / 0"))
    assert keyframes_of(clip, "--methods", "mine,uniform") == Exit.DONE
    captured = capsys.readouterr()
    assert captured.out.rstrip().endswith(f"\n  skipped mine: {BROKEN}")
    assert "\n  uniform" in captured.out
    assert captured.err == f"kairoscope: square.mp4: skipped mine: {BROKEN}\n"


@pytest.mark.slow
def test_an_analysis_by_nothing_but_a_broken_method_fails(
    clip: Path, plug_in, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(method(select="1 / 0"))
    assert keyframes_of(clip, "--methods", "mine") == Exit.FAILED
    problem = json.loads(capsys.readouterr().err)
    assert problem["type"] == "urn:kairoscope:problem:plugin-failed"
    assert BROKEN.rstrip(".") in problem["detail"]


@pytest.mark.slow
def test_a_bench_of_a_broken_method_says_so(
    clip: Path, plug_in, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(method(select="1 / 0"))
    assert main(["bench", str(clip), "--methods", "mine"]) == Exit.FAILED
    assert capsys.readouterr().err.startswith(f"kairoscope: no keyframes by mine: {BROKEN[:-1]}")


# The documentation's example, as its reader would run it


def kairoscope(*arguments: object, **environment: object) -> str:
    """What the command prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
        + [str(argument) for argument in arguments],
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder as pip fills it from the documentation's file and pyproject.toml."""
    folder = tmp_path_factory.mktemp("site-packages")
    example(folder)
    project = tomllib.loads(block("toml"))["project"]
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("way", ["file", "package"])
def test_the_documented_example_runs(clip: Path, tmp_path: Path, package: Path, way: str) -> None:
    if way == "file":
        environment = {"KAIROSCOPE_PLUGINS": example(tmp_path)}
        source = str(tmp_path / "sharpest.py")
    else:
        environment = {"PYTHONPATH": package}
        source = "kairoscope-sharpest 1.0: sharpest = sharpest:Sharpest"
    listed = kairoscope("analyze", "--list-methods", **environment)
    assert f"\nsharpest: Sharpest of each part (from {source})\n" in listed
    assert "\n  --set sharpest.parts=6  Keyframes when no number is asked for. (f" in listed
    arguments = ("--methods", "sharpest,uniform", "--set", "sharpest.parts=4")
    assert f" {' '.join(arguments)}\n" in DOCUMENT.read_text()
    printed = kairoscope(
        "analyze", clip, *arguments, "--recognizer", "none", "--json", "-", **environment
    )
    data = json.loads(printed)
    found = [row["index"] for row in data["methods"]["sharpest"]["keyframes"]]
    assert [index // 10 for index in found] == [0, 1, 2, 3]  # one of each quarter of 40 frames
    assert data["provenance"]["plugins"]["sharpest"]["source"] == source
