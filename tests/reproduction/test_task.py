"""Tasks take results of other tasks, and files by what is in them."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from model.datasets import types
from model.datasets.athletics.benchmark import edition, listed
from model.datasets.hashes import content_hash
from model.datasets.types import Dataset, Sample
from model.errors import InvalidDataset, InvalidParameter
from model.reproduction.plan import Plan
from model.reproduction.protocol import Context, Input, Protocol
from model.reproduction.protocols.train_rtsae import TrainRTSAE
from model.reproduction.record import data, recorded
from model.reproduction.task import Task, in_order, key_of
from model.training import stage2
from model.training.rtsae import READINGS

SHIPPED = "shipped/attention"


def dataset_of(root: Path) -> Dataset:
    samples = tuple(Sample(root / f"{n}.avi", n, f"g{n}") for n in range(2))
    for sample in samples:
        sample.path.touch()
    return Dataset("made", root, ("Jump", "Throw"), samples, samples)


def names(*tasks: Task) -> list[str]:
    return [task.name for task in in_order(tasks)]


def test_a_task_comes_once_and_after_what_it_needs():
    first = Task("dscnn", "train-dscnn")
    joint = Task("joint", "train-joint", {}, {"start": "dscnn", "attention": SHIPPED})
    assert names(joint, first, joint) == ["dscnn", "joint"]


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ([Task("joint", "train-joint", {}, {"start": "dscnn"})], "not in the plan"),
        ([Task("a", "train-dscnn"), Task("a", "train-dscnn", {"seed": 1})], "differ"),
        (
            [
                Task("a", "train-joint", {}, {"start": "b"}),
                Task("b", "train-joint", {}, {"start": "a"}),
            ],
            "wait for each other",
        ),
    ],
)
def test_a_plan_that_cannot_run_is_refused(tasks, said):
    with pytest.raises(InvalidParameter, match=said):
        in_order(tasks)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (("x", "no-such"), "no protocol"),
        (("x", "train-dscnn", {"sed": 1}), "no option 'sed'"),
        (("x", "train-joint"), "wanted start"),
    ],
)
def test_a_task_that_cannot_run_is_refused(about, said):
    with pytest.raises(InvalidParameter, match=said):
        Task(*about)


def test_a_file_counts_by_what_is_in_it_not_where_it_lies(tmp_path):
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"

    def key(place: Path, **options: int) -> str:
        task = Task("one", "train-dscnn", options, {"backbone": str(place)})
        return Plan(tmp_path, [task], lambda split: dataset_of(tmp_path)).keys["one"]

    first.write_bytes(b"weights")
    second.write_bytes(b"weights")
    assert key(first) == key(second)
    assert key(first, seed=1) != key(first)
    second.write_bytes(b"others")
    assert key(first) != key(second)


def test_annotations_count_by_their_content_not_by_their_folder(tmp_path):
    def key(root: str, content: str) -> str:
        task = Task("one", "summaries", {"root": root, "content": content}, {"attention": SHIPPED})
        return Plan(tmp_path, [task], lambda split: dataset_of(tmp_path)).keys["one"]

    assert key("/here", "a") == key("/there", "a") != key("/there", "b")


def test_a_record_has_no_paths_of_the_machine(tmp_path):
    class Silent(Protocol):
        name = "silent"

        def run(self, context):
            return {}

    context = Context(dataset_of(tmp_path), tmp_path, tmp_path)
    options = {"root": str(tmp_path / "ovp"), "select": ["rtsae"], "seed": 0}
    record = recorded(Silent(), context, key="k", task="t", options=options)
    assert record["options"] == {"root": "ovp", "select": ["rtsae"], "seed": 0}
    assert str(tmp_path) not in str({k: v for k, v in record.items() if k != "provenance"})


@pytest.mark.parametrize(("protocol", "counts"), [("step-cost", True), ("train-dscnn", False)])
def test_the_device_counts_where_time_is_measured(tmp_path, protocol, counts):
    dataset = dataset_of(tmp_path)
    found = {key_of(protocol, {}, {}, dataset, device) for device in ("cpu", "cuda")}
    assert (len(found) == 2) == counts


def test_clips_that_move_between_parts_make_another_key(tmp_path):
    whole = dataset_of(tmp_path)
    first, second = whole.test
    held = replace(whole, validation=(first,), test=(second,))
    moved = replace(whole, validation=(), test=(first, second))
    assert held.samples == moved.samples
    assert key_of("train-dscnn", {}, {}, held) != key_of("train-dscnn", {}, {}, moved)


def test_a_clip_that_is_replaced_under_its_name_makes_another_key(tmp_path):
    def key(root: Path) -> str:
        return key_of("train-dscnn", {}, {}, dataset_of(root))

    first, second = tmp_path / "first", tmp_path / "second"
    for root in (first, second):
        root.mkdir()
        (root / "0.avi").write_bytes(b"a clip")
    os.utime(second / "0.avi", (1, 1))
    before = key(first)
    assert key(second) == before  # copies are the same, wherever and whenever
    (first / "0.avi").write_bytes(b"encoded anew")
    assert key(first) != before


def test_all_tasks_of_a_plan_have_one_look_at_the_clips(tmp_path, monkeypatch):
    parts = []

    def look(root, samples, edition):
        parts.append(samples)
        return content_hash(root, samples, edition)

    monkeypatch.setattr(types, "content_hash", look)
    dataset = dataset_of(tmp_path)
    tasks = [Task(f"{n}", "train-dscnn", {"seed": n}) for n in range(9)]
    found = Plan(tmp_path, tasks, lambda _: dataset).keys
    assert len(set(found.values())) == 9
    assert parts == [dataset.train, dataset.validation, dataset.test]


def test_clips_that_are_gone_are_said(tmp_path):
    dataset = dataset_of(tmp_path)
    (tmp_path / "1.avi").unlink()
    with pytest.raises(InvalidDataset, match=r"1\.avi was listed and cannot be read"):
        key_of("train-dscnn", {}, {}, dataset)


def test_rendered_clips_count_by_name_and_from_the_next_version_on_by_that_too(tmp_path):
    whole = listed(tmp_path, train=1, validation=0, test=2)  # none of them is rendered

    def hashed(samples, said=""):
        lines = (f"{s.path.relative_to(tmp_path)} {s.label}{said}\n" for s in samples)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    assert list(whole.content.values()) == [hashed(whole.train), hashed(()), hashed(whole.test)]
    later = replace(whole, edition=edition("3"))
    assert later.content["test"] == hashed(whole.test, " 3")


def test_a_record_tells_the_load_at_its_start_and_at_its_end(monkeypatch, tmp_path):
    class Busy(Protocol):
        name = "busy"

        def run(self, context):
            monkeypatch.setattr(os, "getloadavg", lambda: (2.0, 0.0, 0.0))
            return {}

    monkeypatch.setattr(os, "getloadavg", lambda: (0.5, 0.0, 0.0))
    context = Context(dataset_of(tmp_path), tmp_path, tmp_path)
    record = recorded(Busy(), context, key="k", task="t", options={})
    machine = record["provenance"]["machine"]
    assert (machine["load_before"], machine["load"]) == (0.5, 2.0)


def test_a_record_tells_the_content_that_its_key_has(tmp_path):
    (tmp_path / "0.avi").write_bytes(b"a clip")
    found = data(dataset_of(tmp_path), 1)
    assert found["test"]["list_sha256"] == hashlib.sha256(b"0.avi 0\n1.avi 1\n").hexdigest()
    assert found["test"]["content_sha256"] == hashlib.sha256(b"0.avi 0 6\n1.avi 1 0\n").hexdigest()


@pytest.mark.parametrize("reading", READINGS)
def test_a_gate_is_trained_by_the_reading_that_was_asked_for(monkeypatch, tmp_path, reading):
    stages = []

    def note(stage):
        stages.append(stage)
        return {"seconds": 0.0, "monitors": {}, "training": {}, "refused": []}

    monkeypatch.setattr(stage2, "run", note)
    start = {"start": Input("k", tmp_path / "dscnn.safetensors")}
    context = Context(dataset_of(tmp_path), tmp_path, tmp_path, start)
    TrainRTSAE(reading=reading, mu=0.25, seed=3).run(context)
    [stage] = stages
    assert (stage.config.reading, stage.config.weights.mu, stage.config.seed) == (reading, 0.25, 3)
    with pytest.raises(InvalidParameter, match="reading"):
        TrainRTSAE(reading="other").run(context)
