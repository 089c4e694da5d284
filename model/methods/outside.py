"""Methods from outside the repository: checked before they are listed, contained when they run.

A bug in a method of this folder is to be seen, so it ends the analysis; one in a package or file
that somebody plugged in costs no more than its own keyframes.
"""

import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from model.errors import InvalidValue, PluginFailed
from model.features import descriptors
from model.features.types import Features
from model.methods.base import Method, check_number, parameter
from model.plugins import FAILURES, Source, in_words, load_entry_points, load_file
from model.types import Keyframes

GROUP = "kairoscope.methods"  # of entry points
NAME = re.compile(r"[a-z][a-z0-9_-]*")
TAKEN = ("all", "decode", "recognition")  # mean something else on the command line, in progress
OURS = f"{__package__}."


@dataclass(frozen=True)
class Plugin:
    """A file or an entry point: its methods by name, the digest of its code, and what is wrong
    with what it brought besides."""

    source: str
    methods: Mapping[str, type[Method]]
    sha256: str
    fault: str | None

    def to_json(self) -> dict[str, Any]:
        """Source, names of methods and fault, for pages and REST."""
        return {"source": self.source, "methods": list(self.methods), "fault": self.fault}


def load(files: Sequence[Path], built_in: Collection[str]) -> tuple[Plugin, ...]:
    """The installed packages' and the files' methods. Raises nothing: what is faulty says so.

    Of two methods of one name the built-in, then the earlier one stays.
    """
    owners = dict.fromkeys(built_in, "a built-in method")
    sources = [*load_entry_points(GROUP, Method), *(load_file(path, Method) for path in files)]
    return tuple(_admitted(source, owners) for source in sources)


def _admitted(source: Source, owners: dict[str, str]) -> Plugin:
    """The plug-in of a source; `owners` tells who has which name, and learns the new ones."""
    methods: dict[str, type[Method]] = {}
    faults = [source.fault] if source.fault else []
    for cls in source.classes:
        if _is_base(cls, source.classes):
            continue
        fault = fault_of(cls)
        if fault is None and cls.name in owners:
            fault = f"the name {cls.name!r} is taken by {owners[cls.name]}"
        if fault is None:
            methods[cls.name], owners[cls.name] = cls, source.name
        else:
            faults.append(f"{cls.__name__}: {fault}.")
    return Plugin(source.name, methods, source.sha256, " ".join(faults) or None)


def _is_base(cls: type[Method], classes: Collection[type[Method]]) -> bool:
    """Whether it is only there to be derived from."""
    derived = any(cls in other.__mro__[1:] for other in classes)
    return derived and (inspect.isabstract(cls) or "name" not in vars(cls))


def fault_of(cls: type[Method]) -> str | None:
    """What keeps the class from being a method, as a sentence without its full stop, or None."""
    try:
        return next(_faults(cls), None)
    except FAILURES as error:
        return in_words(error, _file(cls))


def _faults(cls: type[Method]) -> Iterator[str]:
    """Every fault; a check relies on what those before it made sure of."""
    if inspect.isabstract(cls):
        yield f"it does not define {', '.join(sorted(cls.__abstractmethods__))}"
    name, title, needs = (getattr(cls, key, None) for key in ("name", "title", "needs"))
    if "name" not in vars(cls) or not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"wanted a name of small letters, digits, - and _, e.g. 'my-method', got {name!r}"
    if name in TAKEN:
        yield f"the name {name!r} means something else"
    if not isinstance(title, str) or not title.strip():
        yield f"wanted a title, got {title!r}"
    if not isinstance(needs, frozenset | set):
        yield f"needs: wanted a frozenset of descriptors, got {needs!r}"
    known = descriptors.names()
    if unknown := sorted(set(needs or ()) - known):
        yield f"needs: no descriptor {unknown[0]!r}; known are {', '.join(sorted(known))}"
    if bare := [key for key, value in vars(cls).items() if isinstance(value, dataclasses.Field)]:
        yield f"{bare[0]} is not read: put @dataclass(frozen=True) above the class"
    for spec in dataclasses.fields(cls):
        yield from _parameter_faults(spec)
    if cls.run is not Method.run:
        yield "it overrides run: override select"
    if cls.from_parameters({}) != cls():
        yield "from_parameters({}) does not give the defaults"
    described = json.loads(json.dumps(cls.describe(), allow_nan=False))
    plain = vars(Method)["describe"].__get__(None, cls)()
    if described != json.loads(json.dumps(plain)):
        yield "describe() says something else than its name, title, docstring and parameters"


def _parameter_faults(spec: "dataclasses.Field[Any]") -> Iterator[str]:
    if spec.metadata.keys() != parameter(0, "").metadata.keys():
        yield f"{spec.name} was not made with parameter(default, help, ...)"
    default, meta = spec.default, spec.metadata
    if spec.name == "keyframes":
        yield "keyframes is the number that the user asks for: name the parameter otherwise"
    if type(default) not in (bool, int, float, str):
        yield f"{spec.name}: wanted a default of type bool, int, float or str, got {default!r}"
    if not isinstance(meta["help"], str) or not meta["help"].strip():
        yield f"{spec.name} has no help"
    if type(default) in (int, float) and (meta["low"] is None or meta["high"] is None):
        yield f"{spec.name} has no range: give low and high"
    if type(default) is str and not meta["choices"]:
        yield f"{spec.name} has no choices"


def run(method: Method, features: Features, k: int | None = None) -> Keyframes:
    """`method.run`; one from outside may fail only itself.

    It reads the features without being able to change them, and its whole answer is checked.
    Raises PluginFailed saying what it did wrong, InvalidParameter for k < 1, and whatever a
    built-in method raises.
    """
    if type(method).__module__.startswith(OURS):
        return method.run(features, k)
    check_number(k)
    file = _file(type(method))
    try:
        return _sound(method.run(_read_only(features), k))
    except FAILURES as error:
        cause = error.message if isinstance(error, InvalidValue) else in_words(error, file)
        raise PluginFailed({method.name: f"{Path(file).name}: {cause}."}) from error


def _file(cls: type) -> str:
    """The file that defines it."""
    return str(getattr(sys.modules.get(cls.__module__), "__file__", None) or cls.__module__)


def _read_only(features: Features) -> Features:
    rows = {name: _view(array) for name, array in features.descriptors.items()}
    return dataclasses.replace(features, times_T=_view(features.times_T), descriptors=rows)


def _view(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _sound(found: Keyframes) -> Keyframes:
    """The same through JSON, as every reader gets it. Raises what JSON and types refuse."""
    curves = found.curves.values()
    texts = (*found.notices, *found.curves, *(t for c in curves for t in (c.label, c.unit)))
    if not all(isinstance(text, str) for text in texts):
        raise InvalidValue(f"wanted texts for notices, names, labels and units, got {texts}")
    if any(curve.value.ndim != 1 for curve in curves):
        raise InvalidValue("wanted curves of one dimension")
    return Keyframes.from_json(
        found.method, json.loads(json.dumps(found.to_json(), allow_nan=False))
    )
