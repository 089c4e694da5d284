"""Tasks of a reproduction over real Celery workers and a real broker, with real kills."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.cli import Exit
from model.reproduction.attempt import lock_of
from model.reproduction.course import coordinator, here
from model.reproduction.experiment import PRESETS
from model.reproduction.lock import Lock, held
from model.reproduction.plan import Plan
from model.reproduction.plan_file import save
from model.reproduction.prepare import Request, prepared
from model.reproduction.task import Task
from tests.reproduction import made
from tests.reproduction.conftest import Started
from tests.reproduction.made import First, chain, task, timed
from tests.worker.scripted import ScriptedEngine
from worker import broker, messages
from worker.reproductions import spread, work
from worker.settings import Settings
from worker.tasks import make_reproducer, make_worker

Popen = subprocess.Popen


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def settings(tmp_path: Path, runs: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def valkey(settings: Settings) -> Iterator[None]:
    process = Popen(broker.command(settings))
    broker.wait_until_answers(settings)
    yield
    process.terminate()
    process.wait(15)


def plan_of(clips: Path, out: Path, *tasks: Task) -> Plan:
    first = First(tasks)
    plan = prepared(Request("ucf101", PRESETS["quick"], out, clips), {first.name: first}).plan
    save(plan)
    return plan


@pytest.mark.slow
@pytest.mark.usefixtures("valkey")
def test_what_dead_workers_leave_is_handed_out_again_and_nothing_runs_twice_at_once(
    started: Started, clips: Path, out: Path, runs: Path, tmp_path: Path, settings: Settings
) -> None:
    tasks = (
        task("x", lasts=600),
        task("y", lasts=600),
        task("z", "x", "y", pool=True),
        task("free"),
    )
    workers = [started(tasks, "worker") for _ in range(2)]
    places = ["--root", clips, "--out", out]
    command = started(tasks, "reproduce", "--dataset", "ucf101", *places, "--workers", "--json")
    made.wait(lambda: made.pids(runs, "x") and made.pids(runs, "y"))
    [x], [y] = made.pids(runs, "x"), made.pids(runs, "y")
    assert x != y
    celery = messages.make_celery(settings, messages.REPRODUCTIONS)
    for name in ("x", "y"):
        assert messages.send_task(celery, str(out), name)

    psutil.Process(x).kill()  # a task's process: its worker lives
    made.wait(lambda: len(made.pids(runs, "x")) == 2)
    [doomed] = [worker for worker in workers if worker.pid == psutil.Process(y).ppid()]
    doomed.kill()  # a whole worker, and the process of its task with it
    doomed.communicate(timeout=300)
    made.wait(lambda: not psutil.pid_exists(y))
    (tmp_path / "mended").touch()
    found, told = command.communicate(timeout=made.WAIT_S)
    assert command.returncode == Exit.DONE
    [living] = [worker for worker in workers if worker is not doomed]
    living.terminate()
    living.communicate(timeout=made.WAIT_S)

    names = [each.name for each in tasks]
    assert sorted(made.runs(runs, "end")) == sorted(names)
    assert {name: len(made.pids(runs, name)) for name in names} == {
        **dict.fromkeys(names, 1), "x": 2, "y": 2,
    }  # fmt: skip
    [section] = json.loads(found)["sections"]
    sums = {row["name"]: row["cells"][0]["value"] for row in section["tables"][0]["rows"]}
    assert sums["z"] == 3
    assert re.search(r"x: taken by .* \(process \d+\)", told)
    assert re.search(rf"y: taken by .* \(process {y}\)", told)


def measured_alone(told: list[dict[str, Any]], names: Sequence[str]) -> bool:
    """Whether nothing else was told between start and end of each task of these names."""
    rows = [(row["task"], row["what"]) for row in told]
    return all(rows[rows.index((name, "start")) + 1] == (name, "end") for name in names)


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.usefixtures("valkey")
def test_two_workers_leave_what_measures_time_alone(
    started: Started, clips: Path, out: Path, runs: Path
) -> None:
    measuring = [timed(name, lasts=0.3) for name in ("s", "t")]
    tasks = (*measuring, task("x", lasts=0.3), task("y", lasts=0.3))
    workers = [started(tasks, "worker") for _ in range(2)]
    places = ["--root", clips, "--out", out]
    command = started(tasks, "reproduce", "--dataset", "ucf101", *places, "--workers")
    command.communicate(timeout=made.WAIT_S)
    for worker in workers:
        worker.terminate()
        worker.communicate(timeout=made.WAIT_S)
    assert command.returncode == Exit.DONE
    assert sorted(made.runs(runs, "end")) == sorted(each.name for each in tasks)
    assert measured_alone(made.rows(runs), ["s", "t"])


class Queue:
    """Messages of a plan's tasks, and workers that take all that wait at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting: list[tuple[str, str]] = []
        self.taken: list[set[str]] = []
        monkeypatch.setattr(broker, "answers", lambda settings: True)
        monkeypatch.setattr(messages, "send_task", lambda celery, *what: self._sent(*what))
        monkeypatch.setattr(messages, "waiting", lambda celery, queues: len(self.waiting))
        monkeypatch.setattr("worker.reproductions.time.sleep", self._take)

    def _sent(self, out: str, name: str) -> bool:
        self.waiting.append((out, name))
        return True

    def _take(self, seconds: float) -> None:
        taken, self.waiting = self.waiting, []
        self.taken.append({name for _, name in taken})
        for out, name in taken:
            work(Path(out), name)


