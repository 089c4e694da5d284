"""`kairoscope reproduce` on made tasks: order, going on after a stop, failures, estimates."""

import json
import shutil
import signal
import tarfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.cli import Exit, main
from model.reproduction import course
from model.reproduction.attempt import MOST_DEATHS, lock_of, renew
from model.reproduction.course import Course, Progress, here
from model.reproduction.document import Document, Section
from model.reproduction.experiment import PRESETS, Experiment
from model.reproduction.plan import AGAIN, Plan
from model.reproduction.plan_file import save
from model.reproduction.prepare import Request, prepared
from model.reproduction.record import write
from model.reproduction.reproduction import Reproduction
from model.reproduction.task import Task
from scripts.keep import keep
from tests.reproduction import made
from tests.reproduction.conftest import Started
from tests.reproduction.made import First, Second, chain, task

Reproduce = Callable[..., int]


def document(out: Path) -> Document:
    return Document.from_json(json.loads((out / "document.json").read_text()))


def section(out: Path, name: str = "first") -> Section:
    [found] = [section for section in document(out).sections if section.name == name]
    return found


def sums(out: Path, name: str = "first") -> dict[str, Any]:
    return {row.name: row.cells[0].value for row in section(out, name).tables[0].rows}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def arguments(clips: Path, out: Path) -> list[str]:
    places = ["--root", str(clips), "--out", str(out)]
    return ["reproduce", "--dataset", "ucf101", *places]


@pytest.fixture
def reproduce(arguments: list[str], runs: Path) -> Reproduce:
    """`reproduce(experiment, ..., more=[...])`: the command with these experiments."""

    def command(*experiments: Experiment, more: Sequence[str] = ()) -> int:
        with made.experiments(*experiments):
            return main([*arguments, *more])

    return command


def reproduction(clips: Path, out: Path, *experiments: Experiment) -> Reproduction:
    request = Request("ucf101", PRESETS["quick"], out, clips)
    return prepared(request, {each.name: each for each in experiments})


@pytest.fixture
def plan(clips: Path, out: Path, runs: Path) -> Plan:
    return reproduction(clips, out, First(chain())).plan


def test_tasks_run_once_and_after_what_they_need(
    reproduce: Reproduce, runs: Path, out: Path
) -> None:
    assert reproduce(First(chain(value=10)), Second(chain(value=10)[:2])) == Exit.DONE
    order = made.runs(runs)
    assert sorted(order) == ["a", "b", "c", "d"]
    assert order.index("a") < order.index("b") < order.index("c")
    assert sums(out) == {"a": 1, "b": 11, "c": 12, "d": 7}
    assert sums(out, "second") == {"a": 1, "b": 11}
    assert reproduce(First(chain(value=10)), Second(chain(value=10)[:2])) == Exit.DONE
    assert made.runs(runs) == order


def test_the_document_grows_with_each_task(clips: Path, out: Path, runs: Path) -> None:
    growing = reproduction(clips, out, First(chain()))
    seen = []
    for done in here(growing.plan, lambda progress: None):
        growing.write()
        seen.append((done.name, sums(out), section(out).notices))
    assert [len(found) for _, found, _ in seen] == [1, 2, 3, 4]
    assert all(name in found for name, found, _ in seen)
    assert seen[0][2] == ("3 of 4 tasks have not run yet.",)
    assert seen[3][2] == ()


def test_every_number_leads_to_the_run_that_made_it(reproduce: Reproduce, out: Path) -> None:
    assert reproduce(First(chain())) == Exit.DONE
    found = document(out)
    rows = section(out).tables[0].rows
    keys = {row.name: key for row in rows for key in row.cells[0].runs}
    for name, key in keys.items():
        assert found.runs[key]["task"] == name
    assert found.runs[keys["b"]]["inputs"] == {"a": keys["a"]}
    about = found.provenance
    assert about["data"]["test"]["clips"] == len(made.CLASSES)
    assert about["tasks"] == {"done": 4}
    assert any("backbone" in notice for notice in about["notices"])
    assert str(out) not in json.dumps(found.to_json())
    assert (out / "report.html").stat().st_size > 0
    assert "Sums" in (out / "report.md").read_text()


