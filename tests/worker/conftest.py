"""A service whose videos are scripts for the ScriptedEngine, in this process or in a worker's.

One a module: every test adds videos of its own and leaves a healthy platform behind.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from model.video.probe import Probe
from worker import broker
from worker import service as service_module
from worker.service import Service
from worker.settings import Settings
from worker.types import Job, Video

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"), lease_s=2, gallery=False)


@pytest.fixture(scope="module")
def scripted_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every file passes the probe; gives the file in which the engine notes its runs."""
    probed = Probe(
        codec="h264", container="MP4/MOV", width=320, height=240, rotation=0,
        claimed_frames=40, claimed_duration_s=1.6, has_audio=False,
    )  # fmt: skip
    runs = tmp_path_factory.mktemp("scripted") / "runs"
    runs.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_module, "probe", lambda path, limits: probed)
        patch.setenv("SCRIPTED_RUNS", str(runs))
        yield runs


@pytest.fixture(scope="module")
def service(settings: Settings, scripted_probe: Path) -> Iterator[Service]:
    service = Service(settings)
    yield service
    service.close()


@dataclass
class Scripts:
    """Adds videos that are scripts; each is unique."""

    service: Service
    log: Path
    added: int = 0

    def add(self, script: str) -> tuple[Video, Job]:
        self.added += 1
        path = self.service.settings.data_dir / "incoming"
        path.write_text(f"{script}\n{self.added}")
        video = self.service.add_video(path, f"{script}.mp4")
        [job] = self.service.jobs_of(video.id)
        return video, job

    def runs(self, video: Video) -> list[str]:
        """What the engine was asked to do with a video, a line a run."""
        lines = self.log.read_text().splitlines()
        return [line.partition(" ")[2] for line in lines if line.startswith(video.id)]


@pytest.fixture(scope="module")
def scripts(service: Service, scripted_probe: Path) -> Scripts:
    return Scripts(service, scripted_probe)


@dataclass
class Platform:
    """A real broker and a real worker process."""

    service: Service
    broker: "subprocess.Popen[bytes] | None" = None
    worker: "subprocess.Popen[bytes] | None" = None

    def start_broker(self) -> None:
        self.broker = subprocess.Popen(broker.command(self.service.settings))
        broker.wait_until_answers(self.service.settings)

    def start_worker(self) -> None:
        environment = {
            **os.environ,
            **self.service.settings.environment(),
            "PYTHONPATH": str(ROOT),
        }
        with (self.service.settings.data_dir / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "tests.worker.scripted"],
                env=environment,
                stdout=log,
                stderr=log,
            )

    def child(self) -> psutil.Process:
        """The worker's child that runs the jobs."""
        assert self.worker is not None
        [child] = psutil.Process(self.worker.pid).children()
        return child

    def stop(self) -> None:
        for process in (self.worker, self.broker):
            if process is not None:
                process.terminate()
                process.wait(15)


@pytest.fixture(scope="module")
def platform(service: Service) -> Iterator[Platform]:
    platform = Platform(service)
    platform.start_broker()
    platform.start_worker()
    yield platform
    platform.stop()


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., None]:
    """`wait_for(condition, seconds)` returns when the condition holds, or fails the test."""

    def wait(condition: Callable[[], object], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)

    return wait
