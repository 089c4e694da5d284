"""The contract, the command line and REST take up a new file of model/methods unasked, the contract
a file elsewhere, too. The page does so in tests/browser/test_new_method.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugged import DOCUMENT, HEAD, ROOT, example, grown, method

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


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with another method in its folder, and no other edit."""
    return grown(tmp_path_factory.mktemp("checkout"))


@pytest.mark.slow
def test_a_new_file_of_the_folder_is_held_to_the_contract(checkout: Path) -> None:
    done = contract(checkout, QUICK)
    assert done.returncode == 0, done.stdout
    assert f"\n{'.' * 15}" in f"\n{done.stdout}", "more than the tests of no method in particular"


def printed(checkout: Path, code: str, *arguments: str) -> str:
    """What Python prints there, without plug-ins."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "KAIROSCOPE_PLUGINS": "", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_a_new_file_of_the_folder_is_on_the_command_line(checkout: Path) -> None:
    listed = printed(checkout, "from app.cli import main; main()", "analyze", "--list-methods")
    assert listed.endswith(
        "\nsharpest: Sharpest of each part\n"
        "  --set sharpest.parts=6  Keyframes when no number is asked for. (from 1 to 1000)\n"
    )


REST = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from app.main import create_app
from worker.settings import Settings

app = create_app(Settings(data_dir=Path(sys.argv[1])))
print(TestClient(app, "http://127.0.0.1").get("/api/v1/methods").text)
app.state.service.close()
"""


@pytest.mark.slow
def test_a_new_file_of_the_folder_is_offered_over_rest(checkout: Path, tmp_path: Path) -> None:
    *_, last = json.loads(printed(checkout, REST, str(tmp_path)))
    assert (last["name"], last["title"]) == ("sharpest", "Sharpest of each part")
    assert last["description"].startswith("The sharpest frame of each of K equal parts")
    assert not last["default"]
    parts = {"name": "parts", "type": "int", "default": 6, "low": 1, "high": 1000, "choices": []}
    assert last["parameters"] == [{**parts, "help": "Keyframes when no number is asked for."}]
