"""The product's engine on a small real video, with random weights."""

from pathlib import Path

import pytest

from model.errors import InvalidCheckpoint
from model.methods import get
from model.networks.device import DeviceUnavailable
from model.weights.registry import MissingWeights
from tests.clips import moving_square, write_clip
from worker import engine
from worker.engine import TorchEngine
from worker.models import weights_path
from worker.settings import Settings

FRAMES = 10


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "x.mp4", moving_square(FRAMES))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from model.networks import checkpoint
    from model.networks.attention import AttentionModel

    model = AttentionModel.untrained(0)
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    checkpoint.save(path, model.front, model.rtsae, {})
    return path


@pytest.fixture(scope="module")
def recogniser_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from model.networks import recognition_checkpoint
    from model.recognisers import get as recogniser

    path = tmp_path_factory.mktemp("recogniser") / "random-too.safetensors"
    recognition_checkpoint.save(path, recogniser("rtsae-dscnn").untrained().network, {})
    return path


def analyze(settings: Settings, clip: Path, methods: list[str], attention: bool):
    chosen = [get(name)() for name in methods]
    weights = weights_path(settings) if attention else None
    run = TorchEngine(settings).analyze
    return run(clip, chosen, None, weights, lambda progress: None, lambda: False)


def test_derivatives_are_what_the_service_hands_out(clip, tmp_path):
    heard = []
    settings = Settings(data_dir=tmp_path)
    TorchEngine(settings).derive(clip, tmp_path, lambda *done: heard.append(done))
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {"preview.mp4", "sprite_000.jpg", "sprites.json", "thumbnail.jpg"}
    assert 0 < heard[-1][0] <= FRAMES


@pytest.mark.slow
def test_network_runs_only_when_asked(clip, weights, tmp_path):
    settings = Settings(data_dir=tmp_path, weights=weights, device="cpu", recognizer="none")
    without = analyze(settings, clip, ["sms"], attention=False)
    assert without.steps is None
    both = analyze(settings, clip, ["rtsae", "uniform"], attention=True)
    assert both.steps.phi_S.sum() == pytest.approx(1)
    assert set(both.methods) == {"rtsae", "uniform"}
    assert both.provenance["attention"]["name"] == "random"
    assert both.recognition == {}


@pytest.mark.slow
def test_the_recogniser_of_the_settings_runs_without_the_attention(
    clip, recogniser_weights, tmp_path
):
    settings = Settings(
        data_dir=tmp_path, recognizer_weights=recogniser_weights, recognizer="rtsae-dscnn"
    )
    analysis = analyze(settings, clip, ["uniform"], attention=False)
    assert analysis.steps is None
    assert analysis.recognition["weights"]["name"] == "random-too"
    assert set(analysis.recognition["methods"]) == {"uniform"}


def test_missing_weights_of_the_recogniser_are_a_clear_error(clip, tmp_path):
    with pytest.raises(MissingWeights) as caught:
        analyze(Settings(data_dir=tmp_path, recognizer="i3d"), clip, ["uniform"], attention=False)
    assert "kairoscope weights pull i3d-kinetics400" in caught.value.hint


@pytest.mark.slow
@pytest.mark.parametrize("failure", ["OutOfMemoryError", "AcceleratorError"])
def test_a_full_or_lost_gpu_means_the_cpu_and_the_result_says_so(
    clip, weights, tmp_path, monkeypatch, failure
):
    import torch

    class Full:
        flow = "dis"

        def begin(self, steps_per_second=None):
            raise getattr(torch, failure)("CUDA error")

    load = engine.load_attention
    asked = []

    def load_or_full(path, device):
        asked.append(device)
        return Full() if device == "cuda" else load(path, device)

    monkeypatch.setattr(engine, "load_attention", load_or_full)
    monkeypatch.setattr(engine, "resolve_device", lambda wanted: wanted)
    settings = Settings(data_dir=tmp_path, weights=weights, device="cuda", recognizer="none")
    analysis = analyze(settings, clip, ["uniform"], attention=True)
    assert asked == ["cuda", "cpu"]
    assert analysis.provenance["attention"]["device"] == "cpu"


def test_missing_checkpoint_is_a_clear_error(clip, tmp_path):
    settings = Settings(data_dir=tmp_path, weights=tmp_path / "none.safetensors", device="cpu")
    with pytest.raises(InvalidCheckpoint, match=r"none\.safetensors"):
        analyze(settings, clip, ["uniform"], attention=True)


def test_auto_takes_a_device_that_is_there():
    import torch

    assert engine.resolve_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    assert engine.resolve_device("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda:99", "toaster"])
def test_a_device_that_is_not_there_is_a_clear_error(clip, weights, tmp_path, device):
    settings = Settings(data_dir=tmp_path, weights=weights, device=device)
    with pytest.raises(DeviceUnavailable, match=f"device {device}: ") as caught:
        analyze(settings, clip, ["uniform"], attention=True)
    assert caught.value.hint == "Use auto or cpu."
