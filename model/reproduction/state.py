"""Where each task of a plan stands."""

from dataclasses import dataclass
from typing import Literal

from model.reproduction.attempt import lock_of
from model.reproduction.lock import held
from model.reproduction.plan import Plan

Kind = Literal["done", "failed", "skipped", "running", "ready", "waiting"]


@dataclass(frozen=True)
class State:
    """`why` says, of a task that failed or was skipped, in a sentence what stopped it."""

    kind: Kind
    why: str = ""

    @property
    def lost(self) -> bool:
        """Whether it will not run any more."""
        return self.kind in ("failed", "skipped")


def states(plan: Plan) -> dict[str, State]:
    """The state of each task by name, in order."""
    found: dict[str, State] = {}
    for task in plan.ordered:
        needs = {need: found[need] for need in task.needs.values() if need in found}
        found[task.name] = _state(plan, task.name, needs)
    return found


def _state(plan: Plan, name: str, needs: dict[str, State]) -> State:
    if plan.done(name):
        return State("done")
    if problem := plan.failure(name):
        return State("failed", f"{problem['detail']}. {problem['hint']}".strip())
    for need, state in needs.items():
        if state.lost:
            return State("skipped", f"It needs {need}, which {_past(state)}.")
    if any(state.kind != "done" for state in needs.values()):
        return State("waiting")
    return State("running" if held(lock_of(plan, name).path) else "ready")


def _past(state: State) -> str:
    return "failed" if state.kind == "failed" else "was skipped"
