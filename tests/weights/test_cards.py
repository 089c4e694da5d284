"""The learned scalars of a checkpoint, against the networks that hold them."""

from pathlib import Path

import pytest

from model.weights.cards import describe

SHIPPED = Path(__file__).parents[2] / "model" / "weights"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["attention", "compact"])
def test_sigma_and_w_f_are_those_of_the_loaded_network(name):
    from safetensors.torch import load_file

    from model.networks.alstm import AttentionGate
    from model.networks.head import Head

    state = load_file(SHIPPED / f"{name}.safetensors")
    gate, head = AttentionGate(), Head(4, 4, 4, 2)
    rho = {key: value for key, value in state.items() if key.endswith("rho")}
    gate.rho.data = next(value for key, value in rho.items() if "gate" in key)
    wanted = {"sigma": float(gate.sigma.detach())}
    if "head.rho" in rho:
        head.rho.data = rho["head.rho"]
        wanted["w_f"] = float(head.w_f.detach())
    card = describe(SHIPPED / f"{name}.safetensors")
    assert card.learned == pytest.approx(wanted)
    assert card.learned["sigma"] == pytest.approx(
        {**card.card.get("monitors", {}), **card.card.get("figures", {})}["sigma"], abs=1e-3
    )


@pytest.mark.slow
def test_a_saved_network_says_its_scalars(tmp_path):
    from model.networks import recognition_checkpoint
    from model.recognisers import get

    network = get("rtsae-dscnn").untrained().network
    path = tmp_path / "x.safetensors"
    recognition_checkpoint.save(path, network, {})
    learned = describe(path).learned
    assert learned["w_f"] == pytest.approx(1.0)
    assert learned["sigma"] == pytest.approx(2.98, abs=1e-3)
