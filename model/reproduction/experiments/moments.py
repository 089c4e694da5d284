"""Attention moments in the phases of an action: Figures 16 to 18 and what section 5.3 says."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from model.datasets.files import group_of
from model.evaluation.intervals import Interval, difference, mean
from model.reproduction import measured, trained
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

SECTION = "Section 5.3"
SHIPPED = "moments-shipped"
GATES = {
    "moments-attention": "rtsae, shipped attention",
    SHIPPED: "gate of RTSAE-DSCNN, shipped",
    "moments-trained": "gate of RTSAE-DSCNN, trained here",
}
RUNNING = ("LongJump", "PoleVault")  # of the paper's Figure 16
EXAMPLE = "Archery"  # of its Figure 17
KEPT, MOST_RUNNING = 6, 0.30  # frames; share of the keyframes
PLACES = {
    "decisive": "decisive phases",
    "run-up": "the run-up",
    "late": "the last 40 % of the time",
}
FEW_KEPT = "Less than 6 frames of LongJump and PoleVault are kept."
LITTLE_RUNNING = "Less than 30 % of the keyframes of LongJump and PoleVault show running."
MORE_LATE = "Keyframes of LongJump and PoleVault favour the last 40 % of the time, which decide."
DECISIVE = "Keyframes lie where people see the action, not evenly spread."
PHI_DECISIVE = "phi_t is larger where people see the action."
SPARSE_SHARE = 0.5
SPARSE = "phi_t is sparsely distributed: as if it lay evenly on less than half of the steps."
NO_PHASES = "Phases are known of rendered scenes alone."
NOTICES = (
    "Uniform keyframes are as many as the gate's, in the middles of equal parts of the clip. "
    "Shares are means over clips; 0.2 s before and after a decisive phase count as within.",
    "Shares of the run-up are of clips that show one.",
    "The attention's memory is empty at first, so that the first step is always among its own "
    "keyframes, of some clips the only one; the recogniser's gate need not open there.",
)
Rows = Sequence[Mapping[str, Any]]


class Moments(Experiment):
    """The text says: less than 6 frames kept, less than 30 % of them running, the last 40 % of the
    time decisive, phi_t sparse and where people see the action."""

    name: ClassVar[str] = "moments"
    title: ClassVar[str] = "Attention moments"
    paper: ClassVar[str] = "Section 5.3, Figures 16 to 18"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        stages = trained.stages(setup, setup.preset.seeds[0])
        about = {"clips_per_class": setup.preset.few}
        attention, network = {"attention": "shipped/attention"}, {"network": stages[-1].name}
        tasks = [
            *stages,
            Task("moments-attention", "moments", about, attention, seconds=200),
            Task("moments-trained", "moments", about, network, seconds=100),
        ]
        if setup.rendered:
            shipped = {"network": "shipped/compact"}
            tasks.append(Task(SHIPPED, "moments", about, shipped, seconds=100))
        return tasks

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        done = {name: results.of(name) for name in GATES if name in results}
        if not done:
            return self.missing(measured.NOT_RUN)
        shown, figures, notices = [], [], list(NOTICES)
        for name, found in done.items():
            title, run = GATES[name], results.key(name)
            shown += tables(title, found["rows"], run)
            figures += _curves(title, found["curves"], run)
            if not found["phases"]:
                notices.append(f"{title}: {NO_PHASES} Other figures need none.")
            if found["left_out"]:
                notices.append(f"{title}: left out: {', '.join(found['left_out'])}")
        return Section(
            self.name, self.title, self.paper, tuple(shown), tuple(figures), tuple(notices)
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment; each claim of each gate: which of them holds tells what labels add."""
        names = [name for name in GATES if setup.rendered or name != SHIPPED]
        return [claim for name in names for claim in _of_gate(name, results)]


