"""Time for one time step and for one clip beside Vanilla ARCH: Figure 11."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from model.evaluation.intervals import Interval, difference, interval, mean, ratio
from model.reproduction import measured, trained
from model.reproduction.document import Cell, Claim, Figure, Row, Runs, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task
from model.types import Floats

GATED, UNGATED, ARCH = "RTSAE-DSCNN", "DSCNN (no gate)", "Vanilla ARCH (SMS)"
RIVALS = (ARCH, UNGATED)
SHIPPED, TRAINED, STEPS = "speed-shipped", "speed-trained", "speed-steps"
TITLES = {SHIPPED: "shipped recogniser", TRAINED: "trained here"}
PAPER_STEP_S, PAPER_RATIO = 2.065, 6.92  # on two Tesla K80; ARCH's time over RTSAE-DSCNN's a clip
STEP_NAMES = {
    "closed": "RTSAE-DSCNN, stopped at the gate",
    "open": "RTSAE-DSCNN, past the gate",
    "no gate": UNGATED,
}
STEP = "RTSAE-DSCNN takes less time for one time step than Vanilla ARCH."
CLIP = "RTSAE-DSCNN takes much less time for one clip than Vanilla ARCH (here: by a tenth or more)."
FEWER = "The gate of RTSAE-DSCNN keeps fewer steps of a clip than SMS keyframes."
LESS = "The RTSAE significantly reduces the computation of the DSCNN (here: by a tenth or more)."
MUCH = 1.1  # times as much: the paper gives no number
WHERE_LESS = "Abstract, Section 1"
WHERE = dict.fromkeys((STEP, CLIP, FEWER), "Section 5.1.2") | {LESS: WHERE_LESS}
FULL_WIDTH = "At Table 1's widths, untrained"
PRINTED = f"; in the paper {PAPER_RATIO} a clip"
GIGA = 1e9
MOST, MOST_QUICK = 24, 8  # clips
COLUMNS = (
    "time steps a clip", "computed to the end", "per time step", "per clip",
    "per clip with decoding and flow", "G multiply-adds per step", "G multiply-adds per clip",
)  # fmt: skip
NOTICES = (
    "Seconds are of the machine that each run names, not of the paper's two Tesla K80: compare "
    "ratios, which are of systems timed side by side on the same clips, in changing order.",
    "A time step is a frame with its flow of RTSAE-DSCNN, a cube of 6 frames of Vanilla ARCH. SMS "
    "is part of ARCH's time. Flow is computed at the steps alone, of both.",
    "ARCH's layers are not published: it is a reconstruction, and at the preset's width smaller "
    "than the layers before the gate, which keep VGG-16's. Widths decide these ratios.",
    "Intervals at Table 1's widths are of the steps counted on each clip: what one step takes is a "
    "median there, taken as it is.",
)
Systems = Mapping[str, Mapping[str, Any]]


class Speed(Experiment):
    """The text gives two figures: 2065 ms for one time step, a clip 6.92 times shorter."""

    name: ClassVar[str] = "speed"
    title: ClassVar[str] = "Time for one time step and for one clip"
    paper: ClassVar[str] = "Section 5.1.2, Figure 11"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        seed = setup.preset.seeds[0]
        stages, arch = trained.stages(setup, seed), trained.arch(setup, "sms", seed)
        most = MOST_QUICK if setup.preset.name == "quick" else MOST
        about: dict[str, Any] = {"clips_per_class": max(1, setup.preset.few // 10), "most": most}
        needs = {"network": stages[-1].name, "arch": arch.name}
        tasks = [*stages, arch, Task(TRAINED, "speed", about, needs, seconds=90)]
        if setup.rendered:
            shipped = {"network": "shipped/compact"}
            tasks.append(Task(SHIPPED, "speed", about, shipped, seconds=90))
        sizes = "tiny" if setup.preset.network == "tiny" else "paper"  # tiny: for a quick try
        return [*tasks, Task(STEPS, "step-cost", {"preset": sizes}, seconds=40)]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        done = [name for name in (SHIPPED, TRAINED) if name in results]
        if not done and STEPS not in results:
            return self.missing(measured.NOT_RUN)
        found: list[Table] = []
        figures: list[Figure] = []
        for name in done:
            systems, run = results.of(name)["systems"], results.key(name)
            found += tables(TITLES[name], systems, run)
            figures += _figures(TITLES[name], systems, run)
        if STEPS in results:
            counts = results.of(done[0])["systems"] if done else None
            runs = tuple(map(results.key, (STEPS, *done[:1])))
            found.append(_at_full_width(results.of(STEPS), runs, counts))
        notices = (*NOTICES, *(_conditions(results, name) for name in done))
        return Section(self.name, self.title, self.paper, tuple(found), tuple(figures), notices)

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment; of the trained networks, whose ARCH is trained too. As the networks here
        are slimmer than the paper's, claims on time are judged at Table 1's widths as well."""
        name = next((name for name in (TRAINED, SHIPPED) if name in results), None)
        if name is None:
            return [measured.untested(text, where) for text, where in WHERE.items()]
        systems, run = results.of(name)["systems"], results.key(name)
        own, arch = systems[GATED], systems[ARCH]
        found = [
            _times_as_long(STEP, 1, step_ratio(arch, own), "", run),
            _times_as_long(CLIP, MUCH, ratio(network(arch), network(own)), PRINTED, run),
        ]
        if STEPS in results:
            found += _claims_at_full_width(results, systems, run)
        apart = difference(arch["computed_N"], own["computed_N"])
        said = f"SMS keeps {measured.written(apart)} more, {len(own['computed_N'])} clips"
        fewer = measured.judged(FEWER, "Section 5.1.2", apart.above(0), said, run)
        less = [_less(systems, run)]
        if STEPS in results:
            less.append(_less_at_full_width(results, systems, run))
        return [*found, fewer, *less]


