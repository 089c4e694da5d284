"""What a recogniser says of an analysed clip: the `recognition` object of the analysis schema."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model.features.types import Shots
from model.recognisers.base import Prediction, Recogniser, Session
from model.types import Keyframes

Watch = Callable[[str, int, int], None]
STAGE = "recognition"
RENDERED = "athletics"  # the data set that this program draws
MIXED_BACK = (0.25, 0.5, 0.75, 1.0)  # shares of the discarded steps


def recognise(
    recogniser: Recogniser,
    shots: Shots,
    methods: Mapping[str, Keyframes],
    flow: str,
    watch: Watch = lambda stage, done, total: None,
) -> dict[str, Any]:
    """Predictions on the whole clip, and on each method's keyframes alone.

    `full_multiply_adds` is what the clip costs with all of its `steps` computed to the end, to
    compare with each prediction's own. Where more frames cost little, each method also has
    `mixed_back`: its prediction with growing shares of the discarded steps in the clip again, the
    inverse analysis of section 5.1; and, with answers to a frame budget, `budget`: its predictions
    on exactly 1, 2, ... keyframes, entry k - 1 on k, with the likeliest class alone. A dual-stream
    network also says what each stream alone makes of the clip (`streams`), and its weight of
    fusion, w_f (`fusion`). `flow` is the algorithm that made the flow images; `watch` hears of each
    prediction, and what it raises ends the work.
    """
    total = 1 + len(methods)
    watch(STAGE, 0, total)
    session = recogniser.open(shots)
    whole = session.whole()
    watch(STAGE, 1, total)
    entries = {}
    for done, (name, keyframes) in enumerate(methods.items(), start=2):
        prediction = session.on(keyframes.index_K)
        entries[name] = {
            **_entry(recogniser, prediction),
            "seconds": prediction.seconds,
            "kept": _agree(prediction, whole),
            **_inverse(recogniser, session, prediction, whole),
            **_within_budget(recogniser, session, keyframes, whole),
        }
        watch(STAGE, done, total)
    return {
        "recognizer": recogniser.name,
        "weights": {
            "name": recogniser.weights_name,
            "sha256": recogniser.sha256,
            "trained_on": recogniser.trained_on,
        },
        "classes": len(recogniser.classes),
        "steps": len(session.shots),
        "full_multiply_adds": session.full,
        "whole": {**_entry(recogniser, whole), "seconds": whole.seconds},
        **_streams(recogniser, session),
        "methods": entries,
        "notices": [*whole.notices, *_notices(recogniser, session, methods, flow)],
    }


def _entry(recogniser: Recogniser, prediction: Prediction, top: int = 5) -> dict[str, Any]:
    return {
        "top": prediction.top(recogniser.classes, top),
        "frames": len(prediction.step_M),
        "multiply_adds": prediction.multiply_adds,
    }


def _streams(recogniser: Recogniser, session: Session) -> dict[str, Any]:
    """What each stream alone makes of the whole clip, and the weight by which they are fused."""
    found = {name: p.top(recogniser.classes) for name, p in session.streams().items()}
    return {"streams": found, "fusion": session.fusion} if found else {}


def _agree(prediction: Prediction, whole: Prediction) -> bool:
    return bool(prediction.probability_C.argmax() == whole.probability_C.argmax())


def _inverse(
    recogniser: Recogniser, session: Session, prediction: Prediction, whole: Prediction
) -> dict[str, Any]:
    """Predictions with shares of the discarded steps mixed back in, each holding the one before."""
    if not recogniser.mixes_back:
        return {}
    steps = np.arange(len(session.shots))
    discarded = np.random.default_rng(0).permutation(np.setdiff1d(steps, prediction.step_M))
    choices = [
        np.union1d(prediction.step_M, discarded[: round(share * len(discarded))])
        for share in MIXED_BACK
    ]
    found = [
        _entry(recogniser, mixed) | {"share": share, "kept": _agree(mixed, whole)}
        for share, mixed in zip(MIXED_BACK, session.each(choices), strict=True)
    ]
    return {"mixed_back": found}


def _within_budget(
    recogniser: Recogniser, session: Session, keyframes: Keyframes, whole: Prediction
) -> dict[str, Any]:
    """Predictions on the method's answers to exactly 1, 2, ... keyframes."""
    if not recogniser.mixes_back or not keyframes.budget:
        return {}
    choices = [session.shots.nearest(answer.index_K) for answer in keyframes.budget]
    found = [
        _entry(recogniser, prediction, top=1) | {"kept": _agree(prediction, whole)}
        for prediction in session.each(choices)
    ]
    return {"budget": found}


def _notices(
    recogniser: Recogniser, session: Session, methods: Mapping[str, Keyframes], flow: str
) -> list[str]:
    """What a reader must know to judge the predictions."""
    notices, shots = [], session.shots
    if recogniser.trained_on == RENDERED:
        notices.append("The recognizer knows rendered scenes alone: on footage it guesses.")
    off = any(not np.isin(found.index_K, shots.index_S).all() for found in methods.values())
    if off:
        notices.append(f"Keyframes are recognised at the nearest of {len(shots)} steps.")
    if recogniser.needs_flow and recogniser.flow not in (None, flow):
        notices.append(f"The recognizer was trained on {recogniser.flow} flow, this is {flow}.")
    return notices
