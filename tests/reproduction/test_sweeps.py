"""Sections and claims of the sweeps from made outcomes whose answers are known by hand."""

import pytest

from model.evaluation.recognition import ALL, GATE
from model.reproduction.experiment import PRESETS, Setup, registry
from model.reproduction.experiments import augmentation, hyper_parameters, position_depth
from model.reproduction.plan import Results
from tests.reproduction.labelled import N, gated, outcomes, results, right

FULL = Setup("athletics", PRESETS["full"], 2)
GOOD, BAD = gated(right(1, 2)), gated(right(*range(0, N, 2)))  # 95 % and half
SWEEPS = ("position-depth", "hyper-parameters", "augmentation", "binary-gates", "building-block")


def section(name, **found):
    return registry()[name].section(FULL, evaluated(**found))


def claims(name, **found):
    judged = registry()[name].claims(FULL, evaluated(**found))
    return {claim.text: claim.verdict for claim in judged}


def evaluated(**found):
    return results(**{f"sweep_{name}": value for name, value in found.items()})


def cells(table):
    return {
        row.name: [cell.value for cell in row.cells] for row in table.rows if row.source == "ours"
    }


@pytest.mark.parametrize("name", SWEEPS)
def test_nothing_measured_judges_nothing(name):
    judged = registry()[name].claims(FULL, Results())
    assert {claim.verdict for claim in judged} == {"not testable here"}
    quick = Setup("athletics", PRESETS["quick"], 2)
    assert registry()[name].tasks(quick) == []
    assert "preset quick trains no sweeps" in registry()[name].section(quick, Results()).missing


def test_position_and_depth():
    """The final position of this network size is p3: there the networks are the common ones."""
    found = {"fixed_p2_l1": BAD, "fixed_p2_l2": GOOD, "joint_p1": BAD, "joint_p2": GOOD}
    found |= {"joint_s1_r0": gated(right(1)), "fixed_p1_l1": BAD, "fixed_p1_l2": GOOD}
    found |= {"fixed_p3_l1": GOOD, "fixed_p3_l2": BAD}
    depth, opened, trade = section("position-depth", **found).tables
    assert cells(depth)["p2"] == [0.5, 0.95, None]
    assert cells(opened)["p2"] == [0.25, 0.25, None]
    by_position = cells(trade)
    assert [row[:2] for row in by_position.values()] == [[0.5, 0.25], [0.95, 0.25], [0.975, 0.25]]
    avoided = [row[2] for row in by_position.values()]
    assert avoided == pytest.approx([0.75 * share for share in behind_by_hand()])
    judged = claims("position-depth", **found)
    assert judged.pop("Two layers of aLSTMs recognise more than one, DSCNN fixed, at p3.") == (
        "not confirmed"
    )
    at_fixed = "A gate at p2 recognises more than one at p1, DSCNN fixed."
    assert judged.pop(at_fixed) == "not confirmed"
    three = [judged.pop(text) for text in list(judged) if text.startswith("Three layers")]
    assert three == ["not testable here"] * 2
    assert len(judged) == 5
    assert set(judged.values()) == {"confirmed"}
    turned = found | {"joint_p2": BAD, "fixed_p2_l1": GOOD, "fixed_p1_l2": BAD}
    turned |= {"fixed_p3_l2": GOOD, "joint_s1_r0": BAD}
    judged = claims("position-depth", **turned)
    assert judged.pop("A gate at p1 avoids more of the convolutions than one at p3.") == "confirmed"
    assert judged.pop(at_fixed) == "confirmed"
    three = [judged.pop(text) for text in list(judged) if text.startswith("Three layers")]
    assert three == ["not testable here"] * 2
    assert set(judged.values()) == {"not confirmed"}


