"""Every number of every experiment names the runs that made it, from made results."""

from dataclasses import replace
from pathlib import Path

import pytest

from model.evaluation.recognition import ALL, GATE
from model.reproduction.experiment import PRESETS, Setup, registry
from model.reproduction.protocols.keyframe_methods import EQUAL
from tests.reproduction import figures, labelled
from tests.reproduction.labelled import gated, of, outcomes, right

TWO = replace(PRESETS["full"], seeds=(0, 1))
SETUP = Setup("athletics", TWO, 2, summaries=Path("folder"))
GOOD, WORSE = gated(right(1, 2)), gated(right(*range(10)))


def families(*names):
    """Two trainings of each, and the recogniser that ships."""
    ends = [f"{name}_s1_r{seed}" for name in names for seed in (0, 1)]
    found = {f"recognition_{end}": (GOOD, WORSE)[place % 2] for place, end in enumerate(ends)}
    return labelled.results(recognition_shipped_compact=GOOD, **found)


def sweep(**found):
    return labelled.results(**{f"sweep_{name}": value for name, value in found.items()})


def speed():
    names = ("closed", "open", "no gate", "cube at 112", "cube at 224")
    steps = {name: {"seconds": 1.0, "multiply_adds": 1e9} for name in names}
    full_width = {"size": 224, "arch_size": 112, "steps": steps}
    times = figures.timed(3.0)
    return figures.results(speed_shipped=times, speed_trained=times, speed_steps=full_width)


def moments():
    rows = [figures.gated("LongJump", 4, (0.8, 0.4), (0.25, 0.5)), figures.gated("Archery", 2)]
    about = {"phases": True, "left_out": {}, "rows": rows, "curves": {"Archery": figures.curve()}}
    return figures.results(moments_shipped=about, moments_trained=about, moments_attention=about)


def quality():
    names = ("rtsae", "uniform", "random", "delta", "optimum")
    errors = {name: [place + 1.0, place + 2.0] for place, name in enumerate(names)}
    about = {"clips": ["a", "b"], "left_out": {}, "spaces": {"own": errors, "fixed": errors}}
    return figures.results(attention_quality_shipped=about, attention_quality_trained=about)


def summaries():
    row = dict.fromkeys(("F", "P", "R", "CUS_A", "CUS_E", "keyframes_mean"), 0.5)
    row |= {"method": "rtsae", "kind": "own number"}
    about = {"name": "OVP", "videos": 25, "rows": [row], "users": row, "notices": []}
    about["comparisons"] = [figures.compared("VSUMM1", 0.1)]
    return figures.results(summaries={"collections": {"OVP": about}})


def streams():
    seen = of(outcomes(dict.fromkeys((GATE, "S-Net", "T-Net"), right(1)))) | {"w_f": 0.5}
    return labelled.results(streams_shipped=seen, streams_trained=seen)


def methods():
    own = {name: right(1) for name in ("rtsae", "sms", "ranktracing", "superframes")}
    own |= {f"{name}{EQUAL}": right(2) for name in own}
    seen = of(outcomes(own | {GATE: right(), ALL: right(3)}))
    seen["keyframes"] = {name: [2] * labelled.N for name in own}
    arch = {f"recognition_arch_{name}_s1_r0": GOOD for name in ("sms", "average", "rtsae")}
    return labelled.results(keyframe_methods=seen, **arch)


MADE = {
    "recognition": lambda: families("joint", "dscnn", "arch_sms", "arch_average", "arch_rtsae"),
    "clip-length": lambda: families("joint", "arch_sms"),
    "speed": speed,
    "keyframe-methods": methods,
    "inverse": lambda: families("joint"),
    "summaries": summaries,
    "moments": moments,
    "attention-quality": quality,
    "position-depth": lambda: sweep(joint_p1=GOOD, joint_p2=WORSE, fixed_p2_l1=GOOD),
    "hyper-parameters": lambda: sweep(**{"fixed-tau-0.02": GOOD, "fixed-tau-0.1": WORSE}),
    "augmentation": lambda: sweep(
        dscnn_s1_r0=outcomes({ALL: right(1)}), joint_inserted_0=GOOD, joint_s1_r0=WORSE
    ),
    "binary-gates": lambda: sweep(joint_s1_r0=GOOD, joint_hard=WORSE),
    "building-block": lambda: sweep(
        c3d_s1_r0=outcomes(dict.fromkeys(("rtsae", "uniform", "sms", ALL), right(1)))
    ),
    "streams": streams,
}


def numbers(section):
    """The runs of each number that is ours, by where it stands."""
    for table in section.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                if row.source == "ours" and cell.value is not None:
                    yield f"{table.title}: {row.name}, {column}", cell.runs
    for figure in section.figures:
        for series in figure.series:
            for place, x in enumerate(series.x):
                if series.source == "ours":
                    runs = series.runs[place] if series.runs else ()
                    yield f"{figure.title}: {series.name}, {x}", runs


@pytest.mark.parametrize("name", registry())
def test_every_number_names_runs_that_are_there_and_every_run_made_one(name):
    done = MADE[name]()
    found = dict(numbers(registry()[name].section(SETUP, done)))
    assert [where for where, runs in found.items() if not runs] == []
    assert {run for runs in found.values() for run in runs} == set(done.records)


def test_a_mean_names_every_seed_and_a_difference_both_sides():
    found = dict(numbers(registry()["recognition"].section(SETUP, MADE["recognition"]())))
    joint, arch = (
        tuple(f"recognition-{family}-s1-r{seed}" for seed in (0, 1))
        for family in ("joint", "arch-sms")
    )
    of_joint = [
        runs
        for where, runs in found.items()
        if where.startswith("Accuracy (Table 3): DSCNN+RTSAE (2 layers),")
    ]
    assert set(of_joint) == {joint}
    pair = "DSCNN+RTSAE (2 layers) - Vanilla ARCH (SMS sampling)"
    for column in ("difference", "p", "test", "clips"):
        assert found[f"Compared on the same clips: {pair}, {column}"] == (*joint, *arch)


def test_each_point_of_a_sweep_names_its_own_run():
    done = MADE["augmentation"]()
    lines = [figure.series[0] for figure in registry()["augmentation"].section(SETUP, done).figures]
    temporal = lines[1]
    assert temporal.x == (0.0, 0.8)
    assert temporal.runs == (("sweep-joint-inserted-0",), ("sweep-joint-s1-r0",))