def _times_as_long(text: str, bound: float, found: Interval, more: str, *runs: str) -> Claim:
    """The claim that Vanilla ARCH takes more than `bound` times as long."""
    said = f"Vanilla ARCH takes {measured.written(found)} times as long{more}"
    return measured.judged(text, "Section 5.1.2", found.above(bound), said, *runs)


def _claims_at_full_width(results: Results, systems: Systems, run: str) -> list[Claim]:
    """Both claims on time, by ARCH's cubes at its own size; those at the DSCNN's are told, too."""
    measured_steps, key = results.of(STEPS), results.key(STEPS)
    sizes = (measured_steps["arch_size"], measured_steps["size"])
    cubes = [full_width(measured_steps["steps"], systems, f"cube at {size}") for size in sizes]
    claims = []
    for text, bound, place, more in ((STEP, 1, 0, ""), (CLIP, MUCH, 1, PRINTED)):
        own_size, other = (found[place] for found in cubes)
        said = f" with cubes of {sizes[0]} pixels, {measured.written(other)} of {sizes[1]}{more}"
        claims.append(_times_as_long(f"{FULL_WIDTH}: {text}", bound, own_size, said, run, key))
    return claims


def _less(systems: Systems, run: str) -> Claim:
    """By multiply-adds, which no machine changes; the time is told, too."""
    own, rival = systems[GATED], systems[UNGATED]
    here = ratio(rival["multiply_adds_N"], own["multiply_adds_N"])
    said = (
        f"without a gate {measured.written(here)} times the multiply-adds, "
        f"{measured.written(ratio(network(rival), network(own)))} times as long"
    )
    return measured.judged(LESS, WHERE_LESS, here.above(MUCH), said, run)


def _less_at_full_width(results: Results, systems: Systems, run: str) -> Claim:
    """The same where a step costs as much as at Table 1's widths and as many are open as here."""
    own, steps = systems[GATED], results.of(STEPS)["steps"]
    cost = {name: row["multiply_adds"] for name, row in steps.items()}
    S_N, M_N = (np.asarray(own[name], np.float64) for name in ("steps_N", "computed_N"))
    wide = ratio(S_N * cost["no gate"], (S_N - M_N) * cost["closed"] + M_N * cost["open"])
    said = (
        f"without a gate {measured.written(wide)} times the multiply-adds, if a gate there opened "
        "at as many steps as the one that was trained here"
    )
    runs = (run, results.key(STEPS))
    return measured.judged(f"{FULL_WIDTH}: {LESS}", WHERE_LESS, wide.above(MUCH), said, *runs)


def full_width(steps: Mapping[str, Any], systems: Systems, cube: str) -> tuple[Interval, Interval]:
    """How many times as long ARCH takes for a step and for a clip, by what one step costs at Table
    1's widths and by the steps counted on each clip."""
    own, arch = systems[GATED], systems[ARCH]
    S_N, M_N, K_N = (
        np.asarray(x_N) for x_N in (own["steps_N"], own["computed_N"], arch["steps_N"])
    )
    closed, opened = steps["closed"]["seconds"], steps["open"]["seconds"]
    own_N, arch_N = (S_N - M_N) * closed + M_N * opened, K_N * steps[cube]["seconds"]
    return _per_step(arch_N, K_N, own_N, S_N), ratio(arch_N, own_N)


def tables(title: str, systems: Systems, run: str) -> list[Table]:
    """Figures of each system, and how many times as much as RTSAE-DSCNN's they are."""
    return [_times(title, systems, run), _ratios(title, systems, run)]


def network(system: Mapping[str, Any]) -> Floats:
    """Seconds on each clip without decoding and flow, the choice of keyframes included."""
    total_N: Floats = np.add(system["select_s_N"], system["network_s_N"])
    return total_N


def whole(system: Mapping[str, Any]) -> Floats:
    """Seconds on each clip with decoding and flow."""
    total_N: Floats = network(system) + np.asarray(system["prepare_s_N"])
    return total_N


def step_ratio(rival: Mapping[str, Any], own: Mapping[str, Any]) -> Interval:
    """How many times as long the rival takes for one time step."""
    return _per_step(network(rival), rival["steps_N"], network(own), own["steps_N"])