def test_a_third_layer_is_held_against_two():
    texts = (position_depth.DEEPER_P1, position_depth.ALIKE_P2)
    at_p1, at_p2 = {"fixed_p1_l2": BAD, "fixed_p1_l3": GOOD}, {"fixed_p2_l2": GOOD}
    nearly = gated(right(1, 3))
    judged = claims("position-depth", **at_p1, **at_p2, fixed_p2_l3=nearly)
    assert [judged[text] for text in texts] == [
        "confirmed",
        "not confirmed",
    ]  # may be 5 points apart
    judged = claims("position-depth", **at_p1, **at_p2, fixed_p2_l3=GOOD)
    assert [judged[text] for text in texts] == ["confirmed", "not testable here"]
    judged = claims("position-depth", fixed_p1_l2=GOOD, fixed_p1_l3=GOOD, fixed_p2_l3=BAD, **at_p2)
    assert [judged[text] for text in texts] == ["not confirmed", "not confirmed"]


def behind_by_hand():
    """VGG-16: 2, 2, 3, 3 and 3 convolutions of 64, 128, 256, 512 and 512 channels."""
    widths = [[64] * 2, [128] * 2, [256] * 3, [512] * 3, [512] * 3]
    costs, channels = [], 3
    for number, block in enumerate(widths):
        cost = 0
        for width in block:
            cost += (224 >> number) ** 2 * 9 * channels * width
            channels = width
        costs.append(cost)
    return [sum(costs[p:]) / sum(costs) for p in (1, 2, 3)]


def test_searches_of_weights():
    found = {
        "fixed-tau-0.02": GOOD,
        "fixed-tau-0.1": BAD,
        "fixed-mu-0.5": GOOD,
        "fixed-phi-0.8": BAD,
    }
    shown = section("hyper-parameters", **found)
    lines = {figure.title: figure.series[0] for figure in shown.figures}
    tau = lines["Accuracy by τ, with μ 0.1, λ 0.1, φ 0.1"]
    assert (tau.x, tau.y) == ((0.02, 0.1), (0.95, 0.5))
    met = lines["Accuracy by λ, with μ 0.5, τ 0.02, φ 0.1"]  # its last point is one of μ's
    assert (met.x, met.y) == ((0.1,), (0.95,))
    for end in ("τ, with μ 0.5, λ 0.05", "μ, with τ 0.02, λ 0.05", "λ, with μ 0.5, τ 0.02"):
        assert lines[f"Accuracy by {end}, φ 0.8 (ours)"].y == (0.5,)  # the one that φ's chose
    assert "τ 0.02: 25%" in shown.notices[0]


def test_the_best_weight_is_held_against_the_best_of_the_others():
    text = "τ = 0.02 recognises most."
    values = {f"fixed-tau-{value}": BAD for value in ("0.001", "0.01", "0.05", "0.1")}
    found = values | {"fixed-tau-0.02": GOOD}
    assert claims("hyper-parameters", **found)[text] == "confirmed"
    rival = found | {"fixed-tau-0.05": gated(right(1))}
    assert claims("hyper-parameters", **rival)[text] == "not confirmed"
    [said] = [
        claim.figure
        for claim in registry()["hyper-parameters"].claims(FULL, evaluated(**rival))
        if claim.text == text
    ]
    assert said.startswith("from the best other, τ = 0.05: difference in accuracy -2.5 %")
    del found["fixed-tau-0.1"]
    assert claims("hyper-parameters", **found)[text] == "not testable here"


def test_accuracy_is_stable_where_all_differences_lie_within_the_bound():
    text = "Accuracy is stable for μ from 0.3 to 0.6."
    alike = {f"fixed-mu-{value}": GOOD for value in ("0.3", "0.5", "0.6")}
    assert claims("hyper-parameters", **alike)[text] == "confirmed"
    assert claims("hyper-parameters", **alike, **{"fixed-mu-1": BAD})[text] == "confirmed"
    lower = alike | {"fixed-mu-0.6": gated(right(1, 2, 3, 4))}
    assert claims("hyper-parameters", **lower)[text] == "not confirmed"
    [said] = [
        claim.figure
        for claim in registry()["hyper-parameters"].claims(FULL, evaluated(**alike))
        if claim.text == text
    ]
    assert "no clip differs" in said


