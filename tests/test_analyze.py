"""The main job: video in, Analysis out, with progress, cancellation and honest totals."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.analyze import analyze
from model.errors import Cancelled, InvalidParameter, UnreadableVideo
from model.methods import registry
from model.types import SCHEMA, Analysis, FrameScores
from model.video import nursery
from tests.clips import grey_frames, moving_square, write_clip
from tests.marks import quick
from tests.memory import taken_by

ROOT = Path(__file__).resolve().parents[1]
GATELESS = [name for name, method in registry().items() if not method.needs_gate]


class Pass:
    """A run of the stand-in attention: a step each `stride` frames, phi by brightness."""

    priced = False

    def __init__(self, stride):
        self.stride, self.index, self.time, self.level = stride, [], [], []

    def update(self, batch):
        assert batch.flows_NHW2 is not None
        for place in range(len(batch.times_N)):
            if (batch.start + place) % self.stride == 0:
                self.index.append(batch.start + place)
                self.time.append(batch.times_N[place])
                self.level.append(batch.frames_NHWC[place].mean())

    def scores(self, threshold=0.5, price=1.0):
        level_S = np.asarray(self.level)
        gate_S = level_S / 255
        return FrameScores(
            np.asarray(self.index),
            np.asarray(self.time),
            level_S / level_S.sum(),
            gate_S,
            gate_S > threshold,
            threshold,
        )

    def partial(self):
        return self.scores() if self.index else None

    def finish(self):
        return self


class StandIn:
    """The attention model's interface without torch."""

    name, sha256, device, steps_per_second = "stand-in", "0" * 64, "cpu", 8.0

    def __init__(self):
        self.card, self.flow = {"recipe": "none"}, "dis"

    def begin(self, steps_per_second=None):
        return Pass(1 if steps_per_second == 0 else 3)

    def compute(self, S, M):
        return {"full": 10 * S, "spent": 4 * S + 6 * M, "saved": 6 * (S - M)}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clips") / "square.mp4", moving_square(70))


def methods(*names):
    return [registry()[name]() for name in names]


def test_every_method_on_one_decode(clip, monkeypatch):
    started, fork = [], nursery.fork

    def counted(name, standard):
        started.append(name)
        return fork(name, standard)

    monkeypatch.setattr(nursery, "fork", counted)
    analysis = analyze(clip, methods(*registry()), keyframes=5, attention=StandIn())
    assert started == ["decode"]
    assert list(analysis.methods) == list(registry())
    assert all(len(found.index_K) == 5 for found in analysis.methods.values())
    assert analysis.clip.info.frames == 70
    assert analysis.steps.index_S.tolist() == list(range(0, 70, 3))
    spent = analysis.compute["seconds"]
    assert {"decode", "flow", "attention", "method:sms", "quality"} <= set(spent)
    S, M = len(analysis.steps.index_S), int(analysis.steps.open_S.sum())
    assert analysis.compute["operations"] == StandIn().compute(S, M)


def test_quality_of_a_method_that_reads_no_colours(tmp_path):
    greys = [32] * 5 + [160] * 3 + [224] * 2
    frames = [np.full((48, 64, 3), grey, np.uint8) for grey in greys]
    found = analyze(write_clip(tmp_path / "greys.mp4", frames), methods("uniform"), keyframes=1)
    assert found.methods["uniform"].index_K.tolist() == [5]
    assert found.methods["uniform"].quality == {"coverage": 0.3, "redundancy": 0.0}


@pytest.mark.slow
def test_the_result_survives_json(clip):
    analysis = analyze(clip, methods("uniform", "sms"), attention=StandIn())
    data = json.loads(json.dumps(analysis.to_json(), allow_nan=False))
    assert data["schema"] == SCHEMA
    assert Analysis.from_json(data).to_json() == data


@pytest.mark.slow
def test_provenance_names_what_determined_the_result(clip):
    found = analyze(
        clip, methods("uniform"), attention=StandIn(), flow="farneback", steps_per_second=0
    ).provenance
    assert found["flow"] == "farneback"
    assert found["attention"] == {
        "name": "stand-in",
        "sha256": "0" * 64,
        "recipe": "none",
        "device": "cpu",
        "steps_per_second": 0,
    }
    assert {"numpy", "av", "torch"} <= set(found["packages"])
    assert found["code"]


@pytest.mark.slow
def test_provenance_names_the_models_own_rate_when_none_is_asked(clip):
    found = analyze(clip, [], attention=StandIn()).provenance
    assert found["attention"]["steps_per_second"] == 8.0


@pytest.mark.slow
def test_without_attention_there_are_no_steps(clip):
    analysis = analyze(clip, methods("uniform"))
    assert analysis.steps is None
    assert "flow" not in analysis.compute["seconds"]
    assert "attention" not in analysis.provenance
    assert analysis.to_json()["steps"]["index"] == []


@pytest.mark.slow
def test_steps_are_computed_even_when_no_method_asks(clip):
    assert analyze(clip, [], attention=StandIn(), steps_per_second=0).steps.index_S.size == 70


@pytest.mark.slow
def test_progress_tells_of_every_batch_with_scores_then_of_every_method(clip):
    seen = []
    analyze(clip, methods("uniform", "sms"), attention=StandIn(), on_progress=seen.append)
    decode = [report for report in seen if report.stage == "decode"]
    assert [(report.done, report.total) for report in decode] == [
        (0, None),
        (32, 70),
        (64, 70),
        (70, 70),
    ]
    sizes = [len(report.partial.index_S) for report in decode[1:]]
    assert sizes == [11, 22, 24]
    assert [(report.stage, report.done) for report in seen[len(decode) :]] == [
        ("uniform", 0),
        ("uniform", 1),
        ("sms", 0),
        ("sms", 1),
    ]


