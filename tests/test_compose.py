"""docker-compose.yml: valid, and the same commands and settings that `kairoscope serve` runs; and
Dockerfile: what the pages read beside the packages."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import static_files
from app.reproduction import kept
from worker import supervise
from worker.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = ROOT / "docker-compose.yml"
COPY = re.compile(r"^COPY (.+) \./(\S*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


@pytest.mark.slow
def test_is_valid_against_the_compose_schema() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", str(COMPOSE)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_commands_are_those_that_serve_runs(services: dict[str, Any]) -> None:
    settings = Settings(host="0.0.0.0", token="secret")
    commands = {
        "web": supervise.web_command(settings),
        "worker": supervise.worker_command(settings),
        "worker-gpu": supervise.worker_command(settings),
        "gallery": supervise.gallery_command(settings),
    }
    for name, command in commands.items():
        assert command[0] == sys.executable
        assert services[name]["command"] == ["python", *command[1:]], name


def test_every_setting_exists_and_is_accepted(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in services.keys() - {"redis"}:
        environment = services[name]["environment"]
        known = {f"KAIROSCOPE_{field.upper()}" for field in Settings.model_fields}
        assert set(environment) <= known
        with monkeypatch.context() as patch:
            for variable, value in environment.items():
                if value is not None:  # as here: from the environment of whoever runs it, if set
                    patch.setenv(variable, str(value))
            assert Settings().redis_url == "redis://redis:6379/0"
    assert services["worker"]["environment"]["KAIROSCOPE_DEVICE"] == "cpu"
    assert services["worker-gpu"]["environment"]["KAIROSCOPE_DEVICE"] == "cuda"


def test_the_gpu_is_reserved_and_only_asked_for_by_its_profile(services: dict[str, Any]) -> None:
    gpu = services["worker-gpu"]
    assert gpu["profiles"] == ["gpu"]
    (device,) = gpu["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
    assert all("profiles" not in services[name] for name in ("web", "worker", "redis"))


def test_nobody_starts_before_what_it_needs_is_healthy(services: dict[str, Any]) -> None:
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            done = needed == "sweep"
            wanted = "service_completed_successfully" if done else "service_healthy"
            assert how == {"condition": wanted}
            assert done or "healthcheck" in services[needed]
    assert set(services["web"]["depends_on"]) == {"sweep", "redis"}


@pytest.mark.slow
def test_what_killed_containers_left_is_swept_once_before_the_web_server(
    services: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, *arguments = services["sweep"]["command"]
    assert (python, services["sweep"]["restart"]) == ("python", "no")
    left = tmp_path / "scratch" / "job" / "preview.mp4"
    left.parent.mkdir(parents=True)
    left.touch()
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path))
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT)
    assert not left.exists()


def test_unused_videos_go_where_the_host_says_after_how_long(services: dict[str, Any]) -> None:
    for name in ("sweep", "web", "worker", "worker-gpu"):
        assert services[name]["environment"]["KAIROSCOPE_RETENTION_DAYS"] is None


def test_the_token_is_required_where_the_page_is_exposed(services: dict[str, Any]) -> None:
    assert services["web"]["environment"]["KAIROSCOPE_TOKEN"].startswith("${KAIROSCOPE_TOKEN:?")


def test_further_host_names_reach_the_web_server(services: dict[str, Any]) -> None:
    assert services["web"]["environment"]["KAIROSCOPE_HOSTS"] == "${KAIROSCOPE_HOSTS:-}"


def image() -> set[Path]:
    """The files that the image has, at their places below ROOT."""
    files = set()
    for sources, place in COPY.findall((ROOT / "Dockerfile").read_text()):
        for source in (path for pattern in sources.split() for path in ROOT.glob(pattern)):
            folder = source if source.is_dir() else source.parent
            inside = source.rglob("*") if source.is_dir() else [source]
            files |= {ROOT / place / path.relative_to(folder) for path in inside}
    return files


def test_the_image_has_what_the_pages_read_beside_the_packages() -> None:
    shipped = set(kept.RESULTS.glob(f"{kept.START}*.json"))
    assert shipped
    assert shipped | set(static_files.STATIC.rglob("*")) <= image()
