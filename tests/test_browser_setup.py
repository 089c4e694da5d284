"""Where Chromium is missing: installed where that is allowed, else a skip or an error by name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.marks import quick

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def bin_without_browser(tmp_path: Path) -> Path:
    """A PATH with an apt-get that logs what it is asked, and no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    sh = shutil.which("sh")
    assert sh
    (folder / "sh").symlink_to(sh)
    write(folder / "apt-get", f'#!/bin/sh\necho "$*" >> {tmp_path}/log\n')
    return folder


def write(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def install(path: Path, user: int) -> str:
    """Run scripts/chromium.sh as this user id; what apt-get was asked."""
    write(path / "id", f"#!/bin/sh\necho {user}\n")
    done = subprocess.run([ROOT / "scripts" / "chromium.sh"], env={"PATH": str(path)}, check=False)
    assert done.returncode == 0
    log = path.parent / "log"
    return log.read_text() if log.exists() else ""


def test_root_gets_it_from_apt(bin_without_browser: Path) -> None:
    update, installation = install(bin_without_browser, user=0).splitlines()
    assert update.startswith("update")
    assert installation.split()[-1] == "chromium"


def test_a_plain_user_gets_nothing_installed(bin_without_browser: Path) -> None:
    assert install(bin_without_browser, user=1000) == ""


def test_nothing_is_installed_twice(bin_without_browser: Path) -> None:
    write(bin_without_browser / "chromium", "#!/bin/sh\n")
    assert install(bin_without_browser, user=0) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("required", "outcome"), quick(1, [("0", "1 skipped"), ("1", "1 error")]))
def test_without_it_browser_tests_name_the_package(
    bin_without_browser: Path, tmp_path: Path, required: str, outcome: str
) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_page.py").write_text("def test_page(chromium): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:dash", tmp_path],
        env={
            **os.environ,
            "PATH": str(bin_without_browser),
            "KAIROSCOPE_REQUIRE_BROWSER": required,
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout
    assert "apt-get install chromium" in done.stdout
