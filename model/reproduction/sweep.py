"""What the experiments that train many networks share: one evaluation each, compared on the same
clips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.evaluation import statistics
from model.evaluation.intervals import Interval
from model.evaluation.outcomes import Outcomes, shared
from model.evaluation.recognition import GATE
from model.evaluation.statistics import Comparison
from model.reproduction import measured
from model.reproduction.document import Cell, Claim, Runs, Series
from model.reproduction.experiment import Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

WITHIN = 0.05  # of each other, accuracies are called stable: the paper gives no number
ALL_OPEN = "No gate closes at any step of any clip: there is no choice to compare."
NOT_IN_PRESET = "The preset {preset} trains no sweeps: run it with --preset full."


def evaluated(setup: Setup, network: Task) -> Task:
    """The recognition of a trained network on a few test clips of each class."""
    options = {"clips_per_class": setup.preset.few}
    needs = {"network": network.name}
    return Task(of(network.name), "recognition", options, needs, network.split, 60)


def of(network: str) -> str:
    """The name of the task that evaluates this one's network."""
    return f"sweep-{network}"


def outcomes(results: Results, network: str) -> Outcomes:
    """What the network of this task did."""
    return Outcomes.from_json(results.of(of(network))["outcomes"])


def _runs(results: Results, network: str) -> Runs:
    return (results.key(of(network)),)


def accuracy(results: Results, network: str, variant: str = GATE) -> Cell:
    """Its accuracy with the interval over recordings; empty before it is known."""
    if of(network) not in results:
        return Cell(None)
    found = outcomes(results, network).accuracy(variant)
    return measured.cell(found, _runs(results, network), "share")


def kept(results: Results, network: str, variant: str = GATE) -> Cell:
    """The share of the steps that are computed to the end."""
    if of(network) not in results:
        return Cell(None)
    kept_N = outcomes(results, network).variants[variant].kept_N
    return Cell(float(np.mean(kept_N)), runs=_runs(results, network), unit="share")


def series(
    results: Results, name: str, points: Sequence[tuple[float | str, str]], variant: str = GATE
) -> Series:
    """Accuracy over a parameter: `points` are its values with the networks trained at them; those
    that are not there yet are left out."""
    known = [(x, network) for x, network in points if of(network) in results]
    found = measured.series(
        name, [(x, outcomes(results, network).accuracy(variant)) for x, network in known]
    )
    return replace(found, runs=tuple(_runs(results, network) for _, network in known))


@dataclass(frozen=True)
class Compared:
    """Two networks, each in one variant, on the same clips; the runs that tell; and whether both
    gates take every step and no clip differs, so that there is no choice to compare."""

    comparison: Comparison
    runs: Runs
    never_closed: bool

    @property
    def difference(self) -> Interval:
        """How much more the first recognises."""
        return self.comparison.difference

    @property
    def said(self) -> str:
        """The difference as a claim has it."""
        if self.difference.low == self.difference.high == 0:
            return "no clip differs, one training each"
        written = measured.written(self.difference, "%")
        p = self.comparison.p
        return f"difference in accuracy {written}, p = {p:.2g}, one training each"


def compared(results: Results, better: tuple[str, str], worse: tuple[str, str]) -> Compared | None:
    """How much more a network recognises in one variant than another in its own; None before both
    are known."""
    if any(of(network) not in results for network, _ in (better, worse)):
        return None
    both = shared(outcomes(results, better[0]), outcomes(results, worse[0]))
    a, b = (one.variants[v] for one, (_, v) in zip(both, (better, worse), strict=True))
    runs = dict.fromkeys(results.key(of(network)) for network, _ in (better, worse))
    comparison = statistics.compare(a.right_N, b.right_N, both[0].group_N)
    by_gates = better[1] == worse[1] == GATE
    alike = np.array_equal(a.right_N, b.right_N)
    every_step = min(a.kept_N.min(), b.kept_N.min()) == 1
    return Compared(comparison, tuple(runs), bool(by_gates and alike and every_step))


def gain(results: Results, network: str, variant: str, over: str) -> Cell:
    """How much more of the clips a network recognises in one variant than in another."""
    found = compared(results, (network, variant), (network, over))
    return Cell(None) if found is None else measured.cell(found.difference, found.runs, "share")


def claim(
    results: Results,
    text: str,
    paper: str,
    better: str,
    worse: str,
    variants: tuple[str, str] = (GATE, GATE),
) -> Claim:
    """The claim that the first network recognises more than the second."""
    found = compared(results, (better, variants[0]), (worse, variants[1]))
    if found is None:
        return measured.untested(text, paper)
    if found.never_closed:
        return replace(measured.untested(text, paper, ALL_OPEN), runs=found.runs)
    return measured.judged(text, paper, found.comparison.more, found.said, *found.runs)


def rises(
    results: Results, text: str, paper: str, points: Mapping[float, str], variant: str = GATE
) -> Claim:
    """The claim that accuracy rises with a parameter, over the networks trained at its values."""
    if any(of(network) not in results for network in points.values()):
        return measured.untested(text, paper)
    seen = shared(*(outcomes(results, network) for network in points.values()))
    right = [one.variants[variant].right_N for one in seen]
    found = statistics.trend(list(points), right, seen[0].group_N)
    figure = (
        f"from {min(points):g} to {max(points):g}, on the line through all {len(points)} values, "
        f"{measured.written(found.difference, '%')}, p = {found.p:.2g}, one training each"
    )
    runs = dict.fromkeys(results.key(of(network)) for network in points.values())
    return measured.judged(text, paper, found.more, figure, *runs)


def best(results: Results, text: str, paper: str, chosen: str, others: Mapping[str, str]) -> Claim:
    """The claim that the chosen network recognises more than each of the others, which are named as
    a reader knows them: judged by the best of these."""
    known = {name: accuracy(results, network).value for name, network in others.items()}
    ranked = {name: value for name, value in known.items() if isinstance(value, float)}
    if len(ranked) < len(others) or of(chosen) not in results:
        return measured.untested(text, paper)
    runner_up = max(ranked, key=lambda name: ranked[name])
    one = claim(results, text, paper, chosen, others[runner_up])
    if one.verdict == "not testable here":
        return one
    return replace(one, figure=f"from the best other, {runner_up}: {one.figure}")


def stable(
    results: Results, text: str, paper: str, chosen: str, others: Mapping[str, str]
) -> Claim:
    """The claim that the others recognise as much as the chosen network: that all differences, with
    their intervals, lie within `WITHIN`."""
    found = {
        name: compared(results, (network, GATE), (chosen, GATE)) for name, network in others.items()
    }
    known = {name: one for name, one in found.items() if one is not None}
    if len(known) < len(others):
        return measured.untested(text, paper)
    furthest = max(known, key=lambda name: abs(known[name].difference.value))
    runs = dict.fromkeys(run for one in known.values() for run in one.runs)
    if all(one.never_closed for one in known.values()):
        return replace(measured.untested(text, paper, ALL_OPEN), runs=tuple(runs))
    apart = [one.difference for one in known.values()]
    holds = all(one.above(-WITHIN) and one.below(WITHIN) for one in apart)
    figure = (
        f"furthest, {furthest}: {known[furthest].said}; wanted: all within {100 * WITHIN:g} points"
    )
    return measured.judged(text, paper, holds, figure, *runs)
