"""Recognisers of actions, one a file, discovered: a new file in this folder is a new recogniser."""

from functools import cache
from pathlib import Path

from model.errors import InvalidParameter
from model.plugins import discover
from model.recognisers.base import Recogniser, UnknownRecogniser
from model.weights import registry as weights

DEFAULT = "rtsae-dscnn"
AUTO, NONE = "auto", "none"


@cache
def registry() -> dict[str, type[Recogniser]]:
    """All recognisers by name, the default first; ImportError names both files of a duplicate."""
    found: dict[str, type[Recogniser]] = discover(__name__, __path__, Recogniser)
    return dict(sorted(found.items(), key=lambda item: (item[0] != DEFAULT, item[0])))


def get(name: str) -> type[Recogniser]:
    """The recogniser of this name; raises UnknownRecogniser listing the known ones."""
    try:
        return registry()[name]
    except KeyError:
        known = ", ".join([AUTO, NONE, *registry()])
        raise UnknownRecogniser(f"no recognizer {name!r}", f"Known: {known}.") from None


def choose(name: str, file: Path | None, folder: Path) -> tuple[type[Recogniser], Path] | None:
    """The recogniser of this name and its weights: `file`, else its own, shipped or pulled into
    `folder`; None for `none`, and for `auto` when the default's weights do not ship.

    Raises UnknownRecogniser, MissingWeights, or InvalidParameter for a file without its reader.
    """
    if name == NONE:
        if file is not None:
            raise InvalidParameter("weights of a recognizer, but no recognizer", "Name it, too.")
        return None
    recogniser = get(DEFAULT if name == AUTO else name)
    if file is not None:
        if not file.is_file():
            raise weights.MissingWeights(f"no weights at {file}", "Name a file that exists.")
        return recogniser, file
    if recogniser.weights is None:
        raise weights.MissingWeights(
            f"{recogniser.name} has no weights of its own",
            f"Train it: `kairoscope train {recogniser.name}`, then name its file.",
        )
    entry = weights.get(recogniser.weights)
    if name == AUTO and not entry.path(folder).is_file():
        return None
    return recogniser, entry.find(folder)
