"""How well the gate's keyframes stand for a clip: no table of the paper, but its objective."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from model.datasets.files import group_of
from model.evaluation.intervals import Interval, by_group, geometric, interval, mean, unless_alone
from model.reproduction import measured, trained
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task
from model.types import Floats

SHIPPED, TRAINED = "attention-quality-shipped", "attention-quality-trained"
TITLES = {SHIPPED: "shipped attention", TRAINED: "attention trained here"}
SPACES = {"own": "the gate's own features", "fixed": "features that no gate reads (VGG-16 p5)"}
METHODS = {
    "rtsae": "rtsae",
    "uniform": "uniform",
    "random": "random, the mean of 20 draws",
    "delta": "delta: opens when features have moved",
    "optimum": "optimum, by dynamic programming",
}
COLUMNS = ("error a step", "over the optimum", "gap to the optimum closed", "better than uniform")
BETTER = "The keyframes of the RTSAE stand for the sequence: better than as many at even distances."
THAN_RANDOM = "The keyframes of the RTSAE stand for the sequence better than as many random ones."
NOTICES = (
    "The error is that of holding each keyframe until the next one: the squared distance of a "
    "step's features to those of the last keyframe, at 12 % of the steps. The paper trains for it "
    "(equation 12) and gives no figures.",
    "The gap is that between uniform and the optimum: 0 is as good as uniform, 1 the optimum.",
)
Errors = Mapping[str, list[float]]


class AttentionQuality(Experiment):
    """Hold reconstruction on test clips, whose labels nobody reads."""

    name: ClassVar[str] = "attention-quality"
    title: ClassVar[str] = "Reconstruction from keyframes"
    paper: ClassVar[str] = "Section 3.2, equation 12 (ours: the paper prints no figures)"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        dscnn, rtsae, _ = trained.stages(setup, setup.preset.seeds[0])
        about: dict[str, Any] = {"clips_per_class": setup.preset.few}
        judged = {"backbone": str(setup.backbone)} if setup.backbone else {}
        needs = {SHIPPED: "shipped/attention", TRAINED: rtsae.name}
        found = (
            Task(name, self.name, about, {"attention": need} | judged, seconds=60)
            for name, need in needs.items()
        )
        return [dscnn, rtsae, *found]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        done = {name: results.of(name) for name in TITLES if name in results}
        if not done:
            return self.missing(measured.NOT_RUN)
        tables, figures, notices = [], [], list(NOTICES)
        for name, found in done.items():
            run = results.key(name)
            group_N = _recordings(found)
            for space, errors in found["spaces"].items():
                title = f"{TITLES[name]}, in {SPACES[space]}"
                clips = f"{len(found['clips'])} clips"
                tables.append(_table(f"{title}, {clips}", errors, group_N, run))
                figures.append(_figure(title, errors, group_N, run))
            if found["left_out"]:
                notices.append(f"{TITLES[name]}: left out: {', '.join(found['left_out'])}")
        return Section(
            self.name, self.title, self.paper, tuple(tables), tuple(figures), tuple(notices)
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment; in the fixed space where it is there, so that no gate judges itself, and
        else said to be in its own."""
        name = next((name for name in (TRAINED, SHIPPED) if name in results), None)
        rivals = {BETTER: "uniform", THAN_RANDOM: "random"}
        if name is None:
            return [measured.untested(text, "Section 3.2") for text in rivals]
        result, run = results.of(name), results.key(name)
        spaces, group_N = result["spaces"], _recordings(result)
        space = "fixed" if "fixed" in spaces else "own"
        claims = []
        for text, rival in rivals.items():
            found = times(spaces[space], "rtsae", rival, group_N)
            figure = (
                f"{measured.written(found)} times the error of {rival} keyframes, "
                f"{TITLES[name]}, in {SPACES[space]}"
            )
            said = text if space == "fixed" else f"{text.removesuffix('.')}, in its own features."
            claims.append(measured.judged(said, "Section 3.2", found.below(1), figure, run))
        return claims


def _recordings(found: Mapping[str, Any]) -> list[str]:
    """That each clip was cut from, as its name says."""
    return [group_of(Path(name).stem, "") for name in found["clips"]]


def times(errors: Errors, method: str, rival: str, group_N: Sequence[str]) -> Interval:
    """How many times the rival's error a method has, the geometric mean over clips."""
    return geometric(np.divide(errors[method], errors[rival]), group_N)


def gap_closed(errors: Errors, method: str, group_N: Sequence[str]) -> Interval:
    """(U - R) / (U - 1) of mean errors over the optimum: of uniform U and of the method R."""

    def share(r_BG: Floats, u_BG: Floats, size_BG: Floats) -> Floats:
        U, R = (np.exp(x_BG.sum(1) / size_BG.sum(1)) for x_BG in (u_BG, r_BG))
        closed: Floats = (U - R) / (U - 1)
        return closed

    over = [np.log(np.divide(errors[name], errors["optimum"])) for name in (method, "uniform")]
    (r_G, size_G), (u_G, _) = (by_group(x_N, group_N) for x_N in over)
    return unless_alone(interval(share, r_G, u_G, size_G), group_N)


def _table(title: str, errors: Errors, group_N: Sequence[str], run: str) -> Table:
    rows = []
    for method, name in METHODS.items():
        better = np.less(errors[method], errors["uniform"]).astype(np.float64)
        cells = [
            measured.cell(mean(errors[method], group_N), (run,)),
            measured.cell(times(errors, method, "optimum", group_N), (run,)),
            measured.cell(gap_closed(errors, method, group_N), (run,), "share"),
            Cell(None)
            if method == "uniform"
            else measured.cell(mean(better, group_N), (run,), "share"),
        ]
        rows.append(Row(name, tuple(cells)))
    return Table(title, COLUMNS, tuple(rows))


def _figure(title: str, errors: Errors, group_N: Sequence[str], run: str) -> Figure:
    points: list[tuple[float | str, Interval]] = [
        (method, times(errors, method, "optimum", group_N)) for method in METHODS
    ]
    series = (measured.series("error over the optimum", points, (run,)),)
    return Figure(title, "bars", "", "error over the optimum", series)