@pytest.mark.parametrize("end", ["refused", "bug"])
def test_a_task_that_fails_fails_alone_and_is_tried_again(
    reproduce: Reproduce,
    runs: Path,
    out: Path,
    tmp_path: Path,
    end: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert reproduce(First(chain(end=end)), Second((task("a"),))) == Exit.FAILED
    assert sorted(made.runs(runs)) == ["a", "b", "d"]
    assert sums(out) == {"a": 1, "d": 7}
    failed, skipped = section(out).notices
    cause = {
        "refused": "b failed. the clip has no frame. Take another clip",
        "bug": "b failed. ZeroDivisionError: division by zero. The traceback",
    }
    assert failed.startswith(cause[end])
    assert skipped == "c skipped. It needs b, which failed."
    assert section(out, "second").notices == ()
    assert cause[end].partition(". ")[2] in capsys.readouterr().err
    (tmp_path / "mended").touch()
    assert reproduce(First(chain(end=end)), Second((task("a"),))) == Exit.DONE
    assert sorted(made.runs(runs)) == ["a", "b", "b", "c", "d"]
    assert section(out).notices == ()


def test_an_experiment_that_cannot_make_its_section_loses_it_alone(
    reproduce: Reproduce, out: Path
) -> None:
    assert reproduce(First((task("a"),), unable=True), Second((task("a"),))) == Exit.DONE
    assert "KeyError: 'sum'" in str(section(out).missing)
    assert sums(out, "second") == {"a": 1}
    lost, kept = document(out).claims
    assert (lost.text, lost.verdict) == ("The first adds up", "not testable here")
    assert "KeyError: 'sum'" in lost.figure
    assert (kept.text, kept.verdict) == ("The second adds up", "confirmed")


def test_claims_of_what_was_left_out_are_listed_with_the_reason(
    reproduce: Reproduce, out: Path
) -> None:
    assert reproduce(First((task("a"),)), Second((task("b"),)), more=["--only", "second"]) == 0
    assert [(claim.verdict, claim.figure) for claim in document(out).claims] == [
        ("not testable here", "It was left out: --only names others."),
        ("confirmed", "it does"),
    ]


def test_what_a_worker_of_an_earlier_start_ends_is_in_the_document(
    reproduce: Reproduce,
    plan: Plan,
    runs: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lock, [last] = lock_of(plan, "c"), [task for task in plan.ordered if task.name == "c"]
    assert lock.take()

    def ends(seconds: float) -> None:
        plan.run(last)
        lock.give_back()

    monkeypatch.setattr(course.time, "sleep", ends)
    assert reproduce(First(chain())) == Exit.DONE
    assert made.runs(runs)[-1] == "c"
    assert sums(out) == {"a": 1, "b": 2, "c": 3, "d": 7}
    assert section(out).notices == ()
    assert "c: done in" in capsys.readouterr().err


def test_only_leaves_what_others_have_left(reproduce: Reproduce, runs: Path, out: Path) -> None:
    experiments = First((task("a"),)), Second((task("b", "a"), task("a")))
    assert reproduce(*experiments, more=["--only", "first"]) == Exit.DONE
    assert made.runs(runs) == ["a"]
    assert str(section(out, "second").missing).startswith("It was left out")
    assert reproduce(*experiments, more=["--only", "second"]) == Exit.DONE
    assert (sums(out), sums(out, "second")) == ({"a": 1}, {"b": 2, "a": 1})


def test_only_brings_the_trainings_that_another_experiment_lists(
    reproduce: Reproduce, runs: Path, out: Path
) -> None:
    experiments = First((task("a"), task("x"))), Second((task("b", "a"),))
    assert reproduce(*experiments, more=["--only", "second"]) == Exit.DONE
    assert made.runs(runs) == ["a", "b"]
    assert str(section(out).missing).startswith("It was left out")


def test_results_that_came_without_their_networks_are_enough_until_a_network_is_wanted(
    reproduce: Reproduce, runs: Path, out: Path, clips: Path
) -> None:
    first = task("a", network="trained")
    second = task("b", "a", network="trained, too")
    assert reproduce(First((first, second))) == Exit.DONE
    for network in out.glob("runs/*/checkpoint.safetensors"):
        network.unlink()
    assert reproduce(First((first, second))) == Exit.DONE
    assert made.runs(runs) == ["a", "b"]
    lacking = reproduction(clips, out, First((first, second, task("c", "a"))))
    renew(lacking.plan)  # stopped here, nothing that was known is lost
    assert lacking.document().runs == document(out).runs
    assert [one.name for one in lacking.plan.pending()] == ["a", "c"]
    given_up = reproduction(clips, out, First((first, second)))
    renew(given_up.plan)  # nobody wants the network of a any more
    assert given_up.plan.pending() == []
    assert reproduce(First((first, second, task("c", "a")))) == Exit.DONE
    assert made.runs(runs) == ["a", "b", "a", "c"]
    assert section(out).notices[0].endswith("gone: a.")  # b is from a's first network, c is not
    assert reproduce(First((first, second, task("d", "b", value=5)))) == Exit.DONE
    assert made.runs(runs) == ["a", "b", "a", "c", "b", "d"]
    assert sums(out) == {"a": 1, "b": 2, "d": 7}
    assert section(out).notices == ()


def test_what_is_kept_of_a_reproduction_goes_on_elsewhere(
    reproduce: Reproduce, runs: Path, out: Path, tmp_path: Path
) -> None:
    assert reproduce(First((task("a", network="trained"), task("b", "a")))) == Exit.DONE
    before, kept = document(out), tmp_path / "kept"
    kept.mkdir()
    keep(out, kept)
    shutil.rmtree(out)
    with tarfile.open(kept / "reproduction-ucf101-quick-runs.tar.xz") as archive:
        archive.extractall(out, filter="data")
    tasks = (task("a", network="trained"), task("b", "a"), task("c", "b"))
    assert reproduce(First(tasks)) == Exit.DONE
    assert made.runs(runs) == ["a", "b", "c"]
    assert sums(out) == {"a": 1, "b": 2, "c": 3}
    assert (
        Document.from_json(json.loads((kept / "reproduction-ucf101-quick.json").read_text()))
        == before
    )


def test_the_estimate_learns_from_what_is_done(plan: Plan) -> None:
    assert Course(plan).remaining() == 240  # as guessed, 60 each
    for name in ("a", "d"):
        plan.folder(name).mkdir(parents=True)
    write(plan.folder("a") / "run.json", {"provenance": {"seconds": 420.0}})
    learned = Course(plan)
    assert learned.remaining() == 360  # (300 + 420) / (300 + 60), of 180 s guessed for three
    assert learned.remaining(workers=2) == 180
    write(plan.folder("d") / "failure.json", {"detail": "no", "hint": ""})
    assert learned.remaining() == 240
    (plan.folder("a") / AGAIN).touch()  # what it took counts when it has run again
    assert Course(plan).remaining() == 180


def test_progress_counts_tasks_and_what_is_left(plan: Plan) -> None:
    told: list[Progress] = []
    for _ in here(plan, told.append):
        pass
    first = {progress.task: progress for progress in reversed(told)}
    assert [first[name].number for name in made_order(told)] == [1, 2, 3, 4]
    assert {progress.of for progress in told} == {4}
    ticks = [p for p in told if p.task == "a" and p.what == "making"]
    assert [p.done for p in ticks] == list(range(1, 21))
    assert 180 <= ticks[0].eta_s <= 240
    assert all(later.eta_s <= before.eta_s for before, later in pairwise(ticks))


def made_order(told: list[Progress]) -> list[str]:
    return list(dict.fromkeys(progress.task for progress in told))


def test_a_dry_run_tells_states_and_the_estimate(
    reproduce: Reproduce, out: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reproduce(First(chain()), more=["--dry-run"]) == Exit.DONE
    assert "4 of 4 tasks: 0:04:00" in capsys.readouterr().out
    assert not out.exists()
    assert not runs.exists()
    assert reproduce(First(chain(end="refused"))) == Exit.FAILED
    capsys.readouterr()
    assert reproduce(First(chain(end="refused")), more=["--dry-run", "--json"]) == Exit.DONE
    found = json.loads(capsys.readouterr().out)
    told = {row["task"]: row["state"] for row in found["tasks"]}
    assert told == {"a": "done", "b": "failed", "c": "skipped", "d": "done"}
    assert found["seconds"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--dataset", "ucf101"], "Expected <root>/<Class>/v_<Class>_gNN_cNN.avi"),
        (["--dataset", "ucf101", "--root", "EMPTY"], "ucfTrainTestlist"),
        (["--dataset", "hmdb51", "--root", "EMPTY"], "testTrainMulti_7030_splits"),
        (["--dataset", "hmdb51", "--root", "NOWHERE"], "no such folder"),
        (["--dataset", "athletics", "--root", "CLIPS"], "wanted ground truth beside each clip"),
        (["--dataset", "ucf101", "--root", "CLIPS", "--preset", "paper"], "trainlist02.txt"),
        (["--dataset", "ucf101", "--root", "CLIPS", "--only", "third"], "There are: first."),
        (["--dataset", "ucf101", "--root", "CLIPS", "--summaries", "NOWHERE"], "--summaries"),
        (["--dataset", "ucf101", "--root", "CLIPS", "--backbone", "NOWHERE"], "--backbone"),
        (["--dataset", "ucf101", "--root", "CLIPS", "--out", "/dev/null/x"], "--out"),
        (["--dataset", "ucf101", "--root", "CLIPS", "--device", "cuda:77"], "device"),
    ],
)
def test_wrong_usage_is_refused_before_any_work(
    change: list[str],
    words: str,
    clips: Path,
    tmp_path: Path,
    runs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"EMPTY": tmp_path / "empty", "NOWHERE": tmp_path / "nowhere", "CLIPS": clips}
    given = [str(places.get(word, word)) for word in change]
    out = [] if "--out" in change else ["--out", str(tmp_path / "out")]
    with made.experiments(First(chain())):
        assert main(["reproduce", *given, *out]) == Exit.USAGE
    assert words in capsys.readouterr().err
    assert not runs.exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_command_that_was_stopped_goes_on_where_it_was(
    started: Started,
    arguments: list[str],
    runs: Path,
    out: Path,
    tmp_path: Path,
    sent: signal.Signals,
) -> None:
    tasks = chain(lasts=600)
    process = started(tasks, *arguments)
    made.wait(lambda: "b" in made.runs(runs))
    process.send_signal(sent)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == (Exit.INTERRUPTED if sent == signal.SIGINT else -sent)
    assert "Traceback" not in errors
    assert sums(out)["a"] == 1
    assert "b" not in made.runs(runs, "end")
    (tmp_path / "mended").touch()
    again = started(tasks, *arguments)
    _, errors = again.communicate(timeout=300)
    assert (again.returncode, "Traceback" in errors) == (Exit.DONE, False)
    assert sorted(made.runs(runs)) == ["a", "b", "b", "c", "d"]
    assert sums(out) == {"a": 1, "b": 2, "c": 3, "d": 7}


@pytest.mark.slow
def test_two_commands_on_one_folder_are_refused(
    started: Started, arguments: list[str], runs: Path
) -> None:
    process = started(chain(lasts=600), *arguments)
    made.wait(lambda: "b" in made.runs(runs))
    second = started(chain(lasts=600), *arguments)
    assert "another kairoscope reproduce" in second.communicate(timeout=300)[1]
    assert second.returncode == Exit.USAGE
    process.kill()
    process.communicate(timeout=300)


@pytest.mark.slow
def test_a_task_that_kills_its_process_each_time_counts_as_failed(
    started: Started, clips: Path, out: Path, runs: Path
) -> None:
    tasks: tuple[Task, ...] = (task("a", end="killed"),)
    plan = reproduction(clips, out, First(tasks)).plan
    save(plan)
    for _ in range(MOST_DEATHS):
        process = started(tasks, "attempt", out, "a")
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
        assert plan.failure("a") is None
    last = started(tasks, "attempt", out, "a")
    last.communicate(timeout=300)
    assert last.returncode == 0
    problem = plan.failure("a")
    assert problem is not None
    assert problem["detail"].startswith(f"{MOST_DEATHS} processes at a were killed")
    assert made.runs(runs) == ["a"] * MOST_DEATHS
