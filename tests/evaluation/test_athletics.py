"""The Athletics protocol: a network whose answers are known, phases read off, discards mixed in."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter
from model.evaluation import athletics, recognition
from model.evaluation.athletics import report
from model.evaluation.athletics_run import evaluate
from model.evaluation.intervals import paired_difference
from model.evaluation.outcomes import UNKNOWN, LabelledClip
from model.evaluation.phases import Moments, moments_of
from model.evaluation.recognition import (
    ALL,
    GATE,
    MIXED_BACK,
    OWN,
    Group,
    Opened,
    Tally,
    evaluate_dscnn,
    mixed_back,
    mixed_name,
)
from model.evaluation.recognition_run import Loaded, load
from model.evaluation.recognition_work import Work
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.checkpoint import SHIPPED
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.video.probe import sha256_of

CLASSES = ("jump", "run")
T = 10


def truth(path: Path) -> Path:
    phases = [("run-up", 0, 50, False), ("flight", 50, 75, True), ("landing", 75, 100, False)]
    rows = [
        {"name": name, "start": start, "end": end, "decisive": decisive}
        for name, start, end, decisive in phases
    ]
    path.with_suffix(".json").write_text(json.dumps({"phases": rows, "n_frames": 100, "fps": 25.0}))
    return path


def test_keyframes_are_counted_by_phase_within_a_fifth_of_a_second(tmp_path):
    path = truth(tmp_path / "v.avi")
    index_T = np.array([0, 44, 45, 50, 74, 79, 80, 99])
    found = moments_of(path, index_T, np.ones(8, bool))
    assert found == Moments(steps=8, decisive_steps=4, keyframes=8, decisive=4, running=3)
    later = moments_of(path, index_T, index_T >= 50)
    assert (later.keyframes, later.decisive, later.running) == (5, 3, 0)


def test_mixing_back_keeps_the_keyframes_and_ends_with_every_step():
    open_T = np.zeros(T, bool)
    open_T[[2, 7]] = True
    rows = [gate.numpy() for gate in mixed_back(open_T, seed=4)]
    assert [int(row.sum()) for row in rows] == [2 + round(share * 8) for share in MIXED_BACK]
    for less, more in pairwise(rows):
        assert (more >= less).all()
    assert (rows[0] == open_T).all()
    assert all(
        (a == b.numpy()).all() for a, b in zip(rows, mixed_back(open_T, seed=4), strict=True)
    )


class Maps:
    """Stands for MapStore: random maps of the right shape, a seed for each clip."""

    def __init__(self, network):
        self.front = network.front

    def get(self, path, view):
        rng = np.random.default_rng(len(path.stem))
        channels, side = 256, self.front.recipe.size >> 3
        maps = rng.random((T, 2, channels, side, side)).astype(np.float16)
        return maps, rng.normal(size=(T, channels)).astype(np.float32)


def network(seed: int) -> RTSAEDSCNN:
    torch.manual_seed(seed)
    widths = ((8, 8, 8), (8, 8, 8))
    config = DSCNNConfig(CLASSES, 3, widths, cam=8, fusion=8, hidden=8, size=32)
    return RTSAEDSCNN.untrained(config).eval().requires_grad_(False)


@pytest.fixture
def samples(tmp_path):
    paths = [truth(tmp_path / f"{'v' * (n + 1)}.avi") for n in range(3)]
    return [Sample(path, n % 2, "g") for n, path in enumerate(paths)]


@pytest.mark.slow
@pytest.mark.parametrize("start", [0, 1])
def test_each_variant_is_what_the_network_says_on_its_steps_alone(samples, monkeypatch, start):
    """Whichever clip the process begins with."""

    def from_here(items):
        return [*items[start:], *items[:start]]

    monkeypatch.setattr(recognition, "from_anywhere", from_here)
    one = network(0)
    store = Maps(one)
    [tally] = evaluate_dscnn([one], samples, store, lambda path: np.arange(T) * 10)
    for n, sample in enumerate(samples):
        maps, pooled = store.get(sample.path, 0)
        x_s, x_t = torch.from_numpy(maps).float().unbind(1)
        open_T = one.open_steps(one.front.standardise(torch.from_numpy(pooled)))
        by_gate = int(one.recognise(x_s, x_t, open_T).argmax()) == sample.label
        by_all = int(one.recognise(x_s, x_t, torch.ones(T, dtype=torch.bool)).argmax())
        assert tally.right[GATE][n] == by_gate
        assert tally.predicted[ALL][n] == by_all
        assert tally.right[ALL][n] == (by_all == sample.label)
        assert tally.kept[GATE][n] == pytest.approx(float(open_T.float().mean()))
        assert tally.kept["uniform"][n] == pytest.approx(tally.kept[GATE][n])
        assert tally.kept["mixed-0.5"][n] > tally.kept[GATE][n]
        assert (tally.opened[n].open_T == open_T.numpy()).all()
    assert set(tally.predicted["random"]) == {UNKNOWN}  # several draws
    clips = [LabelledClip(sample.path.name, sample.label, 100, 4.0) for sample in samples]
    outcomes = tally.outcomes(CLASSES, clips)
    assert outcomes.variants[ALL].known
    assert not outcomes.variants["random"].known
    assert outcomes.variants[GATE].right_N.tolist() == tally.right[GATE]


def test_networks_behind_different_fronts_are_refused(samples):
    one, other = network(0), network(1)
    with pytest.raises(InvalidParameter, match="front"):
        evaluate_dscnn([one, other], samples, Maps(one), lambda path: np.arange(T))


def seen(right, kept, opened=(), mixed=1.0):
    """The tally of three clips: figures by variant, the same accuracy for every share mixed in."""
    right = right | {name: [mixed] * 3 for name in map(mixed_name, MIXED_BACK) if name not in right}
    return Tally(right, {}, {name: [kept] * 3 for name in right}, list(opened))


def test_the_report_averages_seeds_and_pairs_clips(samples):
    index_T = np.arange(10) * 10  # three of ten steps lie within or near the flight

    def opened(*steps):
        return Opened(index_T, np.isin(np.arange(10), steps))

    five = opened(5, 6, 7, 4, 9)
    own = [
        seen({GATE: [1, 1, 1]}, 0.2, [opened(5, 6, 7, 9), five, opened(5, 6, 7, 0, 8, 9)]),
        seen({GATE: [1, 0, 1]}, 0.4, [five] * 3, mixed=0.5),
    ]
    arch = [Tally({GATE: [0, 0, 1]}, {}, {GATE: [1.0] * 3})]
    data = Dataset("athletics", samples[0].path.parent, CLASSES, (), tuple(samples))
    found = report(data, {Group(OWN): own, Group("arch+sms"): arch}, {"commit": "x"})
    row = found["recognizers"][OWN]
    assert row["accuracy_mean"] == pytest.approx((1 + 2 / 3) / 2)
    assert row["accuracy_std"] == pytest.approx(np.std([1, 2 / 3], ddof=1))
    assert row["kept_mean"] == pytest.approx(0.3)
    assert row["classes"] == {"jump": 1.0, "run": 0.5}
    difference = found["comparisons"][f"{OWN} - arch+sms"]
    assert difference["difference"] == pytest.approx(np.mean([1, 0.5, 0]))
    assert (difference["clips"], difference["recordings"]) == (3, 2)
    assert found["inverse"][0] == {"mixed_back": 0.0, "accuracy": pytest.approx(5 / 6)}
    assert found["inverse"][1] == {"mixed_back": 0.1, "accuracy": pytest.approx(0.75)}
    phases = found["phases"]["all"]
    assert (phases["keyframes"], phases["keyframes_most"]) == (5, 6)
    assert phases["decisive"] == pytest.approx(18 / 30)
    assert phases["run_up"] == pytest.approx(5 / 30)
    assert phases["decisive_steps"] == pytest.approx(0.3)
    assert found["presets"] == {}
    json.dumps(found)


def test_comparisons_are_over_recordings_and_can_be_made_again_from_the_report(samples):
    """24 clips of four recordings, each all right or all wrong: by hand, of the 4**4 draws."""
    many = [Sample(samples[0].path, n // 12, f"g{n // 6}") for n in range(24)]
    whole = [float(n // 6 != 3) for n in range(24)]  # three of four recordings
    every = [Opened(np.arange(5), np.ones(5, bool))] * 24
    variants = dict.fromkeys(map(mixed_name, MIXED_BACK), whole) | {"uniform": [0.0] * 24}
    kept = {name: [1.0] * 24 for name in variants}
    own = [Tally(variants, {}, kept, every) for _ in range(2)]
    right = [[0.0] * 24, [1.0] * 24]
    arch = [Tally({GATE: row}, {}, {GATE: [1.0] * 24}) for row in right]
    data = Dataset("athletics", samples[0].path.parent, CLASSES, (), tuple(many))
    found = report(data, {Group(OWN): own, Group("arch+sms"): arch}, {})
    assert found["dataset"]["test_recordings"] == 4
    assert found["clips"]["recording"][::6] == ["jump/g0", "jump/g1", "run/g2", "run/g3"]
    assert found["clips"]["name"] == [samples[0].path.name] * 24
    # Of four draws none is of the three right recordings in 1/256 < 2.5 %, at most one in 13/256.
    uniform = found["comparisons"][f"{OWN} - dscnn+uniform"]
    assert (uniform["difference"], uniform["low"], uniform["high"]) == (0.75, 0.25, 1.0)
    # In a quarter of the draws of arch's trainings both are the one that is always right: then own
    # is .75 below it in 13/256 / 4 < 2.5 %, .5 in 67/256 / 4.
    rival = found["comparisons"][f"{OWN} - arch+sms"]
    # Two trainings of 0 and 1 are moved apart to .5 less and more the root of a half.
    apart = 0.5**0.5
    assert (rival["difference"], rival["low"], rival["high"]) == pytest.approx(
        (0.25, 0.5 - (0.5 + apart), 1 - (0.5 - apart))
    )
    rows = json.loads(json.dumps(found))
    assert rows["recognizers"]["arch+sms"]["right"] == right
    again = paired_difference(
        *(np.array(rows["recognizers"][name]["right"]) for name in (OWN, "arch+sms")),
        rows["clips"]["recording"],
    )
    assert again == rival


def test_a_tally_is_the_same_after_json():
    tally = Tally({GATE: [1.0, 1 / 3]}, {GATE: [0, UNKNOWN]}, {GATE: [0.1, 1.0]})
    tally.opened = [Opened(np.array([0, 4]), np.array([True, False]))] * 2
    found = Tally.from_json(json.loads(json.dumps(tally.to_json())))
    assert (found.right, found.predicted, found.kept) == (tally.right, tally.predicted, tally.kept)
    for one, wanted in zip(found.opened, tally.opened, strict=True):
        assert one.index_T.tolist() == wanted.index_T.tolist()
        assert one.open_T.dtype == bool
        assert one.open_T.tolist() == wanted.open_T.tolist()


def test_each_preset_has_its_rows_and_is_compared_with_its_own(samples, monkeypatch):
    monkeypatch.setattr(athletics, "paired_difference", lambda *_, together: {})
    every = [Opened(np.arange(5), np.ones(5, bool))] * 3

    def tally(right):
        variants = {name: [right] * 3 for name in (GATE, "uniform", ALL)}
        return seen(variants, 0.5, every, right)

    small, full = Group(OWN), Group(OWN, "paper")
    sms, average = Group("arch+sms", "paper"), Group("arch+average", "paper")
    tallies = {
        small: [tally(0.0)],
        full: [tally(1.0)],
        **{g: [Tally({GATE: [1.0] * 3}, {}, {GATE: [1.0] * 3})] for g in (sms, average)},
    }
    data = Dataset("athletics", samples[0].path.parent, CLASSES, (), tuple(samples))
    found = report(data, tallies, {})
    assert list(found["recognizers"]) == [
        *(OWN, "dscnn+uniform", "dscnn"),
        *("rtsae-dscnn (paper)", "dscnn+uniform (paper)", "dscnn (paper)"),
        *("arch+sms (paper)", "arch+average (paper)"),
    ]
    assert list(found["comparisons"]) == [
        f"{OWN} - {other}"
        for other in (
            *("dscnn+uniform", "dscnn", "arch+sms (paper)", "arch+average (paper)"),
            "rtsae-dscnn (paper)",
        )
    ] + [
        *(f"rtsae-dscnn (paper) - {other} (paper)" for other in ("dscnn+uniform", "dscnn")),
        *(f"rtsae-dscnn (paper) - arch+{other} (paper)" for other in ("sms", "average")),
        "arch+sms (paper) - arch+average (paper)",
    ]
    assert found["inverse"][0]["accuracy"] == 0
    assert found["presets"]["paper"]["inverse"][0]["accuracy"] == 1
    assert found["presets"]["paper"]["phases"]["all"]["keyframes"] == 5
    json.dumps(found)


def test_a_checkpoint_is_of_the_preset_that_its_card_names():
    one = network(0)
    assert str(Loaded(Path("a"), one, {}).group) == OWN
    assert str(Loaded(Path("a"), one, {"preset": "compact"}).group) == OWN
    assert str(Loaded(Path("a"), one, {"preset": "paper"}).group) == "rtsae-dscnn (paper)"
    arch = ARCH(ARCHConfig(CLASSES, (4, 4, 4, 4, 4), hidden=4, size=32))
    card = {"preset": "tiny", "origin": {"selection": "sms"}}
    assert str(Loaded(Path("a"), arch, card).group) == "arch+sms (tiny)"


def test_arch_is_judged_by_the_attention_that_it_was_trained_with(samples, tmp_path):
    data = Dataset("athletics", samples[0].path.parent, CLASSES, (), tuple(samples))
    arch = ARCH(ARCHConfig(CLASSES, (4, 4, 4, 4, 4), hidden=4, size=32))

    def saved(digest):
        path = tmp_path / f"{digest}.safetensors"
        origin = {"selection": "rtsae", "attention_sha256": digest}
        recognition_checkpoint.save(path, arch, {"origin": origin})
        return path

    shipped = sha256_of(SHIPPED)
    work = Work(tmp_path / "cache", attention=SHIPPED)
    assert load(saved(shipped), data, work).gate.sha256 == shipped
    with pytest.raises(InvalidParameter, match="another attention"):
        evaluate(data, [saved("0" * 64)], work)
    assert not (tmp_path / "cache").exists()
