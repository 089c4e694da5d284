"""Recognition inside an analysis: a stand-in whose answers can be worked out by hand."""

import json

import numpy as np
import pytest

from model.analyze import analyze
from model.errors import Cancelled
from model.features.types import Shots
from model.methods import registry
from model.recognisers.base import Prediction, Recogniser, Session
from model.recognisers.report import recognise
from model.types import Analysis, Keyframes
from tests.clips import grey_frames, write_clip

T, FPS = 40, 20


class Brightness(Recogniser):
    """Says `dark` or `bright` by the mean grey of the frames it sees: no network."""

    name, title, knows = "brightness", "Brightness", "two"
    classes = ("dark", "bright")
    steps_per_second, size = 5.0, 16
    weights_name, sha256, trained_on = "by hand", "f" * 64, "greys"

    @classmethod
    def load(cls, weights, device="cpu"):
        return cls()

    @classmethod
    def untrained(cls, seed=0):
        return cls()

    def open(self, shots):
        return BrightnessSession(shots)


class BrightnessSession(Session):
    @property
    def full(self):
        return 100 * len(self.shots)

    def _whole(self):
        return self._on(np.arange(len(self.shots)))

    def _on(self, step_M):
        bright = self.shots.rgb_SHWC[step_M].mean() / 255
        return Prediction(np.array([1 - bright, bright]), step_M, 100 * len(step_M))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Ever brighter: grey 30 to 220."""
    path = tmp_path_factory.mktemp("clip") / "grey.mp4"
    return write_clip(path, grey_frames(T), fps=FPS, options={"qp": "0"})


def methods(*names):
    return [registry()[name]() for name in names]


@pytest.mark.slow
def test_the_report_of_a_clip_whose_answers_are_known(clip):
    analysis = analyze(clip, methods("uniform"), keyframes=2, recogniser=Brightness())
    found = analysis.recognition
    assert found["recognizer"] == "brightness"
    assert found["weights"] == {"name": "by hand", "sha256": "f" * 64, "trained_on": "greys"}
    assert (found["classes"], found["steps"], found["full_multiply_adds"]) == (2, 10, 1000)
    steps_S = np.arange(0, T, 4)
    grey_T = np.linspace(30, 220, T).round()
    whole = {entry["label"]: entry["probability"] for entry in found["whole"]["top"]}
    assert whole["dark"] == pytest.approx(1 - grey_T[steps_S].mean() / 255, abs=0.01)
    kept = analysis.methods["uniform"].index_K
    nearest = [steps_S[np.abs(steps_S - index).argmin()] for index in kept]
    on = {e["label"]: e["probability"] for e in found["methods"]["uniform"]["top"]}
    assert on["bright"] == pytest.approx(grey_T[nearest].mean() / 255, abs=0.01)
    assert found["methods"]["uniform"]["frames"] == 2
    assert found["methods"]["uniform"]["multiply_adds"] == 200
    assert found["notices"] == ["Keyframes are recognised at the nearest of 10 steps."]
    assert analysis.provenance["recognition"]["name"] == "brightness"
    assert analysis.compute["seconds"]["recognition"] > 0


def recognised(recogniser, shots, methods):
    return recognise(recogniser, recogniser.open(shots), methods, "dis")


def test_kept_means_the_same_likeliest_class_as_on_the_whole_clip(clip):
    index_S = np.arange(4)
    rgb = np.array([10, 20, 30, 250], np.uint8)[:, None, None, None] + np.zeros(
        (4, 8, 8, 3), np.uint8
    )
    shots = Shots(index_S, index_S / 5, rgb)
    chosen = {
        name: Keyframes(name, np.array(k), np.array(k) / 5, np.ones(len(k)))
        for name, k in {"same": [0, 2], "other": [3]}.items()
    }
    found = recognised(Brightness(), shots, chosen)
    assert found["whole"]["top"][0]["label"] == "dark"
    assert {name: entry["kept"] for name, entry in found["methods"].items()} == {
        "same": True,
        "other": False,
    }
    assert found["notices"] == []  # every keyframe is a step itself


@pytest.mark.slow
def test_flow_that_the_recogniser_was_not_trained_on_is_said(clip):
    class Flowing(Brightness):
        needs_flow, flow = True, "tvl1"

    found = analyze(clip, [], recogniser=Flowing(), flow="farneback").recognition
    assert found["notices"] == ["The recognizer was trained on tvl1 flow, this is farneback."]


@pytest.mark.slow
def test_a_recogniser_of_rendered_scenes_says_so(clip):
    class Rendered(Brightness):
        trained_on = "athletics"

    (notice,) = analyze(clip, [], recogniser=Rendered()).recognition["notices"]
    assert "rendered scenes alone" in notice


@pytest.mark.slow
def test_without_a_recogniser_the_object_is_empty(clip):
    assert analyze(clip, methods("uniform")).recognition == {}


@pytest.mark.slow
def test_it_survives_json(clip):
    analysis = analyze(clip, methods("uniform", "sms"), recogniser=Brightness())
    data = json.loads(json.dumps(analysis.to_json(), allow_nan=False))
    assert data["recognition"] == analysis.recognition
    assert Analysis.from_json(data).to_json() == data


@pytest.mark.slow
def test_progress_and_cancelling_reach_the_predictions(clip):
    seen = []
    analyze(clip, methods("uniform", "sms"), recogniser=Brightness(), on_progress=seen.append)
    assert [(p.done, p.total) for p in seen if p.stage == "recognition"] == [
        (0, 3), (1, 3), (2, 3), (3, 3),
    ]  # fmt: skip
    heard = []

    def cancelled():
        return bool(heard) and heard[-1].stage == "recognition"

    with pytest.raises(Cancelled):
        analyze(
            clip,
            methods("uniform"),
            recogniser=Brightness(),
            on_progress=heard.append,
            cancelled=cancelled,
        )
    assert heard[-1].done == 0


def test_the_inverse_analysis_is_watched():
    told = []
    recogniser, shots = Mixing(), ramp()
    methods = {"first": at(0), "last": at(72, 76)}
    session = recogniser.open(shots)
    recognise(recogniser, session, methods, "dis", lambda *what: told.append(what))
    assert told == [("recognition", done, 5) for done in range(6)]

    def stop(stage, done, total):
        if done == 4:  # of one method discarded steps are mixed back in
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        recognise(recogniser, recogniser.open(shots), methods, "dis", stop)


def test_top_is_sorted_and_short():
    prediction = Prediction(np.array([0.1, 0.4, 0.2, 0.3]), np.array([0]), 1)
    assert prediction.top(["a", "b", "c", "d"], 2) == [
        {"label": "b", "probability": 0.4},
        {"label": "d", "probability": 0.3},
    ]


class Mixing(Brightness):
    mixes_back = True


def ramp() -> Shots:
    """Twenty steps, every fourth frame, ever brighter."""
    index_S = np.arange(0, 80, 4)
    rgb = np.linspace(0, 250, 20).astype(np.uint8)[:, None, None, None] + np.zeros(
        (20, 8, 8, 3), np.uint8
    )
    return Shots(index_S, index_S / 10, rgb)


def at(*index_K: int, **more) -> Keyframes:
    return Keyframes(
        "last", np.array(index_K), np.array(index_K) / 10, np.ones(len(index_K)), **more
    )


def test_discarded_steps_mixed_back_in_end_with_the_whole_clip():
    found = recognised(Mixing(), ramp(), {"last": at(72, 76)})
    rows = found["methods"]["last"]["mixed_back"]
    assert [row["share"] for row in rows] == [0.25, 0.5, 0.75, 1.0]
    assert [row["frames"] for row in rows] == [6, 11, 16, 20]  # of 18 discarded: 4 (4.5), 9, 14, 18
    assert [row["multiply_adds"] for row in rows] == [600, 1100, 1600, 2000]
    assert rows[-1]["top"] == found["whole"]["top"]
    assert rows[-1]["kept"]


def test_each_answer_to_a_frame_budget_is_recognised():
    kept = at(72, 76, budget=(at(76), at(0, 76), at(0, 4, 76)))
    found = recognised(Mixing(), ramp(), {"last": kept, "other": at(0)})
    assert found["whole"]["top"][0]["label"] == "dark"
    rows = found["methods"]["last"]["budget"]
    assert [row["frames"] for row in rows] == [1, 2, 3]
    assert [row["multiply_adds"] for row in rows] == [100, 200, 300]
    assert [[t["label"] for t in row["top"]] for row in rows] == [["bright"], ["dark"], ["dark"]]
    assert [row["kept"] for row in rows] == [False, True, True]
    assert "budget" not in found["methods"]["other"]
    plain = recognised(Brightness(), ramp(), {"last": kept})
    assert "budget" not in plain["methods"]["last"]  # each further choice would cost it too much
