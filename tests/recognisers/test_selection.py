"""Vanilla ARCH sees a whole clip by the keyframes of the method that it was trained on."""

import numpy as np
import pytest

from model.analyze import analyze
from model.errors import PluginFailed
from model.features.types import Shots
from model.methods import registry
from model.recognisers.arch import ARCHRecogniser, sms_steps
from tests.clips import moving_square, write_clip
from tests.test_analyze import StandIn


class Noting(ARCHRecogniser):
    """Of random weights, with the card of one that was trained on a method's keyframes; notes the
    steps that it is given."""

    seen: Shots

    @classmethod
    def trained_on_keyframes_of(cls, selection: str, attention: str = "") -> "Noting":
        origin = {"selection": selection, "attention_sha256": attention}
        return cls(ARCHRecogniser.untrained().network, {"origin": origin})

    def open(self, shots):
        self.seen = shots
        return super().open(shots)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A square that stands, and leaps twice: SMS finds what even spacing does not."""
    frames = moving_square(70)
    still = [frames[0]] * 10 + frames[:6] + [frames[6]] * 22 + frames[6:12] + [frames[12]] * 26
    return write_clip(tmp_path_factory.mktemp("clip") / "leaps.mp4", still)


def analysed(clip, recogniser, *names, **options):
    return analyze(clip, [registry()[name]() for name in names], recogniser=recogniser, **options)


def on(recogniser, index_K):
    """What it makes of these frames: its whole answer, when they are its keyframes."""
    session = recogniser.open(recogniser.seen)
    return session.on(index_K).top(recogniser.classes)


@pytest.mark.slow
@pytest.mark.parametrize("selection", ["sms", "average", "rtsae"])
def test_the_whole_clip_is_seen_by_the_method_of_its_training(clip, selection):
    attention = StandIn() if selection == "rtsae" else None
    chosen = analysed(clip, None, "sms", "average", *(["rtsae"] if attention else []),
                      attention=attention).methods  # fmt: skip
    recogniser = Noting.trained_on_keyframes_of(selection, StandIn.sha256)
    found = analysed(clip, recogniser, "uniform", keyframes=3, attention=attention).recognition
    assert found["whole"]["top"] == on(recogniser, chosen[selection].index_K)
    others = [on(recogniser, chosen[name].index_K) for name in chosen if name != selection]
    assert found["whole"]["top"] not in others
    assert not any("trained on keyframes" in notice for notice in found["notices"])


@pytest.mark.slow
def test_without_its_method_sms_stands_in_and_is_named(clip):
    for selection, title, how in (
        ("rtsae", "RTSAE (attention)", " Ask for rtsae, too."),
        ("nosuch", "nosuch", ""),
    ):
        recogniser = Noting.trained_on_keyframes_of(selection)
        found = analysed(clip, recogniser).recognition
        assert found["notices"] == [
            f"The recognizer was trained on keyframes of {title}, which this analysis lacks: it "
            f"names the whole clip by those of SMS (reconstruction).{how}"
        ]
        step_K = sms_steps(recogniser.seen, recogniser.seen.flow_SHWC)
        assert found["whole"]["top"] == on(recogniser, recogniser.seen.index_S[step_K])


@pytest.mark.slow
def test_keyframes_by_another_attention_are_told(clip):
    told = []
    for attention in (StandIn.sha256, "f" * 64):
        recogniser = Noting.trained_on_keyframes_of("rtsae", attention)
        told.append(analysed(clip, recogniser, attention=StandIn()).recognition["notices"])
    assert told == [
        [],
        [
            "The recognizer was trained on keyframes of RTSAE (attention) by another attention "
            "checkpoint than that of this analysis."
        ],
    ]


@pytest.mark.slow
def test_a_method_that_fails_is_stood_in_for(clip, monkeypatch):
    def fail(method, features):
        raise PluginFailed({method.name: "average.py: ValueError: no."})

    monkeypatch.setattr("model.recognisers.selection.run", fail)
    found = analysed(clip, Noting.trained_on_keyframes_of("average")).recognition
    assert "Average sampling, which this analysis lacks" in found["notices"][0]


def test_some_steps_of_a_clip_keep_what_its_method_chose():
    images = np.zeros((4, 8, 8, 3), np.uint8)
    chosen = object()
    shots = Shots(np.arange(4), np.arange(4) / 10, images, stride=2, selected=chosen)
    part = shots.thinned(2)
    assert part.index_S.tolist() == [1, 3]
    assert (part.flow_SHWC, part.stride, part.selected) == (None, 2, chosen)
