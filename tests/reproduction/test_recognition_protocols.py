"""The protocols that look at clips: recognition without ground truth, keyframes of every method."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from model.datasets.types import Dataset, Sample
from model.errors import InvalidParameter, UnreadableVideo
from model.evaluation import keyframes
from model.evaluation.keyframes import Choice, Chosen
from model.evaluation.outcomes import Outcomes
from model.evaluation.recognition import ALL, GATE, Opened
from model.features.types import Shots
from model.networks import recognition_checkpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import Recipe
from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
from model.reproduction.protocol import Context, Input
from model.reproduction.protocols.keyframe_methods import EQUAL, KeyframeMethods, counts, gates
from model.reproduction.protocols.recognition import Recognition
from model.reproduction.protocols.streams import Streams
from model.training.clips import step_images
from tests.clips import moving_square, write_clip

CLASSES = ("jump", "run")
STEPS = 6


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two clips without ground truth, the first twice; and a file that is none."""
    root = tmp_path_factory.mktemp("clips")
    paths = [write_clip(root / f"{n}.mp4", moving_square(12 + n, step=2 + n)) for n in range(2)]
    (root / "bad.mp4").write_bytes(b"not a video")
    samples = [Sample(path, n, "g") for n, path in enumerate(paths)]
    return Dataset("ucf101", root, CLASSES, (), (*samples, samples[0]))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    config = DSCNNConfig(CLASSES, 3, ((8, 8, 8), (8, 8, 8)), cam=8, fusion=8, hidden=8, size=32)
    network = RTSAEDSCNN.untrained(config, Recipe(steps_per_second=10.0)).eval()
    path = tmp_path_factory.mktemp("weights") / "dscnn.safetensors"
    recognition_checkpoint.save(path, network, {"max_steps": STEPS})
    return path


def context(data: Dataset, network: Path, folder: Path) -> Context:
    return Context(data, folder, folder / "cache", {"network": Input("key", network)}, jobs=1)


def broken(data: Dataset) -> Dataset:
    bad = Sample(data.root / "bad.mp4", 1, "g")
    return Dataset("ucf101", data.root, CLASSES, (), (data.test[0], bad))


@pytest.mark.slow
def test_a_network_is_seen_in_all_its_variants(data, weights, tmp_path):
    found = Recognition(clips_per_class=1).run(context(data, weights, tmp_path))
    outcomes = Outcomes.from_json(found["outcomes"])
    assert (found["recognizer"], found["left_out"]) == ("rtsae-dscnn", {})
    assert [clip.name for clip in outcomes.clips] == ["0.mp4", "1.mp4"]
    assert [clip.frames for clip in outcomes.clips] == [12, 13]
    assert outcomes.clips[0].seconds == pytest.approx(12 / 25, abs=0.05)
    mixed = [f"mixed-{share}" for share in (0.1, 0.25, 0.5, 0.75)]
    assert list(outcomes.variants) == [GATE, "uniform", "random", ALL, *mixed]
    reader = RTSAEDSCNNRecogniser.load(weights)
    for n, sample in enumerate(data.test[:2]):
        images = step_images(sample.path, reader.network.front.recipe, 32, STEPS)
        shots = Shots(images.index_T, images.time_T, images.rgb_THWC, images.flow_THWC)
        whole = reader.open(shots).whole()
        assert outcomes.variants[GATE].predicted_N[n] == whole.probability_C.argmax()
        assert outcomes.variants[GATE].kept_N[n] == pytest.approx(len(whole.step_M) / len(shots))


@pytest.mark.slow
def test_each_stream_is_seen_without_the_other(data, weights, tmp_path):
    found = Streams(clips_per_class=1).run(context(data, weights, tmp_path))
    outcomes = Outcomes.from_json(found["outcomes"])
    assert list(outcomes.variants) == [GATE, "S-Net", "T-Net"]
    reader = RTSAEDSCNNRecogniser.load(weights)
    assert found["w_f"] == pytest.approx(float(reader.network.head.w_f))
    whole = Recognition(clips_per_class=1).run(context(data, weights, tmp_path))
    both = Outcomes.from_json(whole["outcomes"]).variants[GATE]
    assert outcomes.variants[GATE].predicted_N.tolist() == both.predicted_N.tolist()
    for n, sample in enumerate(data.test[:2]):
        images = step_images(sample.path, reader.network.front.recipe, 32, STEPS)
        shots = Shots(images.index_T, images.time_T, images.rgb_THWC, images.flow_THWC)
        for name, alone in reader.open(shots).streams().items():
            assert outcomes.variants[name].predicted_N[n] == alone.probability_C.argmax()