def _of_gate(name: str, results: Results) -> list[Claim]:
    gate = GATES[name]
    if name not in results:
        texts = (FEW_KEPT, LITTLE_RUNNING, MORE_LATE, DECISIVE, PHI_DECISIVE, SPARSE)
        return [measured.untested(_of(text, gate), SECTION) for text in texts]
    rows, run = results.of(name)["rows"], results.key(name)
    jumps = [row for row in rows if row["action"] in RUNNING]
    return [
        _few_kept(jumps, gate, run),
        _little_running(jumps, gate, run),
        *(
            _more(_of(text, gate), rows_of, place, figures, run)
            for text, rows_of, place, figures in (
                (MORE_LATE, jumps, "late", ("keyframes", "uniform")),
                (DECISIVE, rows, "decisive", ("keyframes", "uniform")),
                (PHI_DECISIVE, rows, "decisive", ("phi", "time")),
            )
        ),
        _sparse(rows, gate, run),
    ]


def tables(title: str, rows: Rows, run: str) -> list[Table]:
    """What lies where, of all clips, and each class by itself."""
    return [_whole(title, rows, run), _by_class(title, rows, run)]


def having(rows: Rows, place: str) -> Rows:
    """The clips whose phases are known and that have such a place."""
    return [row for row in rows if row.get(place, {}).get("time")]


def column(rows: Rows, place: str, figure: str) -> list[float]:
    """One figure of the keyframes at a place, clip by clip."""
    return [row[place][figure] for row in rows]


def recordings(rows: Rows) -> list[str]:
    """What each clip was cut from."""
    return [group_of(Path(row["clip"]).stem, row["action"]) for row in rows]


def _few_kept(rows: Rows, gate: str, run: str) -> Claim:
    text = _of(FEW_KEPT, gate)
    if not rows:
        return measured.untested(text, SECTION, "there is no clip of these classes")
    found = mean([row["keyframes"] for row in rows], recordings(rows))
    figure = f"{measured.written(found)} keyframes a clip, {_clips(rows)}"
    return measured.judged(text, SECTION, found.below(KEPT), figure, run)


def _little_running(rows: Rows, gate: str, run: str) -> Claim:
    text, known = _of(LITTLE_RUNNING, gate), having(rows, "run-up")
    if not known:
        return measured.untested(text, SECTION, NO_PHASES)
    found = mean(column(known, "run-up", "keyframes"), recordings(known))
    even = float(np.mean(column(known, "run-up", "uniform")))
    figure = f"{measured.written(found, '%')} ({even:.0%} of uniform ones), {_clips(known)}"
    return measured.judged(text, SECTION, found.below(MOST_RUNNING), figure, run)


def _more(text: str, rows: Rows, place: str, figures: tuple[str, str], run: str) -> Claim:
    """The claim that the first figure is larger than the second, clip by clip."""
    known = having(rows, place)
    if not known:
        return measured.untested(text, SECTION, NO_PHASES)
    first, second = (column(known, place, figure) for figure in figures)
    found = difference(first, second, recordings(known))
    said = (
        f"{np.mean(first):.0%} of {'phi_t' if figures[0] == 'phi' else 'the keyframes'} in "
        f"{PLACES[place]}, {np.mean(second):.0%} of {_rival(figures[1])}: difference in points "
        f"{measured.written(found, '%')}, {_clips(known)}"
    )
    return measured.judged(text, SECTION, found.above(0), said, run)


def _sparse(rows: Rows, gate: str, run: str) -> Claim:
    """By the participation ratio: S steps with shares phi_t are as many as 1 / sum phi_t^2 equal
    ones, S / (1 + v^2) where v is their deviation over their mean."""
    even = mean([1 / (1 + row["phi_variation"] ** 2) for row in rows], recordings(rows))
    figure = (
        f"spread as evenly as over {measured.written(even, '%')} of the steps, {_clips(rows)}; the "
        "measure is ours, the paper shows one clip"
    )
    return measured.judged(_of(SPARSE, gate), SECTION, even.below(SPARSE_SHARE), figure, run)


def _rival(figure: str) -> str:
    return "the time" if figure == "time" else "as many uniform ones"


def _of(text: str, gate: str) -> str:
    return f"{text.rstrip('.')}: {gate}."


def _clips(rows: Rows) -> str:
    return f"{len(rows)} clips"


