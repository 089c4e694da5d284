"""The pages measured in a real browser, in small: every figure is there, whatever the times say.

In processes of their own: two Playwrights do not fit into one.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.cli import Exit, main
from app.ui_bench.server import settings_in

ROOT = Path(__file__).parents[3]
SMALL = "Sizes(long_frames=120, frames=60, keyframes=5, runs=2, videos=80, moves=2, clicks=2)"
MEASURE = f"""import json
from app.ui_bench.run import Sizes, measure
print(json.dumps(measure(1, {SMALL}).to_json()))"""
NO_BROWSER = """import app.ui_bench.browser as browser
browser.installed = lambda: "/nonexistent/chromium"
from app.cli import main
raise SystemExit(main(["bench", "ui"]))"""


def child(code: str, temporary: Path) -> "subprocess.CompletedProcess[str]":
    """Run code whose temporary files go into a folder."""
    command = ["env", f"TMPDIR={temporary}", sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder of a short name: sockets in it must fit into 108 characters."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.exhaustive
@pytest.mark.browser
@pytest.mark.slow
def test_every_figure_is_measured_and_nothing_stays_behind(chromium: str, temporary: Path) -> None:
    done = child(MEASURE, temporary)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["schema"] == "kairoscope/bench-ui@1"
    assert data["sizes"]["videos"] == 80
    figures = {figure["name"]: figure for figure in data["figures"]}
    clips = ("constant-rate", "variable-rate", "edit-list")
    timed = ["hover", "page-cold", "page-warm"]
    timed += [f"{what}-{how}" for how in ("cold", "warm") for what in ("listing", "first-card")]
    assert sorted(figures) == sorted([*timed, *(f"playhead-{name}" for name in clips)])
    assert {name: len(figures[name]["samples"]) for name in timed} == {
        **dict.fromkeys(timed, 1), "hover": 2
    }  # fmt: skip
    assert all(min(figures[name]["samples"]) > 0 for name in timed)
    for name in clips:
        assert figures[f"playhead-{name}"]["samples"] == [0, 0]
    assert [path.name for path in temporary.glob("kairoscope-*")] == []


@pytest.mark.browser
@pytest.mark.slow
def test_without_chromium_it_says_how_to_get_it(chromium: str, temporary: Path) -> None:
    done = child(NO_BROWSER, temporary)
    assert done.returncode == Exit.FAILED
    assert done.stderr.startswith("kairoscope: Chromium does not start: ")
    assert "apt-get install chromium" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_playwright_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert main(["bench", "ui"]) == Exit.FAILED
    said = capsys.readouterr().err
    assert said == (
        "kairoscope: Playwright, which drives the browser, is not installed. "
        "Install it: .venv/bin/pip install playwright\n"
    )


def test_the_environment_cannot_name_another_library(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setenv("KAIROSCOPE_DATABASE_URL", "sqlite:////nonexistent/real.sqlite")
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", "/nonexistent")
    settings = settings_in(temporary)
    assert (settings.database_url, settings.data_dir) == (None, temporary)
    assert set(settings.environment()) >= {"KAIROSCOPE_DATA_DIR", "KAIROSCOPE_PORT"}