def test_what_measures_time_is_handed_out_when_nothing_else_can_run(
    clips: Path, out: Path, runs: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = (timed("s"), timed("t"), task("x"), task("y", "x"), task("z", "t"), task("w"))
    plan, queue = plan_of(clips, out, *tasks), Queue(monkeypatch)
    waiting = Lock(coordinator(out))
    assert waiting.take()
    ended = [each.name for each in spread(plan, settings, lambda progress: None)]
    waiting.give_back()
    assert queue.taken == [{"x", "w"}, {"y"}, {"s"}, {"t"}, {"z"}]
    assert sorted(ended) == sorted(each.name for each in tasks)


def test_in_one_process_what_measures_time_comes_last(clips: Path, out: Path, runs: Path) -> None:
    plan = plan_of(clips, out, timed("t"), task("x"), task("y", "x"), task("z", "t"))
    assert [each.name for each in here(plan, lambda progress: None)] == ["x", "y", "t", "z"]


def test_a_worker_takes_no_old_message_beside_what_measures_time(
    clips: Path, out: Path, runs: Path
) -> None:
    plan = plan_of(clips, out, timed("t"), task("x"))
    waiting, measuring = Lock(coordinator(out)), lock_of(plan, "t")
    assert waiting.take()
    work(out, "t")  # x comes first
    assert measuring.take()  # by a worker that an earlier command had
    work(out, "x")
    assert made.runs(runs) == []
    measuring.give_back()
    work(out, "x")
    work(out, "t")
    waiting.give_back()
    assert made.runs(runs, "end") == ["x", "t"]


@pytest.mark.slow
@pytest.mark.usefixtures("valkey")
def test_a_worker_lets_go_when_it_is_stopped_or_nobody_waits(
    started: Started, clips: Path, out: Path, runs: Path
) -> None:
    tasks = chain(lasts=600)
    plan = plan_of(clips, out, *tasks)
    worker = started(tasks, "worker")
    arguments = ["reproduce", "--dataset", "ucf101", "--root", clips, "--out", out, "--workers"]
    command = started(tasks, *arguments)
    made.wait(lambda: made.pids(runs, "b"))
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=made.WAIT_S)
    assert command.returncode == Exit.INTERRUPTED
    lock = lock_of(plan, "b").path
    made.wait(lambda: not held(lock))
    assert worker.poll() is None

    command = started(tasks, *arguments)
    made.wait(lambda: len(made.pids(runs, "b")) == 2)
    worker.terminate()
    worker.communicate(timeout=made.WAIT_S)
    assert worker.returncode == 0
    assert not held(lock)
    assert command.poll() is None
    command.kill()
    command.communicate(timeout=300)
    assert "b" not in made.runs(runs, "end")
    assert plan.failure("b") is None


def test_a_worker_runs_the_task_of_a_message(clips: Path, out: Path, runs: Path) -> None:
    plan = plan_of(clips, out, *chain())
    work(out, "a")
    assert made.runs(runs) == []  # nobody waits
    waiting = Lock(coordinator(out))
    assert waiting.take()
    work(out, "a")
    work(out, "a")
    work(out, "b")
    assert made.runs(runs) == ["a", "b"]
    assert plan.results().of("b") == {"sum": 2}
    work(out.with_name("elsewhere"), "c")
    work(out, "of an earlier plan")
    assert made.runs(runs, "end") == ["a", "b"]
    waiting.give_back()


def test_a_worker_of_another_version_fails_the_task_where_it_is_looked_for(
    clips: Path, out: Path, runs: Path
) -> None:
    plan = plan_of(clips, out, *chain())
    waiting = Lock(coordinator(out))
    assert waiting.take()
    (clips / "Jump" / "v_Jump_g04_c01.avi").unlink()  # now its keys are others
    work(out, "a")
    waiting.give_back()
    problem = plan.failure("a")
    assert problem is not None
    assert "another version" in problem["detail"]
    assert made.runs(runs) == []


def test_a_plan_that_an_older_version_does_not_understand_fails_and_does_not_wait_for_ever(
    clips: Path, out: Path, runs: Path
) -> None:
    plan = plan_of(clips, out, *chain())
    path = out / "plan.json"
    content = json.loads(path.read_text())
    for row in content["tasks"]:
        row["later"] = 1
    path.write_text(json.dumps(content))
    waiting = Lock(coordinator(out))
    assert waiting.take()
    busy = lock_of(plan, "b")
    assert busy.take()  # a worker that does understand it
    work(out, "a")
    work(out, "b")
    busy.give_back()
    waiting.give_back()
    problem = plan.failure("a")
    assert problem is not None
    assert "later" in problem["detail"]
    assert plan.failure("b") is None
    assert made.runs(runs) == []


def test_workers_of_analyses_and_of_reproductions_share_no_queue(settings: Settings) -> None:
    analyses = make_worker(settings, ScriptedEngine())
    reproductions = make_reproducer(settings, ())
    assert set(analyses.amqp.queues) == set(messages.QUEUES)
    assert set(reproductions.amqp.queues) == set(messages.REPRODUCTIONS)
    assert not set(messages.QUEUES) & set(messages.REPRODUCTIONS)


def test_without_a_broker_it_says_how_to_get_one(
    clips: Path, out: Path, settings: Settings
) -> None:
    plan = plan_of(clips, out, *chain())
    with pytest.raises(Exception, match="no message broker") as raised:
        next(spread(plan, settings, lambda progress: None))
    assert "kairoscope serve" in raised.value.hint
