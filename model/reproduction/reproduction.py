"""A reproduction: what is asked of which experiments, and the document that grows with it."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from model.plugins import in_words
from model.reproduction import measured
from model.reproduction.document import Claim, Document, Section
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Plan, Results
from model.reproduction.protocol import registry
from model.reproduction.record import data, machine, write
from model.reproduction.state import State, states
from model.reproduction.task import Task
from model.training import card

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reproduction:
    """`everything` has all tasks of all experiments, `tasks` those of each, and `chosen` names the
    experiments to run: what others have left from before stays in the document. `notices` are of
    the whole."""

    setup: Setup
    everything: Plan
    experiments: Mapping[str, Experiment]
    tasks: Mapping[str, tuple[Task, ...]]
    chosen: tuple[str, ...]
    notices: tuple[str, ...] = ()

    @cached_property
    def plan(self) -> Plan:
        """The tasks of the chosen experiments, and all that these need."""
        wanted = {task.name for name in self.chosen for task in self.tasks[name]}
        for task in reversed(self.everything.ordered):
            if task.name in wanted:
                wanted |= set(task.needs.values())
        tasks = [task for task in self.everything.ordered if task.name in wanted]
        return replace(self.everything, tasks=tasks)

    def write(self) -> Document:
        """The document as it is now, kept in <out>/document.json."""
        document = self.document()
        write(self.plan.out / "document.json", document.to_json())
        return document

    def document(self) -> Document:
        """What is done, as sections and claims; what failed or has not run is said beside it."""
        results, now = self.everything.results(), states(self.everything)
        made = [self._made(name, results, now) for name in self.experiments]
        return Document(
            dataset=self.setup.dataset,
            preset=self.setup.preset.name,
            sections=tuple(section for section, _ in made),
            claims=tuple(claim for _, claims in made for claim in claims),
            runs=results.runs(),
            provenance=self._provenance(results, now),
        )

    def _made(
        self, name: str, results: Results, now: Mapping[str, State]
    ) -> tuple[Section, list[Claim]]:
        """Section and claims of an experiment; one that cannot make them loses these alone."""
        experiment, tasks = self.experiments[name], self.tasks[name]
        if self._left_out(name, results):
            return self._unmade(experiment, "It was left out: --only names others.")
        notices = (*notices_of(tasks, now), *retrained(tasks, results), *mixed(tasks, results))
        try:
            section = experiment.section(self.setup, results)
            claims = experiment.claims(self.setup, results)
        except Exception as error:
            if notices:  # it lacks what has not run
                return self._unmade(experiment, "It is not finished.", notices)
            log.exception("the section %s cannot be made", name)
            why = f"It cannot be made of its results: {in_words(error)}."
            return self._unmade(experiment, why)
        return replace(section, notices=(*section.notices, *notices)), _because(section, claims)

    def _left_out(self, name: str, results: Results) -> bool:
        """Whether nothing of it is done but what a chosen one shares with it."""
        tasks = self.tasks[name]
        whole = tasks and all(task.name in results for task in tasks)
        if name in self.chosen or whole:
            return False
        shared = {task.name for task in self.plan.tasks}
        return not any(task.name in results for task in tasks if task.name not in shared)

    def _unmade(
        self, experiment: Experiment, why: str, notices: tuple[str, ...] = ()
    ) -> tuple[Section, list[Claim]]:
        section = replace(experiment.missing(why), notices=notices)
        return section, _because(section, experiment.claims(self.setup, Results()))

    def _provenance(self, results: Results, now: Mapping[str, State]) -> dict[str, Any]:
        records = [record["provenance"] for record in results.records.values()]
        split = self.setup.preset.splits[0]
        kinds = [now[task.name].kind for task in self.plan.ordered]
        return {
            **card.provenance(),
            "data": data(self.plan.split_of(split), split),
            "machine": machine(),
            "device": self.plan.device,
            "started": min((record["started"] for record in records), default=None),
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(sum(record["seconds"] for record in records), 1),
            "tasks": {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)},
            "notices": list(self.notices),
        }


def _because(section: Section, claims: list[Claim]) -> list[Claim]:
    """Claims that were not tested, with the reason why the section is missing."""
    return [
        replace(claim, figure=section.missing)
        if section.missing and claim.figure == measured.NOT_RUN
        else claim
        for claim in claims
    ]


def notices_of(tasks: tuple[Task, ...], now: Mapping[str, State]) -> tuple[str, ...]:
    """A sentence for each task that failed or was skipped, and one for those that have not run."""
    mine = {task.name: now[task.name] for task in tasks}
    lost = [f"{name} {state.kind}. {state.why}" for name, state in mine.items() if state.lost]
    waiting = sum(not state.lost and state.kind != "done" for state in mine.values())
    if waiting:
        lost.append(f"{waiting} of {len(mine)} tasks have not run yet.")
    return tuple(lost)


def retrained(tasks: tuple[Task, ...], results: Results) -> tuple[str, ...]:
    """A sentence where tasks used networks that were trained again afterwards."""
    by_key = {record["key"]: record for record in results.records.values()}
    again = set()
    for record in (results.records[task.name] for task in tasks if task.name in results):
        for role, used in record["provenance"].get("weights", {}).items():
            need = by_key.get(record["inputs"][role])
            if need and need["provenance"].get("checkpoint", used) not in (used, None):
                again.add(need["task"])
    if not again:
        return ()
    return (
        "Made with an earlier training of the same options than the one whose run is shown, which "
        f"was wanted again after its network was gone: {', '.join(sorted(again))}.",
    )


def mixed(tasks: tuple[Task, ...], results: Results) -> tuple[str, ...]:
    """A sentence where tasks ran in several precisions, on machines that differ in it."""
    records = [results.records[task.name] for task in tasks if task.name in results]
    counted = Counter(
        str(record["provenance"].get("precision"))
        for record in records
        if not registry()[record["protocol"]].timed
    )
    if len(counted) < 2:
        return ()
    said = ", ".join(f"{number} in {name}" for name, number in sorted(counted.items()))
    return (f"Tasks ran on machines that compute in different precisions: {said}.",)