def _whole(title: str, rows: Rows, run: str) -> Table:
    """All clips: by place, what lies there of keyframes, of uniform ones, of the time, of phi."""
    lines = []
    for place, name in PLACES.items():
        known = having(rows, place)
        if not known:
            continue
        first, even, time, phi = (
            column(known, place, figure) for figure in ("keyframes", "uniform", "time", "phi")
        )
        of = recordings(known)
        shares: tuple[Interval, ...] = (
            mean(first, of),
            mean(even, of),
            difference(first, even, of),
        )
        shares += (mean(time, of), mean(phi, of), difference(phi, time, of))
        cells = tuple(measured.cell(found, (run,), "share") for found in shares)
        lines.append(Row(name, cells, note=f"{len(known)} clips"))
    unknown = Cell(None)
    printed = (Cell("less than 30 %"), *(unknown,) * 5)
    lines.append(Row(PLACES["run-up"], printed, "paper", "LongJump, PoleVault of UCF101"))
    columns = ("keyframes", "uniform", "difference", "time", "phi_t", "phi_t less time")
    return Table(f"What lies where, {title}", columns, tuple(lines))


def _by_class(title: str, rows: Rows, run: str) -> Table:
    """Each class: number of keyframes, where they lie, how phi_t is spread."""
    actions = sorted({row["action"] for row in rows})
    groups = {"all": rows} | {name: [r for r in rows if r["action"] == name] for name in actions}
    lines = []
    for name, group in groups.items():
        counts, of = [row["keyframes"] for row in group], recordings(group)
        cells = [
            measured.cell(mean(counts, of), (run,)),
            measured.cell(mean([float(count < KEPT) for count in counts], of), (run,), "share"),
            measured.cell(mean([row["phi_variation"] for row in group], of), (run,)),
        ]
        cells += [_share(group, place, run) for place in PLACES]
        lines.append(Row(name, tuple(cells), note=f"{len(group)} clips"))
    printed = (Cell("less than 6"), *(Cell(None),) * 3, Cell("less than 30 %"), Cell(None))
    lines.append(Row("LongJump, PoleVault", printed, "paper", "UCF101"))
    places = tuple(f"keyframes in {name}" for name in PLACES.values())
    columns = ("keyframes a clip", "clips with less than 6", "phi_t: deviation over mean", *places)
    return Table(f"Keyframes by class, {title}", columns, tuple(lines))


def _share(rows: Rows, place: str, run: str) -> Cell:
    known = having(rows, place)
    if not known:
        return Cell(None)
    return measured.cell(
        mean(column(known, place, "keyframes"), recordings(known)), (run,), "share"
    )


def _curves(title: str, curves: Mapping[str, Any], run: str) -> list[Figure]:
    """phi_t and a_t of one clip of each class, and phi_t of the paper's example by itself."""
    figures = [
        Figure(
            f"{what} of one clip of each class, {title} ({number})",
            "lines",
            "seconds",
            what,
            tuple(
                measured.values(action, one["time_S"], one[column], (run,))
                for action, one in curves.items()
            ),
        )
        for what, column, number in (
            ("phi_t", "phi_S", "Figure 18"),
            ("a_t", "gate_S", "the gates of Figure 18"),
        )
    ]
    return figures + ([_example(title, curves[EXAMPLE], run)] if EXAMPLE in curves else [])


def _example(title: str, curve: Mapping[str, Any], run: str) -> Figure:
    """phi_t step by step, those near the decisive phase apart where it is known."""
    decisive_S = curve["decisive_S"] or [False] * len(curve["time_S"])
    parts = {"elsewhere": False, "in the decisive phase": True}
    rows = list(zip(curve["time_S"], curve["phi_S"], decisive_S, strict=True))
    series = [
        measured.values(
            name if curve["decisive_S"] else "phi_t",
            [time for time, _, flag in rows if flag == wanted],
            [phi for _, phi, flag in rows if flag == wanted],
            (run,),
        )
        for name, wanted in parts.items()
        if wanted in decisive_S
    ]
    name = f"phi_t of {curve['clip']}, {title} (Figure 17)"
    return Figure(name, "bars", "seconds", "phi_t", tuple(series))