def _per_step(*columns: Any) -> Interval:
    """(a / s) / (b / t) of sums over clips: seconds a and steps s of the rival, b and t of ours."""
    return interval(
        lambda a_BN, s_BN, b_BN, t_BN: (a_BN.sum(1) / s_BN.sum(1)) / (b_BN.sum(1) / t_BN.sum(1)),
        *columns,
    )


def _times(title: str, systems: Systems, run: str) -> Table:
    rows = []
    for name, system in systems.items():
        seconds, steps = network(system), system["steps_N"]
        cost_N = np.asarray(system["multiply_adds_N"]) / GIGA
        figures = (
            measured.cell(mean(steps), (run,)),
            measured.cell(mean(system["computed_N"]), (run,)),
            measured.cell(ratio(seconds, steps), (run,), "seconds"),
            measured.cell(mean(seconds), (run,), "seconds"),
            measured.cell(mean(whole(system)), (run,), "seconds"),
            measured.cell(ratio(cost_N, steps), (run,)),
            measured.cell(mean(cost_N), (run,)),
        )
        rows.append(Row(name, figures))
    unknown = Cell(None)
    step = Cell(PAPER_STEP_S, unit="seconds")
    printed = (unknown, unknown, step, *(unknown,) * 4)
    rows.append(Row(GATED, printed, "paper", "UCF101, two Tesla K80"))
    return Table(f"Time and multiply-adds, {title}", COLUMNS, tuple(rows))


def _ratios(title: str, systems: Systems, run: str) -> Table:
    own = systems[GATED]
    rows = []
    for name in RIVALS:
        rival = systems[name]
        cost_N, own_cost_N = rival["multiply_adds_N"], own["multiply_adds_N"]
        found = (
            step_ratio(rival, own),
            ratio(network(rival), network(own)),
            ratio(whole(rival), whole(own)),
            ratio(cost_N, own_cost_N),
        )
        rows.append(Row(name, tuple(measured.cell(one, (run,)) for one in found)))
    printed = (Cell(None), Cell(PAPER_RATIO, unit="number"), Cell(None), Cell(None))
    rows.append(Row(ARCH, printed, "paper", "UCF101, two Tesla K80"))
    columns = ("per time step", "per clip", "per clip with decoding and flow", "multiply-adds")
    return Table(f"Times as much as RTSAE-DSCNN, {title}", columns, tuple(rows))


def _figures(title: str, systems: Systems, run: str) -> list[Figure]:
    steps = [(name, ratio(network(row), row["steps_N"])) for name, row in systems.items()]
    clips = [(name, mean(network(row))) for name, row in systems.items()]
    all_of = [(name, mean(whole(row))) for name, row in systems.items()]
    of_step = (measured.series("network", list(steps), (run,)),)
    of_clip = (
        measured.series("network", list(clips), (run,)),
        measured.series("with decoding and flow", list(all_of), (run,)),
    )
    return [
        Figure(f"One time step, {title} (Figure 11 a)", "bars", "", "seconds", of_step),
        Figure(f"One clip, {title} (Figure 11 b)", "bars", "", "seconds", of_clip),
    ]


def _at_full_width(found: Mapping[str, Any], runs: Runs, counts: Systems | None) -> Table:
    """One step at Table 1's widths, which is of the first run, and, with as many steps as were
    measured, a clip from it, which is of all."""
    steps = found["steps"]
    rows = []
    for name, row in steps.items():
        seconds = Cell(row["seconds"], runs=runs[:1], unit="seconds")
        cost = Cell(row["multiply_adds"] / GIGA, runs=runs[:1], unit="number")
        rows.append(
            Row(
                STEP_NAMES.get(name, f"Vanilla ARCH, {name} pixels"),
                (seconds, cost, _clip(name, steps, counts, runs)),
            )
        )
    title = f"One time step at Table 1's widths, {found['size']} pixels, untrained"
    columns = ("seconds", "G multiply-adds", "a clip of as many steps as above")
    return Table(title, columns, tuple(rows))


def _clip(name: str, steps: Mapping[str, Any], counts: Systems | None, runs: Runs) -> Cell:
    """Seconds of a clip: of the gated network beside `open`, where some steps are closed."""
    if counts is None or name == "closed":
        return Cell(None)
    own = counts[GATED]
    if name == "open":
        closed, passed = steps["closed"]["seconds"], steps["open"]["seconds"]
        S, M = float(np.mean(own["steps_N"])), float(np.mean(own["computed_N"]))
        return Cell((S - M) * closed + M * passed, runs=runs, unit="seconds")
    number = own["steps_N"] if name == "no gate" else counts[ARCH]["steps_N"]
    return Cell(float(np.mean(number)) * steps[name]["seconds"], runs=runs, unit="seconds")


def _conditions(results: Results, name: str) -> str:
    """How it was timed."""
    found = results.of(name)
    load, weights = found["load"], found["systems"][ARCH]["weights"]
    untrained = " ARCH is untrained there: weights take no time." if weights == "untrained" else ""
    return (
        f"{TITLES[name].capitalize()}: {len(found['clips'])} clips, the median of "
        f"{found['repeats']} repeats, {found['threads']} threads, the machine's load "
        f"{load['before']} before and {load['after']} after.{untrained}"
    )