@pytest.mark.slow
def test_the_total_is_corrected_when_the_header_claims_too_little(tmp_path):
    path = write_clip(tmp_path / "a.avi", grey_frames(70), codec="mpeg4")
    data = bytearray(path.read_bytes())
    length = data.index(b"strh") + 8 + 32  # the stream header's number of frames
    assert int.from_bytes(data[length : length + 4], "little") == 70
    data[length : length + 4] = (40).to_bytes(4, "little")
    path.write_bytes(data)
    seen = []
    analysis = analyze(path, [], on_progress=seen.append)
    assert [(report.done, report.total) for report in seen[1:]] == [(32, 40), (64, 64), (70, 70)]
    assert "the header claims 40 frames, 70 were decoded" in analysis.clip.info.warnings


@pytest.mark.slow
@pytest.mark.parametrize("after", quick(1, [1, 2, 5]))
def test_cancelling_stops_at_the_next_batch_or_method(clip, after):
    asked, seen = [], []

    def cancelled():
        asked.append(1)
        return len(asked) > after

    with pytest.raises(Cancelled):
        analyze(clip, methods("uniform", "sms"), on_progress=seen.append, cancelled=cancelled)
    assert len(seen) == after


def test_a_method_that_needs_the_model_says_so_before_decoding():
    with pytest.raises(InvalidParameter, match="rtsae needs the attention model") as caught:
        analyze("/nowhere.mp4", methods("rtsae"))
    assert caught.value.pointer == "/methods/rtsae"


def test_a_method_asked_for_twice_is_refused():
    with pytest.raises(InvalidParameter, match="'sms' is asked for twice"):
        analyze("/nowhere.mp4", methods("sms", "uniform", "sms"))


def test_an_unknown_flow_is_refused(clip):
    with pytest.raises(InvalidParameter, match="flow: wanted one of"):
        analyze(clip, [], flow="psychic")


@pytest.mark.slow
@pytest.mark.parametrize("frames", [grey_frames(1), grey_frames(3), [grey_frames(2)[0]] * 40])
def test_few_or_identical_frames_give_a_documented_result(tmp_path, frames):
    path = write_clip(tmp_path / "small.mp4", frames)
    analysis = analyze(path, methods(*registry()), keyframes=5, attention=StandIn())
    for found in analysis.methods.values():
        assert len(found.index_K) == min(5, len(frames))
        if len(frames) < 5:
            assert any("5" in notice for notice in found.notices)
    json.dumps(analysis.to_json(), allow_nan=False)


@pytest.mark.slow
def test_unreadable_videos_are_refused(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_text("nothing")
    with pytest.raises(UnreadableVideo):
        analyze(path, methods("uniform"))


@pytest.mark.slow
def test_torch_is_not_needed(clip):
    script = (
        "import sys\n"
        "from model.analyze import analyze\n"
        "from model.methods import registry\n"
        "analyze(sys.argv[1], [registry()['sms']()])\n"
        "print('torch' in sys.modules)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(clip)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert answer.stdout.strip() == "False"


@pytest.mark.slow
def test_memory_stays_flat_over_twenty_thousand_frames(tmp_path):
    """Ten times the frames may cost the rows of the descriptors, not the frames themselves."""
    script = (
        "import sys\n"
        "from model.analyze import analyze\n"
        "from model.methods import registry\n"
        "print(analyze(sys.argv[1], [registry()['uniform']()]).clip.info.frames)\n"
    )
    totals = {}
    for repeats in (5, 50):
        path = tmp_path / f"{repeats}.mkv"
        frames = (frame for _ in range(repeats) for frame in grey_frames(400, 32, 32))
        write_clip(path, frames, options={"preset": "ultrafast"})
        taken = taken_by([sys.executable, "-c", script, path])
        assert int(taken.output) == 400 * repeats
        totals[repeats] = taken.total
    assert totals[50] < totals[5] + 60_000_000  # bytes; 18,000 frames of 224 x 224 are 2.7 GB


@pytest.mark.exhaustive
@pytest.mark.slow
def test_what_a_frame_leaves_behind_is_small_for_every_method_without_the_network():
    """The frames are small and the flow is none: what grows are the rows and what methods make."""
    script = (
        "import resource, sys\n"
        "import numpy as np\n"
        "from model.features.extract import extract\n"
        "from model.features.types import FrameBatch\n"
        "from model.methods import registry\n"
        "from model.video.flow import FlowAlgorithm\n"
        "frames = np.random.default_rng(0).integers(0, 256, (100, 24, 24, 3), np.uint8)\n"
        "batches = (FrameBatch(start, (start + np.arange(100)) / 25, frames)\n"
        "           for start in range(0, int(sys.argv[1]), 100))\n"
        "still = FlowAlgorithm('none', lambda a, b: np.zeros((*a.shape, 2), np.float32))\n"
        "methods = [cls() for cls in registry().values() if not cls.needs_gate]\n"
        "wanted = {name for method in methods for name in method.needs}\n"
        "features = extract(batches, wanted, None, still)\n"
        "print(sum(method.run(features).index_K.size > 0 for method in methods))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = {}
    few, many = 4_000, 16_000
    for T in (few, many):
        answer = subprocess.run(
            [sys.executable, "-c", script, str(T)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        methods_run, peaks[T] = map(int, answer.stdout.split())
        assert methods_run >= 5
    per_frame = (peaks[many] - peaks[few]) * 1024 / (many - few)
    assert per_frame < 2_000  # bytes: 0.4 GB at the most frames that are accepted
