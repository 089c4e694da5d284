"""scripts/setup.sh: which Python, which torch, and what it says when it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("sh", "sed", "uname", "mkdir", "cp", "cat")  # all that setup.sh may count on

# Stands for every Python: answers the version check, makes an environment of itself, and logs
# what pip was asked for. $INDEX_DOWN makes an install from a named index fail.
PYTHON = """#!/bin/sh
case "$*" in
    --version) echo "Python $VERSION" ;;
    *version_info*) [ "$VERSION" != 3.10.4 ] ;;
    *ensurepip*) [ -z "${NO_VENV:-}" ] ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip "*)
        echo "$*" >> "$LOG"
        case "$*" in *--index-url*) [ -z "${INDEX_DOWN:-}" ] ;; esac ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose bin/ has the tools and the Python above, and nothing else."""
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    add(tmp_path, "python3", PYTHON)
    return tmp_path


def add(folder: Path, name: str, script: str) -> None:
    path = folder / "bin" / name
    path.write_text(script)
    path.chmod(0o755)


def setup(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / "scripts" / "setup.sh", folder / "venv"],
        env={
            "PATH": str(folder / "bin"),
            "VERSION": "3.12.1",
            "LOG": str(folder / "log"),
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def installs(folder: Path) -> list[str]:
    return (folder / "log").read_text().splitlines()


no_gpu = pytest.mark.skipif(
    os.uname().sysname != "Linux" or Path("/proc/driver/nvidia").exists(),
    reason="the choice of torch for a Linux machine without an NVIDIA GPU",
)


@no_gpu
def test_without_a_gpu_torch_comes_from_the_cpu_index_in_one_quick_try(folder: Path) -> None:
    assert setup(folder).returncode == 0
    first, rest = installs(folder)
    assert "--index-url https://download.pytorch.org/whl/cpu torch==" in first
    assert "--retries 0 --timeout 5" in first
    assert rest.endswith("install --quiet --editable .[dev]")


@no_gpu
def test_the_default_index_serves_when_the_cpu_index_does_not_answer(folder: Path) -> None:
    done = setup(folder, INDEX_DOWN="1")
    assert done.returncode == 0
    assert installs(folder)[1].endswith("install --quiet --editable .[dev]")
    assert "default index" in done.stderr


def test_with_a_gpu_pip_chooses(folder: Path) -> None:
    add(folder, "nvidia-smi", "#!/bin/sh\n")
    assert setup(folder).returncode == 0
    (only,) = installs(folder)
    assert "--index-url" not in only


def test_torch_index_overrides(folder: Path) -> None:
    add(folder, "nvidia-smi", "#!/bin/sh\n")
    assert setup(folder, TORCH_INDEX="https://mirror.example/cu130").returncode == 0
    assert "--index-url https://mirror.example/cu130 torch==" in installs(folder)[0]


@pytest.mark.parametrize(
    ("environment", "cause", "fix"),
    [
        ({"VERSION": "3.10.4"}, "needs Python 3.11 to 3.14, found Python 3.10.4", "make PYTHON="),
        ({"PYTHON": "nosuch"}, "needs Python 3.11 to 3.14, found no Python", "make PYTHON="),
        ({"NO_VENV": "1"}, "lacks its venv module", "apt-get install python3-venv"),
    ],
)
def test_what_is_missing_is_one_line_with_the_fix(
    folder: Path, environment: dict[str, str], cause: str, fix: str
) -> None:
    done = setup(folder, **environment)
    assert done.returncode == 1
    assert cause in done.stderr
    assert fix in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_newer_python_beside_an_old_python3_is_found(folder: Path) -> None:
    add(folder, "python3", PYTHON.replace("$VERSION", "3.10.4"))
    add(folder, "python3.13", PYTHON)
    done = setup(folder)
    assert done.returncode == 0
    assert "Python 3.12.1" in done.stderr  # the stub's own answer
