"""What a recogniser says of an analysed clip: the `recognition` object of the analysis schema."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model.recognisers.base import Prediction, Recogniser, Session
from model.types import Keyframes

Watch = Callable[[str, int, int], None]
STAGE = "recognition"
RENDERED = "athletics"  # the data set that this program draws
MIXED_BACK = (0.25, 0.5, 0.75, 1.0)  # shares of the discarded steps
MOST_ADDED = 0.25  # by the inverse analysis, of what recognition costs: compact adds 6 % at most


def recognise(
    recogniser: Recogniser,
    session: Session,
    methods: Mapping[str, Keyframes],
    flow: str,
    watch: Watch = lambda stage, done, total: None,
) -> dict[str, Any]:
    """Predictions on the whole clip that `session` opened, and on each method's keyframes alone.

    `full_multiply_adds` is what the clip costs with all of its `steps` computed to the end, to
    compare with each prediction's own. Where more frames cost little, each method also has
    `mixed_back`: its prediction with growing shares of the discarded steps in the clip again, the
    inverse analysis of section 5.1 (it needs every step: left out, with a notice, where those that
    a gate spared would cost more than MOST_ADDED); and, with answers to a frame budget, `budget`:
    its predictions on exactly 1, 2, ... keyframes, entry k - 1 on k, with the likeliest class
    alone. A dual-stream network also says what each stream alone makes of the clip (`streams`), and
    its weight of fusion, w_f (`fusion`). `flow` is the algorithm that made the flow images; `watch`
    hears of each prediction, and what it raises ends the work.
    """
    total = 1 + len(methods) + (len(methods) if recogniser.mixes_back else 0)
    watch(STAGE, 0, total)
    whole = session.whole()
    watch(STAGE, 1, total)
    streams = _streams(recogniser, session)
    on, entries = {}, {}
    for done, (name, keyframes) in enumerate(methods.items(), start=2):
        on[name] = session.on(keyframes.index_K)
        entries[name] = {
            **_entry(recogniser, on[name]),
            "seconds": on[name].seconds,
            "kept": _agree(on[name], whole),
            **_within_budget(recogniser, session, keyframes, whole),
        }
        watch(STAGE, done, total)
    inverse, left_out = _inverse(recogniser, session, on, whole, watch)
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
        **streams,
        "methods": {name: entry | inverse.get(name, {}) for name, entry in entries.items()},
        "notices": [*whole.notices, *_notices(recogniser, session, methods, flow), *left_out],
    }


def beyond_gate(session: Session, found: Mapping[str, Any]) -> dict[str, Any]:
    """What of the clip went beyond the gate until now, for the `compute` of the analysis: of its
    `steps` those for `recognition` itself, and how many more for `comparisons`, which are all other
    predictions that `recognise` has `found`. Empty for a network without a gate."""
    if session.beyond is None:
        return {}
    own = found["whole"]["frames"]
    steps = {"steps": found["steps"], "recognition": own, "comparisons": session.beyond - own}
    return {"beyond_gate": steps}


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
    recogniser: Recogniser,
    session: Session,
    on: Mapping[str, Prediction],
    whole: Prediction,
    watch: Watch,
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """`mixed_back` of each method by its prediction `on` its keyframes, or why there is none."""
    done, total = 1 + len(on), 1 + 2 * len(on)
    if not recogniser.mixes_back or not on:
        return {}, []
    lacking, price = _added(session, whole)
    if price > MOST_ADDED:
        watch(STAGE, total, total)
        return {}, [
            f"Discarded steps are not mixed back in: {lacking} more beyond the gate would add "
            f"{100 * price:.0f} % to what recognition has cost. `kairoscope evaluate recognition` "
            "does it, on labelled clips."
        ]
    mixed = {}
    for number, (name, prediction) in enumerate(on.items(), start=1):
        mixed[name] = {"mixed_back": _mixed_back(recogniser, session, prediction, whole)}
        watch(STAGE, done + number, total)
    return mixed, []


def _added(session: Session, whole: Prediction) -> tuple[int, float]:
    """The steps that nothing has computed beyond the gate yet, and what computing them would add to
    the multiply-adds of the whole clip and of the comparisons so far, as a share of these."""
    if session.beyond is None:
        return 0, 0.0
    lacking, compared = len(session.shots) - session.beyond, session.beyond - len(whole.step_M)
    spent = whole.multiply_adds + compared * session.step_beyond
    return lacking, lacking * session.step_beyond / spent


def _mixed_back(
    recogniser: Recogniser, session: Session, prediction: Prediction, whole: Prediction
) -> list[dict[str, Any]]:
    """Predictions with shares of the discarded steps mixed back in, each holding the one before."""
    steps = np.arange(len(session.shots))
    discarded = np.random.default_rng(0).permutation(np.setdiff1d(steps, prediction.step_M))
    choices = [
        np.union1d(prediction.step_M, discarded[: round(share * len(discarded))])
        for share in MIXED_BACK
    ]
    return [
        _entry(recogniser, mixed) | {"share": share, "kept": _agree(mixed, whole)}
        for share, mixed in zip(MIXED_BACK, session.each(choices), strict=True)
    ]


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
