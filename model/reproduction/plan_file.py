"""A plan as a file in its folder, from which another process, on this disk, makes it again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from model.datasets import Name, open_dataset
from model.datasets.types import Dataset
from model.errors import InvalidValue
from model.networks.device import resolve
from model.reproduction.plan import Plan, folder_of
from model.reproduction.record import write
from model.reproduction.task import Task

SCHEMA = "kairoscope/plan@1"


class OtherPlan(InvalidValue):
    """This process, or its copy of the data, would make another result of a task."""

    code = "other-plan"


def splits_of(root: Path, name: str) -> Callable[[int], Dataset]:
    """The data set at `root` by its splits, each read once. Raises InvalidDataset when called."""

    @cache
    def split_of(split: int) -> Dataset:
        return open_dataset(root, name=cast(Name, name), split=split)

    return split_of


def save(plan: Plan) -> None:
    """Write <out>/plan.json: tasks with their keys, the data, precision, jobs, and the device as
    asked for, which may be another one for each worker."""
    dataset = plan.split_of(plan.ordered[0].split) if plan.tasks else None
    about = {
        "schema": SCHEMA,
        "dataset": {"name": dataset.name, "root": str(dataset.root.resolve())} if dataset else {},
        "device": plan.asked,
        "precision": plan.precision,
        "jobs": plan.jobs,
        "tasks": [asdict(task) | {"key": plan.keys[task.name]} for task in plan.ordered],
    }
    plan.out.mkdir(parents=True, exist_ok=True)
    write(plan.out / "plan.json", about)


@dataclass(frozen=True)
class Saved:
    """The content of a plan's file."""

    out: Path
    content: Mapping[str, Any]

    def __contains__(self, name: str) -> bool:
        """Whether the plan has a task of this name."""
        return any(row["name"] == name for row in self.content["tasks"])

    def folder(self, name: str) -> Path:
        """Where the maker of the plan looks for what this task leaves."""
        return folder_of(self.out, name, self._key(name))

    def plan(self, name: str) -> Plan:
        """The plan, made here, to run the task of this name.

        Raises InvalidParameter for tasks that this version of the program does not know,
        InvalidDataset where the clips cannot be read, and OtherPlan where something else would
        come out of the task here than there.
        """
        about = self.content
        split_of = splits_of(Path(about["dataset"]["root"]), about["dataset"]["name"])
        tasks = [Task(**{k: v for k, v in row.items() if k != "key"}) for row in about["tasks"]]
        asked = about["device"]
        plan = Plan(
            self.out, tasks, split_of, resolve(asked), about["jobs"], asked, about["precision"]
        )
        if plan.keys[name] != self._key(name):
            raise OtherPlan(
                f"{name}: this worker has another version of the program, of its weights or of the "
                "clips than the process that made the plan",
                "Let all have the same, and read the clips from the same folder.",
            )
        return plan

    def _key(self, name: str) -> str:
        keys = {row["name"]: row["key"] for row in self.content["tasks"]}
        return str(keys[name])


def read(out: Path) -> Saved:
    """What `save` wrote. Raises InvalidValue for another schema, OSError where it is not there."""
    content = json.loads((out / "plan.json").read_text())
    if content.get("schema") != SCHEMA:
        raise InvalidValue(f"{out}: wanted {SCHEMA}, got {content.get('schema')!r}")
    return Saved(out, content)