@pytest.mark.slow
@pytest.mark.parametrize("noted", [False, True])
def test_clips_that_cannot_be_read_are_left_out_and_named(data, weights, tmp_path, noted):
    truth = data.root / "bad.json"
    truth.unlink(missing_ok=True)
    if noted:
        truth.write_text(json.dumps({"n_frames": 12, "fps": 25.0}))
    found = Recognition().run(context(broken(data), weights, tmp_path))
    assert list(found["left_out"]) == ["bad.mp4"]
    assert found["outcomes"]["clips"]["name"] == ["0.mp4"]
    only = Dataset("ucf101", data.root, CLASSES, (), (Sample(data.root / "bad.mp4", 1, "g"),))
    with pytest.raises(UnreadableVideo, match="no test clip"):
        Recognition().run(context(only, weights, tmp_path))


def test_what_cannot_be_asked_is_refused(data, tmp_path):
    with pytest.raises(InvalidParameter, match="clips_per_class"):
        Recognition(clips_per_class=-1)
    with pytest.raises(InvalidParameter, match="rtsae among them"):
        KeyframeMethods(methods=("sms",))
    arch = tmp_path / "arch.safetensors"
    network = ARCH(ARCHConfig(CLASSES, (4, 4, 4, 4, 4), hidden=4, size=32))
    recognition_checkpoint.save(arch, network, {"origin": {"selection": "sms"}})
    for protocol in (KeyframeMethods(), Streams()):
        with pytest.raises(InvalidParameter, match=r"wanted an RTSAE-DSCNN, got arch\+sms"):
            protocol.run(context(data, arch, tmp_path))


def test_gates_open_at_the_nearest_steps_and_no_method_has_more_than_rtsae():
    answers = tuple(np.arange(k) * 10 for k in range(1, 4))
    choice = Choice(np.array([0, 12, 29, 31]), answers)
    rtsae = Choice(np.array([8, 22]), answers)
    chosen = Chosen(40, {"rtsae": rtsae, "sms": choice})
    opened = Opened(np.array([0, 10, 20, 30]), np.array([True, False, False, True]))
    found = {name: gate[0].tolist() for name, gate in gates(chosen, opened).items()}
    assert found == {
        GATE: [1, 0, 0, 1],
        ALL: [1, 1, 1, 1],
        "rtsae": [0, 1, 1, 0],
        "sms": [1, 1, 0, 1],
        f"rtsae{EQUAL}": [1, 1, 0, 0],
        f"sms{EQUAL}": [1, 1, 0, 0],
    }
    numbers = {"rtsae": [2], "sms": [4], f"rtsae{EQUAL}": [2], f"sms{EQUAL}": [2]}
    assert counts([chosen]) == numbers
    assert rtsae.exactly(9).tolist() == [0, 10, 20]  # the most that there is an answer to
    assert Choice(np.array([5])).exactly(3).tolist() == [5]


@pytest.mark.slow
def test_each_clip_is_analysed_once_for_all_methods(data, weights, tmp_path, monkeypatch):
    calls = []

    def analysed(path, wanted, attention, budget):
        calls.append((path.name, [method.name for method in wanted], budget))
        one = SimpleNamespace(
            index_K=np.array([0, 5]),
            budget=tuple(SimpleNamespace(index_K=np.arange(k)) for k in range(1, 4)),
        )
        rows = {method.name: one for method in wanted}
        return SimpleNamespace(methods=rows, clip=SimpleNamespace(times_T=np.arange(12)))

    monkeypatch.setattr(keyframes, "analyze", analysed)
    protocol = KeyframeMethods(clips_per_class=1, methods=("rtsae", "sms"))
    found = protocol.run(context(data, weights, tmp_path))
    again = protocol.run(context(data, weights, tmp_path))
    assert sorted(calls) == [(f"{n}.mp4", ["rtsae", "sms"], True) for n in range(2)]
    assert again == found
    assert found["keyframes"][f"sms{EQUAL}"] == [2, 2]
    variants = found["outcomes"]["variants"]
    assert variants["rtsae"]["predicted"] == variants["sms"]["predicted"]
    assert variants[ALL]["kept"] == [1, 1]
