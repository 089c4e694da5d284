"""Tasks take results of other tasks, and files by what is in them."""

from dataclasses import replace
from pathlib import Path

import pytest

from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter
from model.reproduction.protocol import Context, Input, Protocol
from model.reproduction.protocols.train_rtsae import TrainRTSAE
from model.reproduction.record import recorded
from model.reproduction.task import Task, in_order, key_of, keys
from model.training import stage2
from model.training.rtsae import READINGS

SHIPPED = "shipped/attention"


def dataset_of(root: Path) -> Dataset:
    samples = tuple(Sample(root / f"{n}.avi", n, f"g{n}") for n in range(2))
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
        return keys(in_order([task]), lambda split: dataset_of(tmp_path))["one"]

    first.write_bytes(b"weights")
    second.write_bytes(b"weights")
    assert key(first) == key(second)
    assert key(first, seed=1) != key(first)
    second.write_bytes(b"others")
    assert key(first) != key(second)


def test_annotations_count_by_their_content_not_by_their_folder(tmp_path):
    def key(root: str, content: str) -> str:
        task = Task("one", "summaries", {"root": root, "content": content}, {"attention": SHIPPED})
        return keys([task], lambda split: dataset_of(tmp_path))["one"]

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
