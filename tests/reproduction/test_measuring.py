"""Measuring protocols in a plan, on clips of a second, to the sections of their experiments."""

import json

import numpy as np
import pytest

from model.datasets import vsumm
from model.datasets.types import Dataset, Sample
from model.errors import InvalidDataset, InvalidParameter
from model.reproduction.experiment import PRESETS, Setup, registry
from model.reproduction.plan import Plan
from model.reproduction.protocol import Context
from model.reproduction.protocols.moments import Moments
from model.reproduction.protocols.summaries import Summaries
from model.reproduction.task import Task
from tests.clips import moving_square, write_clip
from tests.evaluation.vsumm_layouts import bank

T = 30


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A clip of each of two classes with phases, and one that is no video."""
    root, samples = tmp_path_factory.mktemp("clips"), []
    rows = [("run-up", 0, 15, False), ("flight", 15, T, True)]
    names = ("name", "start", "end", "decisive")
    about = {"n_frames": T, "fps": 25.0}
    about["phases"] = [dict(zip(names, row, strict=True)) for row in rows]
    for label, action in enumerate(("LongJump", "PoleVault")):
        path = write_clip(root / f"{action}.mp4", moving_square(T, step=2 + label))
        path.with_suffix(".json").write_text(json.dumps(about))
        samples.append(Sample(path, label, "g"))
    (root / "broken.mp4").write_text("no video")
    samples.append(Sample(root / "broken.mp4", 1, "h"))
    return Dataset("athletics", root, ("LongJump", "PoleVault"), (), tuple(samples))


@pytest.mark.slow
def test_what_is_measured_becomes_sections_and_claims(dataset, tmp_path):
    attention, network = {"attention": "shipped/attention"}, {"network": "shipped/compact"}
    every = {"clips_per_class": 0}
    tasks = [
        Task("moments-attention", "moments", every, attention),
        Task("moments-shipped", "moments", every, network),
        Task("attention-quality-shipped", "attention-quality", every, attention),
        Task("speed-shipped", "speed", {"repeats": 1, "preset": "tiny", **every}, network),
        Task("speed-steps", "step-cost", {"repeats": 1, "preset": "tiny"}),
    ]
    plan = Plan(tmp_path, tasks, lambda split: dataset)
    for task in plan.ordered:
        plan.run(task)
    results, setup = plan.results(), Setup("athletics", PRESETS["quick"], 2)
    for name in ("moments", "attention-quality", "speed"):
        section = registry()[name].section(setup, results)
        assert section.missing is None
        assert registry()[name].claims(setup, results)
    for name in ("moments-attention", "moments-shipped", "speed-shipped"):
        assert list(results.of(name)["left_out"]) == ["broken.mp4"]
    assert results.of("speed-shipped")["clips"] == ["LongJump.mp4", "PoleVault.mp4"]
    for name in ("moments-attention", "moments-shipped"):
        found = results.of(name)
        assert [row["action"] for row in found["rows"]] == ["LongJump", "PoleVault"]
        for row in found["rows"]:
            assert row["run-up"]["time"] == pytest.approx(0.5, abs=0.1)
            assert 0 < row["decisive"]["phi"] < 1
    assert sum(results.of("moments-shipped")["curves"]["LongJump"]["phi_S"]) == pytest.approx(
        1, abs=1e-4
    )
    kept = list((tmp_path / "cache" / "attention-steps").glob("*.steps"))
    assert len(kept) == 2  # read once for moments and for reconstruction
    own = results.of("attention-quality-shipped")["spaces"]["own"]
    assert np.all(np.array(own["optimum"]) <= np.array(own["rtsae"]) + 1e-9)


def test_moments_want_a_gate_and_clips_that_can_be_read(dataset, tmp_path):
    context = Context(dataset, tmp_path, tmp_path)
    with pytest.raises(InvalidParameter, match="wanted a network or an attention"):
        Moments().run(context)


@pytest.mark.slow
def test_summaries_are_judged_by_collection(dataset, tmp_path):
    root = bank(tmp_path / "bank", "v21", "v71", published={"VSUMM1": [2, 10, 18]})
    options = {"root": str(root), "content": vsumm.content(root)}
    plan = Plan(
        tmp_path,
        [Task("summaries", "summaries", options, {"attention": "shipped/attention"})],
        lambda split: dataset,
    )
    found = plan.run(plan.ordered[0])["result"]["collections"]
    assert {name: one["videos"] for name, one in found.items()} == {"OVP": 1, "YouTube": 1}
    assert found["OVP"]["name"] == "OVP, sparse frame bank"
    methods = {row["method"] for row in found["OVP"]["rows"]}
    assert {"rtsae", "vsumm1", "vsumm2", "dt", "VSUMM1"} <= methods
    setup = Setup("athletics", PRESETS["quick"], 2, root)
    verdicts = {c.text: c.verdict for c in registry()["summaries"].claims(setup, plan.results())}
    judged = [text for text, verdict in verdicts.items() if verdict != "not testable here"]
    assert [text.split("of ")[-1] for text in judged] == ["VSUMM1 on OVP.", "VSUMM1 on YouTube."]


def test_summaries_that_changed_since_the_start_are_refused(dataset, tmp_path):
    root = bank(tmp_path / "bank", "v21")
    protocol = Summaries(str(root), "another hash")
    with pytest.raises(InvalidDataset, match="other files"):
        protocol.run(Context(dataset, tmp_path, tmp_path))