def test_gates_that_never_close_are_not_compared():
    """All their points are the same network: that they agree says nothing of the weight."""
    open_at_all = outcomes({GATE: right(1, 2)}, kept=1.0)
    alike = {f"fixed-mu-{value}": open_at_all for value in ("0.3", "0.5", "0.6")}
    alike |= {f"fixed-tau-{value}": open_at_all for value in ("0.001", "0.01", "0.02", "0.05")}
    alike["fixed-tau-0.1"] = open_at_all
    judged = registry()["hyper-parameters"].claims(FULL, evaluated(**alike))
    by_text = {claim.text: claim for claim in judged}
    for text in ("Accuracy is stable for μ from 0.3 to 0.6.", "τ = 0.02 recognises most."):
        assert by_text[text].verdict == "not testable here"
        assert by_text[text].figure.startswith("No gate closes")
        assert by_text[text].runs
    judged = claims("hyper-parameters", **alike | {"fixed-mu-0.6": GOOD})  # one closes
    assert judged["Accuracy is stable for μ from 0.3 to 0.6."] == "confirmed"


def test_every_search_goes_through_its_final_weight():
    for search in (*hyper_parameters.PAPERS, *hyper_parameters.OURS):
        assert hyper_parameters.FINAL[search.weight] in search.values
        assert search.others.keys() | {search.weight} == hyper_parameters.FINAL.keys()


def test_crops_and_inserted_steps():
    crops = {
        "dscnn_s1_r0": outcomes({ALL: right(*range(0, N, 2))}),
        "dscnn_crops_5": outcomes({ALL: right(1)}),
    }
    steps = {"joint_s1_r0": BAD, "joint_inserted_0": GOOD}
    spatial, temporal = (
        figure.series[0] for figure in section("augmentation", **crops, **steps).figures
    )
    assert (spatial.x, spatial.y) == ((1.0, 5.0), (0.5, 0.975))
    assert (temporal.x, temporal.y) == ((0.0, 0.8), (0.95, 0.5))
    assert claims("augmentation", **crops, **steps) == {
        "The attention passes over inserted steps.": "not testable here",
        "Five crops of each clip raise the accuracy over one.": "confirmed",
        "Inserting steps into 80 % of the examples raises the accuracy.": "not confirmed",
        augmentation.MORE_CROPS: "not testable here",  # three crops are not known
        augmentation.MORE_INSERTED: "not testable here",
    }
    crops["dscnn-crops-3"], steps["joint-inserted-0.4"] = outcomes({ALL: right(*range(8))}), BAD
    judged = claims("augmentation", **crops, **steps)
    assert judged[augmentation.MORE_CROPS] == "confirmed"
    assert judged[augmentation.MORE_INSERTED] == "not confirmed"


def test_gates_of_training():
    found = {"joint_s1_r0": GOOD, "joint_hard": BAD, "joint_binary_neuron": GOOD}
    [table] = section("binary-gates", **found).tables
    assert cells(table)["soft gates"] == [0.95, 0.25]
    assert cells(table)["binary mapping in training"] == [0.5, 0.25]
    assert list(claims("binary-gates", **found).values()) == ["confirmed", "not confirmed"]


def test_other_recognisers_on_keyframes():
    own = {"rtsae": right(1), "uniform": right(*range(0, N, 2)), "sms": right(1, 2), ALL: right(2)}
    found = {"c3d_s1_r0": outcomes(own)}
    [table] = section("building-block", **found).tables
    assert cells(table)["C3D, keyframes of rtsae"] == [0.975, 0.25, 0]
    assert cells(table)["C3D, keyframes of sms"] == pytest.approx([0.95, 0.25, -0.025])
    assert cells(table)["C3D, whole clips"] == [0.975, 0.25, None]
    [printed, *_] = [row for row in table.rows if row.source == "paper"]
    assert [cell.value for cell in printed.cells] == [None, None, 0.0020]
    judged = claims("building-block", **found)
    assert judged == {
        "C3D recognises more on RTSAE's keyframes than on the whole clip.": "not confirmed",
        "C3D recognises more on RTSAE's keyframes than on as many others.": "confirmed",
        **{
            text.replace("C3D", "Two-Stream ConvNet"): "not testable here"
            for text in list(claims("building-block"))[:2]
        },
        "With iDT features the method reaches 93.5 % on UCF101 and 69.6 % on HMDB51.": (
            "not testable here"
        ),
    }
