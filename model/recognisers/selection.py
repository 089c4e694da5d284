"""The keyframes of a whole clip for a recogniser that was trained on those of a method."""

from dataclasses import replace

from model.errors import PluginFailed
from model.features.types import Features
from model.methods import registry
from model.methods.base import Method
from model.methods.outside import run
from model.recognisers.base import Recogniser
from model.types import Keyframes


def own_method(recogniser: Recogniser) -> Method | None:
    """The method with its defaults, as in training; None where there is none, or not here."""
    kind = registry().get(recogniser.selection)
    return kind() if kind else None


def selected(recogniser: Recogniser, features: Features, attention: str = "") -> Keyframes | None:
    """As many keyframes as the recogniser's own method chooses by itself; None where it has none,
    and where the method cannot be run on these features.

    `attention` is the sha256 of the model whose gate they hold. The notices are those that matter
    to recognition, not the method's.
    """
    method = own_method(recogniser)
    if method is None or (method.needs_gate and features.gate is None):
        return None
    try:
        found = run(method, features)
    except PluginFailed:
        return None
    by_another = method.needs_gate and recogniser.selection_sha256 not in ("", attention)
    return replace(found, notices=(_by_another(method),) if by_another else ())


def _by_another(method: Method) -> str:
    return (
        f"The recognizer was trained on keyframes of {method.title} by another attention "
        "checkpoint than that of this analysis."
    )
