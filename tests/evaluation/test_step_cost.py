"""Parts of a step add up; their multiply-adds are the networks' own."""

import pytest

from model.errors import InvalidParameter
from model.evaluation.step_cost import step_cost
from model.networks.arch import ARCH, ARCHConfig
from model.networks.dscnn import RTSAEDSCNN
from model.training.presets import PRESETS


@pytest.mark.slow
def test_steps_are_the_sums_of_their_parts():
    preset, told = PRESETS["tiny"](), []
    found = step_cost(preset, 3, 2, tell=lambda *at: told.append(at))
    names = tuple(f"class {n}" for n in range(3))
    cost = RTSAEDSCNN.untrained(preset.network(names), preset.recipe).multiply_adds()
    steps, parts = found["steps"], found["parts"]
    assert {name: row["multiply_adds"] for name, row in steps.items()} == {
        "closed": cost.front + cost.gate,
        "open": cost.front + cost.gate + cost.tails + cost.head,
        "no gate": cost.front + cost.tails + cost.head,
        "cube at 32": ARCH(ARCHConfig(names, (4, 4, 4, 8, 8), 8, 32)).multiply_adds(),
    }
    whole = sum(parts[name]["seconds"] for name in ("front", "gate", "behind the gate"))
    assert steps["open"]["seconds"] == pytest.approx(whole)
    assert told == [(1, 2), (2, 2)]


def test_no_repeat_is_refused():
    with pytest.raises(InvalidParameter):
        step_cost(PRESETS["tiny"](), 3, 0)
