"""Methods from outside over REST: listed, run by a real worker, faults and failures answered."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugged import HEAD, example, method, unplugged


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The documentation's example, a method that fails at work, a file that cannot be loaded."""
    folder = tmp_path_factory.mktemp("plugins")
    paths = [example(folder), folder / "broken.py", folder / "bad.py"]
    paths[1].write_text(HEAD + method("broken", "1 / 0"))
    paths[2].write_text("import no_such_package")
    return paths


def listed(files: list[Path]) -> list[dict[str, Any]]:
    """What GET /plugins should answer."""
    good, broken, bad = map(str, files)
    missing = "ModuleNotFoundError: No module named 'no_such_package' (bad.py, line 1)"
    return [
        {"source": good, "methods": ["sharpest"], "fault": None},
        {"source": broken, "methods": ["broken"], "fault": None},
        {"source": bad, "methods": [], "fault": f"It cannot be imported: {missing}."},
    ]


@pytest.fixture
def plugged_site(serve, files: list[Path]) -> Iterator[Any]:
    with unplugged():
        site = serve(plugins=os.pathsep.join(map(str, files)))
        yield site
        serve.stop(site)


def test_plugins_are_listed_and_their_methods_beside_the_others(plugged_site, files) -> None:
    assert plugged_site.http.get("/api/v1/plugins").json() == listed(files)
    methods = plugged_site.http.get("/api/v1/methods").json()
    assert [entry["name"] for entry in methods][-2:] == ["sharpest", "broken"]
    assert [spec["name"] for spec in methods[-2]["parameters"]] == ["parts"]


def test_their_parameters_are_checked_before_anything_is_queued(plugged_site, clip) -> None:
    video_id = plugged_site.upload(clip(3)).headers["Kairoscope-Video"]
    wanted = {"video_id": video_id, "methods": {"sharpest": {"parts": 0}}}
    refused = plugged_site.http.post("/api/v1/analyses", json=wanted)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/methods/sharpest/parts"


@pytest.fixture
def served(idle_site, files: list[Path], tmp_path: Path) -> Iterator[Any]:
    """The whole platform as `kairoscope serve` runs it; gives the site and the log's path."""
    settings = idle_site.settings.model_copy(
        update={"plugins": os.pathsep.join(map(str, files)), "recognizer": "none"}
    )
    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "serve"],
            env={**os.environ, **settings.environment()},
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + 120
        while "is ready" not in log.read_text():
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield idle_site, log
    finally:
        server.terminate()
        assert server.wait(60) == 0


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_worker_runs_what_the_web_process_lists(served, files: list[Path], clip) -> None:
    site, log = served
    assert site.http.get("/api/v1/plugins").json() == listed(files)
    video_id = site.upload(clip(1)).headers["Kairoscope-Video"]

    def analysed(**methods: dict[str, Any]) -> dict[str, Any]:
        wanted = {"video_id": video_id, "methods": methods}
        job = site.http.post("/api/v1/analyses", json=wanted).json()
        deadline = time.monotonic() + 120
        while job["state"] in ("queued", "running"):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
            job = site.http.get(f"/api/v1/analyses/{job['id']}").json()
        return dict(job)

    job = analysed(sharpest={"parts": 3}, broken={})
    assert job["state"] == "done"
    result = site.http.get(f"/api/v1/analyses/{job['id']}/result").json()
    found = [row["index"] for row in result["methods"]["sharpest"]["keyframes"]]
    assert [index // 4 for index in found] == [0, 1, 2]  # one of each third of 12 frames
    assert list(result["methods"]) == ["sharpest"]
    assert result["provenance"]["skipped"] == {
        "broken": "broken.py: ZeroDivisionError: division by zero (broken.py, line 17)."
    }
    failed = analysed(broken={})
    assert (failed["state"], failed["error"]["title"]) == ("failed", "plugin failed")
    warnings = log.read_text().count(f"plug-in {files[2]}: It cannot be imported")
    assert warnings == 2  # the web process and the worker's child
