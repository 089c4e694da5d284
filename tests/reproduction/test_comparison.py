"""Sections and claims of recognition from made outcomes whose answers are known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from model.evaluation.recognition import ALL, GATE, MIXED_BACK, mixed_name
from model.reproduction import comparison
from model.reproduction.document import Document
from model.reproduction.experiment import PRESETS, Setup, registry
from model.reproduction.plan import Results
from model.reproduction.protocols.keyframe_methods import EQUAL
from model.reproduction.task import in_order
from tests.reproduction.labelled import N, gated, of, outcomes, results, right

QUICK = Setup("athletics", PRESETS["quick"], 2)
PAPER = Setup("ucf101", replace(PRESETS["paper"], seeds=(0, 1), splits=(1, 2)), 2)
NAMES = ("recognition", "clip-length", "keyframe-methods", "inverse")


def trained(**found):
    return results(**{f"recognition_{name}_s1_r0": value for name, value in found.items()})


def rows(table, source="ours"):
    return {row.name: [cell.value for cell in row.cells] for row in table.rows if
            row.source == source}  # fmt: skip


def verdicts(name, done, setup=QUICK):
    return [claim.verdict for claim in registry()[name].claims(setup, done)]


@pytest.mark.parametrize("setup", [QUICK, replace(QUICK, preset=PRESETS["full"]), PAPER])
def test_the_plan_trains_each_network_once_and_evaluates_it(setup):
    tasks = in_order([task for name in NAMES for task in registry()[name].tasks(setup)])
    names = [task.name for task in tasks]
    assert ("recognition-shipped-compact" in names) == setup.rendered
    seeds, splits = setup.preset.seeds, setup.preset.splits
    for family in ("dscnn", "joint", "arch-sms", "arch-average", "arch-rtsae"):
        for end in (f"{family}-s{split}-r{seed}" for split in splits for seed in seeds):
            assert names.count(f"recognition-{end}") == 1
    own = ("joint-{}-l1", "arch-rtsae-{}-l1", "arch-rtsae-{}-l2")
    for extra in (*own, "arch-ranktracing-{}", "arch-superframes-{}"):
        made = [name for name in names if name in
                {f"recognition-{extra.format(f's{split}-r{seed}')}" for split in splits
                 for seed in seeds}]  # fmt: skip
        assert len(made) == (len(splits) if setup.preset.sweeps else 0)
    few = {dict(task.options).get("clips_per_class") for task in tasks if
           task.name == "recognition-joint-s1-r0"}  # fmt: skip
    assert few == ({setup.preset.few} if setup.preset.name == "quick" else {None})
    [methods] = [task for task in tasks if task.name == "keyframe-methods"]
    assert methods.needs["network"] == ("shipped/compact" if setup.rendered else "joint-s1-r0")


def test_nothing_measured_is_said_and_judges_nothing():
    for name in NAMES:
        assert registry()[name].section(QUICK, Results()).missing
        assert set(verdicts(name, Results())) == {"not testable here"}


def test_ours_stand_beside_the_papers():
    done = trained(joint=gated(right(1, 2)), arch_sms=outcomes({GATE: right(*range(10))}))
    section = registry()["recognition"].section(QUICK, done)
    table = section.tables[0]
    assert table.columns[:4] == ("Athletics (rendered)", "UCF101", "HMDB51", "steps kept")
    ours = rows(table)
    assert ours["DSCNN+RTSAE (2 layers)"] == [0.95, None, None, 0.25, None, 40]
    assert ours["Vanilla ARCH (SMS sampling)"][0] == 0.75
    assert rows(table, "paper")["DSCNN+RTSAE (2 layers)"][:3] == [None, 0.918, 0.661]
    assert rows(section.tables[3], "paper")["I3D (2017)"] == [None, 0.934, 0.664]
    assert rows(section.tables[2]) == {
        "jump": [0.9, 0.5],
        "run": [1.0, 1.0],
        "mean of classes": [0.95, 0.75],
    }
    [jump, run] = section.figures[0].series
    assert (jump.y, run.y) == ((18.0, 2.0), (0.0, 20.0))
    on_ucf = registry()["recognition"].section(replace(QUICK, dataset="ucf101"), done)
    assert rows(on_ucf.tables[0])["DSCNN+RTSAE (2 layers)"][:2] == [0.95, None]
    document = Document("athletics", "quick", (section, on_ucf), (), {})
    assert Document.from_json(document.to_json()) == document


def test_pairs_are_compared_on_the_clips_that_both_saw():
    done = trained(joint=gated(right(1, 2)), arch_sms=outcomes({GATE: right(*range(10))}, 20))
    [row] = [
        row
        for row in registry()["recognition"].section(QUICK, done).tables[1].rows
        if row.name.endswith("(SMS sampling)")
    ]
    difference, p, test, clips = row.cells
    assert difference.value == pytest.approx(0.9 - 0.5)
    assert difference.low > 0
    assert p.value == pytest.approx(2 * 0.5**8)  # 8 clips differ, all one way
    assert (test.value, clips.value) == ("McNemar", 20)


def test_gates_of_one_layer_are_trained_and_choose_their_own_keyframes():
    full = replace(QUICK, preset=PRESETS["full"])
    tasks = {task.name: task for task in registry()["recognition"].tasks(full)}
    gate = tasks["rtsae-p3-l1"]
    assert gate.options["layers"] == 1
    assert tasks["joint-s1-r0-l1"].needs == {"start": "dscnn-s1-r0", "attention": gate.name}
    assert tasks["arch-rtsae-s1-r0-l1"].needs == {"attention": gate.name}
    assert tasks["recognition-arch-rtsae-s1-r0-l1"].needs["attention"] == gate.name
    assert tasks["recognition-arch-rtsae-s1-r0"].needs["attention"] == "shipped/attention"
    assert gate in registry()["position-depth"].tasks(full)
    rival = tasks["arch-rtsae-s1-r0-l2"]  # of two layers, as long trained
    assert rival.needs == {"attention": "rtsae-s1-r0"}
    assert rival.options == tasks["arch-rtsae-s1-r0-l1"].options
    assert tasks["recognition-arch-rtsae-s1-r0-l2"].needs["attention"] == "rtsae-s1-r0"
    done = results(
        recognition_joint_s1_r0=gated(right(1)),
        recognition_joint_s1_r1=gated(right(1)),
        recognition_joint_s1_r0_l1=gated(right(1, 2, 3)),
    )
    section = registry()["recognition"].section(full, done)
    assert rows(section.tables[0])["DSCNN+RTSAE (1 layer)"][0] == pytest.approx(1 - 3 / N)
    notes = {row.name: row.note for row in section.tables[0].rows if row.source == "ours"}
    assert notes["DSCNN+RTSAE (1 layer)"] == "1 training"
    assert notes["DSCNN+RTSAE (2 layers)"] == "2 trainings"
    assert rows(section.tables[1])["DSCNN+RTSAE (2 layers) - DSCNN+RTSAE (1 layer)"][
        0
    ] == pytest.approx(2 / N)


def test_a_claim_is_confirmed_where_the_interval_leaves_out_zero():
    good, bad = outcomes({GATE: right(1)}), outcomes({GATE: right(*range(12))})
    done = trained(
        joint=gated(right(1)),
        dscnn=outcomes({ALL: right(*range(9))}),
        arch_sms=bad,
        arch_rtsae=good,
        arch_average=good,
    )
    first = ["confirmed", "not confirmed", "confirmed", "not confirmed", "confirmed"]
    assert verdicts("recognition", done) == [*first, *["not testable here"] * 4]
    one_layer = {
        f"recognition_{name}_s1_r0_l1": gated(right(*range(8))) for name in ("joint", "arch_rtsae")
    }
    both = Results({**done.records, **results(**one_layer).records})
    full = replace(QUICK, preset=PRESETS["full"])
    assert verdicts("recognition", both, full)[5:7] == ["confirmed", "not testable here"]
    own = results(recognition_arch_rtsae_s1_r0_l2=good)
    both = Results({**both.records, **own.records})
    assert verdicts("recognition", both, full)[5:7] == ["confirmed"] * 2
    near = trained(joint=gated(right(1, 2, 3)))
    assert verdicts("recognition", near, replace(QUICK, dataset="ucf101"))[7:] == [
        "not confirmed",  # 92.5 %, but 40 clips say little
        "not testable here",
    ]
    [claim, *_] = registry()["recognition"].claims(QUICK, done)
    assert claim.runs == ("recognition-joint-s1-r0", "recognition-arch-sms-s1-r0")
    assert claim.figure.endswith("40 clips, 1 training")


def test_trainings_of_which_one_goes_on_from_the_other_are_drawn_together():
    """Each seed gains as much over its own stage 1, though seeds differ much."""
    full = replace(QUICK, preset=PRESETS["full"])
    joint = {f"recognition_joint_s1_r{n}": gated(right(*range(8 * n))) for n in range(3)}
    dscnn = {
        f"recognition_dscnn_s1_r{n}": outcomes({ALL: right(*range(8 * n + 6))}) for n in range(3)
    }
    text = "The RTSAE improves the DSCNN, here: of stage 1, with all steps."

    def judged(found):
        claims = registry()["recognition"].claims(full, results(**found))
        return next(claim for claim in claims if claim.text == text)

    assert judged(joint | dscnn).verdict == "confirmed"
    del dscnn["recognition_dscnn_s1_r2"]  # other seeds: each is drawn by itself
    assert judged(joint | dscnn).verdict == "not confirmed"


def test_a_difference_between_trainings_must_outweigh_that_between_seeds():
    """On the same clips, of 97.5 % against 80 %; then one seed of three fails."""
    full = replace(QUICK, preset=PRESETS["full"])

    def judged(*wrong):
        seeds = {f"recognition_joint_s1_r{seed}": gated(row) for seed, row in enumerate(wrong)}
        rivals = {
            f"recognition_arch_sms_s1_r{seed}": outcomes({GATE: right(*range(8))})
            for seed in range(3)
        }
        return registry()["recognition"].claims(full, results(**seeds, **rivals))[0]

    alike = judged(right(1), right(1), right(1))
    assert alike.verdict == "confirmed"
    assert alike.figure.endswith("40 clips, 3 trainings")
    assert judged(right(), right(), right(*range(20))).verdict == "not confirmed"


def test_a_seed_that_lacks_a_split_waits_for_it():
    whole = {f"recognition_joint_s{split}_r0": gated(right(1)) for split in (1, 2)}
    begun = results(**whole, recognition_joint_s1_r1=gated(right(*range(20))))
    found = comparison.subject(PAPER, begun, "joint")
    assert found.keys == ("recognition-joint-s1-r0", "recognition-joint-s2-r0")
    assert found.accuracy(GATE).value == pytest.approx(1 - 1 / N)


def test_seeds_and_splits_make_one_row():
    runs = {
        f"recognition_joint_s{split}_r{seed}": gated(right(*range(split + seed)))
        for split in (1, 2)
        for seed in (0, 1)
    }
    found = comparison.subject(PAPER, results(**runs), "joint")
    assert len(found.outcomes.clips) == 2 * N
    assert found.accuracy(GATE).value == pytest.approx(1 - 2 / N)
    assert found.spread(GATE).value == pytest.approx(np.std([1.5 / N, 2.5 / N], ddof=1))
    assert found.confusion(GATE).sum() == 4 * N
    assert not found.outcomes.variants[GATE].known


def test_short_and_long_clips_are_told_apart():
    arch = outcomes({GATE: right(*range(6))})  # wrong on short clips
    done = trained(joint=gated(right(39)), arch_sms=arch)
    section = registry()["clip-length"].section(QUICK, done)
    assert rows(section.tables[1]) == {
        "1.0 to 8.0 s": [0.25, 8],
        "9.0 to 16.0 s": [1.0, 8],
        "17.0 to 24.0 s": [1.0, 8],
        "25.0 to 32.0 s": [1.0, 8],
        "33.0 to 40.0 s": [1.0, 8],
    }
    assert section.figures[0].series[1].x == (4.5, 12.5, 20.5, 28.5, 36.5)
    assert verdicts("clip-length", done) == ["confirmed"] * 2
    even = trained(joint=gated(right()), arch_sms=outcomes({GATE: right(0, 39)}))
    assert verdicts("clip-length", even) == ["not confirmed"] * 2
    ahead_on_short_clips = trained(
        joint=gated(right(*range(20, N))), arch_sms=outcomes({GATE: right(*range(0, N, 2))})
    )
    assert verdicts("clip-length", ahead_on_short_clips) == ["not confirmed"] * 2


def test_the_inverse_analysis_reads_accuracy_over_the_share_mixed_back():
    done = trained(joint=gated(right(1), whole=right(*range(8))))
    section = registry()["inverse"].section(QUICK, done)
    [row] = section.tables[0].rows
    assert [cell.value for cell in row.cells] == [0.975] * 5 + [0.8]
    assert section.figures[0].series[0].x == MIXED_BACK
    assert verdicts("inverse", done) == ["confirmed", "confirmed"]


def test_accuracy_must_fall_over_all_shares_mixed_back():
    """A fall at the last share alone shows at the end, and is less on the line through all."""
    wrong = (4, 4, 4, 4, 4, 12)
    rows = {mixed_name(share): right(*range(n)) for share, n in zip(MIXED_BACK, wrong, strict=True)}
    done = trained(joint=outcomes(rows | {GATE: right(*range(4)), ALL: rows[mixed_name(1.0)]}))
    end, line = registry()["inverse"].claims(QUICK, done)
    assert "difference 20 %" in end.figure
    slope = np.polyfit(MIXED_BACK, [1 - n / N for n in wrong], 1)[0]
    assert f"line through all 6 shares, {-100 * slope:.3g} %" in line.figure
    assert (end.verdict, line.verdict) == ("confirmed", "confirmed")
    back = dict(zip(MIXED_BACK, (8, 16, 16, 0, 0, 8), strict=True))
    rows = {mixed_name(share): right(*range(n)) for share, n in back.items()}
    done = trained(joint=outcomes(rows | {GATE: right(), ALL: right(*range(8))}))
    assert verdicts("inverse", done) == ["confirmed", "not confirmed"]


def test_methods_are_compared_at_their_own_number_and_at_rtsaes():
    own = {"rtsae": right(1), "sms": right(*range(9)), "ranktracing": right(1), "superframes":
           right(*range(20))}  # fmt: skip
    equal = {f"{name}{EQUAL}": right(2) for name in own}
    keyframes = {name: [2, 3] * 20 for name in own} | {name: [2] * N for name in equal}
    seen = of(outcomes(own | equal | {GATE: right(), ALL: right(3)}))
    done = results(**{"keyframe-methods": seen | {"keyframes": keyframes}})
    section = registry()["keyframe-methods"].section(QUICK, done)
    table = rows(section.tables[0])
    assert table["sms"] == [pytest.approx(0.775), 2.5, pytest.approx(0.975), 2.0]
    assert table["the network's own gate"] == [1.0, None, None, None]
    assert section.figures[0].series[0].x == tuple(own)
    assert verdicts("keyframe-methods", done) == [
        *["not testable here"] * 3,  # ARCH
        *("confirmed", "not confirmed", "confirmed"),
        *("confirmed", "not confirmed", "confirmed"),  # the network's own gate
        "not confirmed",  # as many keyframes as SMS
    ]
    seen["outcomes"]["clips"]["name"] = [f"v_g{n}_c01.avi" for n in range(N)]
    fewer = seen | {"keyframes": keyframes | {"sms": [4] * N}}
    claims = registry()["keyframe-methods"].claims(QUICK, results(**{"keyframe-methods": fewer}))
    assert claims[-1].verdict == "confirmed"
    assert claims[-1].figure.startswith("SMS keeps 1.5 (95 %: ")


def test_arch_is_judged_by_the_keyframes_of_each_rival_of_figure_12():
    full = replace(QUICK, preset=PRESETS["full"])
    done = trained(
        arch_rtsae=outcomes({GATE: right(1)}),
        arch_sms=outcomes({GATE: right(*range(9))}),
        arch_ranktracing=outcomes({GATE: right(1)}),
        arch_superframes=outcomes({GATE: right(*range(20))}),
    )
    assert verdicts("keyframe-methods", done, full)[:3] == [
        *("confirmed", "not confirmed", "confirmed")
    ]
    table = rows(registry()["keyframe-methods"].section(full, done).tables[-1])
    assert table["Vanilla ARCH (Superframes)"] == [0.5]
    shown = registry()["recognition"].section(full, done).tables[0]
    assert not [row for row in shown.rows if "Superframes" in row.name]  # not in Table 3
