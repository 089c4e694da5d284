"""What all tests share: the real footage, where there is any, and the browser."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from app.ui_bench.browser import installed

# The networks of the tests are small: a second thread costs more than it computes, most of all on a
# busy machine. Set before anything imports torch, so that child processes inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")


BROWSER = ("tests/browser/", "tests/app/ui_bench/test_run.py")


class FilesApart(LoadFileScheduling):
    """Each file to one process; all that drive the browser to the same, in their order: they share
    a server and what earlier ones left in it."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return BROWSER[0] if file.startswith(BROWSER) else file


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make test` leaves out can be asked for."""
    parser.addoption("--exhaustive", action="store_true", help="tests of minutes, too")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesApart:
    """How `make test` spreads tests over processes: in the order that they were sorted to."""
    config.option.loadscopereorder = False
    return FilesApart(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes is left out unless it is asked for. A test in the browser that fails is
    tried once more, and the summary says so: between two dozen processes on a busy machine, now
    and then something is late that is not wrong. In several processes, files with many slow tests
    come first, lest one of them be left for the end."""
    left_out = pytest.mark.skip(reason="takes minutes: add --exhaustive")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
        if item.get_closest_marker("exhaustive") and not config.getoption("--exhaustive"):
            item.add_marker(left_out)
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
        items.sort(key=lambda item: -slow[item.path])


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real clips named by KAIROSCOPE_REAL_DATA; skips where it is not set."""
    folder = os.environ.get("KAIROSCOPE_REAL_DATA")
    if not folder:
        pytest.skip("needs real footage: set KAIROSCOPE_REAL_DATA to a folder of clips")
    return Path(folder).resolve(strict=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without one skips, or fails under KAIROSCOPE_REQUIRE_BROWSER=1."""
    if found := installed():
        return found
    missing = "needs a browser: install the package chromium (Debian: apt-get install chromium)"
    if os.environ.get("KAIROSCOPE_REQUIRE_BROWSER") == "1":
        pytest.fail(missing)
    pytest.skip(missing)
