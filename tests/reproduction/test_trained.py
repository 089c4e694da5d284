"""Which networks the experiments of a plan train."""

import json

import pytest

from model.reproduction.experiment import PRESETS, Setup, registry
from model.reproduction.protocol import registry as protocols
from model.reproduction.task import in_order
from model.reproduction.trained import USUAL
from model.reproduction.training import preset_of

FULL = Setup("athletics", PRESETS["full"], 12)
PAPER = Setup("ucf101", PRESETS["paper"], 101)


def usual_options(task):
    """The options of a training, with those that it has anyway."""
    protocol = protocols()[task.protocol]
    options = {**vars(protocol.of({})), **task.options}
    usual = USUAL.get(options.get("preset"), {})
    return {name: usual.get(name) if value is None else value for name, value in options.items()}


@pytest.mark.parametrize("setup", [FULL, PAPER])
def test_no_network_is_trained_twice(setup):
    tasks = in_order([task for each in registry().values() for task in each.tasks(setup)])
    trainings = [
        json.dumps(
            [task.protocol, usual_options(task), dict(task.needs), task.split], sort_keys=True
        )
        for task in tasks
        if task.protocol.startswith("train-")
    ]
    assert len(trainings) > 40
    assert len(trainings) == len(set(trainings))


@pytest.mark.parametrize("setup", [FULL, PAPER])
def test_no_gate_is_trained_as_printed(setup):
    """It would close, and every comparison behind it be one of gates that never open."""
    tasks = in_order([task for each in registry().values() for task in each.tasks(setup)])
    readings = [task.options["reading"] for task in tasks if task.protocol == "train-rtsae"]
    assert set(readings) == {"default", "soft"}
    [own] = {task.options["reading"] for task in tasks if task.name.startswith("rtsae-s1-")}
    assert own == "default"


@pytest.mark.parametrize("name", ["compact", "paper", "tiny"])
def test_what_presets_have_anyway_is_what_sweeps_take_for_it(name):
    preset, joint = preset_of(name, "dscnn"), preset_of(name, "joint").joint
    found = {"position": preset.recipe.position, "views": preset.views}
    assert USUAL[name] == found | {"gate": joint.gate, "insert": joint.insert}
