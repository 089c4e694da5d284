"""The contract of methods takes up a file elsewhere, and a new file of model/methods, unasked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugged import DOCUMENT, HEAD, block, example, method

ROOT = Path(__file__).parents[2]
FILE = "tests/contracts/test_methods.py"
SELECTED = "sharpest or plug_in"


QUICK = f"({SELECTED}) and not long"


def contract(folder: Path, selected: str, *plugins: Path) -> "subprocess.CompletedProcess[str]":
    """The contract's tests of the example, in a checkout and a process of its own."""
    names = os.pathsep.join(map(str, plugins))
    return subprocess.run(
        [sys.executable, "-m", "pytest", FILE, "-k", selected, "-p", "no:cacheprovider"],
        env={**os.environ, "KAIROSCOPE_PLUGINS": names, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_the_documented_example_keeps_the_contract(tmp_path: Path) -> None:
    command = f'KAIROSCOPE_PLUGINS=sharpest.py .venv/bin/python -m pytest {FILE} -k "{SELECTED}"'
    assert f"\n{command}\n" in DOCUMENT.read_text()
    done = contract(ROOT, SELECTED, example(tmp_path))
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.slow
def test_a_method_that_breaks_it_and_a_file_that_cannot_be_loaded_fail(tmp_path: Path) -> None:
    lazy, missing = tmp_path / "lazy.py", tmp_path / "missing.py"
    lazy.write_text(HEAD + method("sharpest", "return Selection([0], [1.0])"))
    done = contract(ROOT, QUICK, lazy, missing)
    assert done.returncode == 1
    for test in ("exactly_k_or_all_frames", "description_is_complete", "no_plug_in_is_faulty"):
        assert f"_ test_{test}" in done.stdout
    assert "say how a wanted number K is met" in done.stdout
    assert "It cannot be read: No such file or directory." in done.stdout


@pytest.mark.slow
def test_a_new_file_of_the_folder_is_taken_up_with_no_other_edit(tmp_path: Path) -> None:
    for folder in ("app", "worker", "model", "tests"):
        ignored = shutil.ignore_patterns("weights", "__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "model" / "methods" / "sharpest.py").write_text(block("python"))
    done = contract(tmp_path, QUICK)
    assert done.returncode == 0, done.stdout
    assert f"\n{'.' * 15}" in f"\n{done.stdout}", "more than the tests of no method in particular"
