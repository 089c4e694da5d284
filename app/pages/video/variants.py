"""Rows of other runs beside those of the run on the page: the same methods, set otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from model.methods import registry
from model.types import Analysis, Keyframes


@dataclass(frozen=True)
class Variant:
    """A method of another run. `key` is its name and how it was set, after a space."""

    key: str
    job: str
    method: str


def settings(kept: Keyframes) -> str:
    """How a method was set, where not as it is by default: `prominence 0.35, 8 keyframes`."""
    known = registry().get(kept.method)
    usual = {p["name"]: p["default"] for p in known.describe()["parameters"]} if known else {}
    parts = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in kept.parameters.items()
        if name != "keyframes" and value != usual.get(name)
    ]
    wanted = kept.parameters.get("keyframes")
    return ", ".join([*parts, *([f"{wanted} keyframes"] if wanted else [])])


def beside(analysis: Analysis, others: Mapping[str, Analysis]) -> tuple[Analysis, list[Variant]]:
    """The analysis with those methods of the other runs, by job, that it has not as they are."""
    methods, found = dict(analysis.methods), []
    recognised = dict(analysis.recognition.get("methods", {}))
    for job, other in others.items():
        entries = other.recognition.get("methods", {})
        for key, name, kept in _others(methods, analysis, other):
            methods[key] = replace(kept, method=key)
            found.append(Variant(key, job, name))
            if name in entries:
                recognised[key] = entries[name]
    recognition: Mapping[str, Any] = analysis.recognition and {
        **analysis.recognition, "methods": recognised,
    }  # fmt: skip
    return replace(analysis, methods=methods, recognition=recognition), found


def _others(
    methods: Mapping[str, Keyframes], analysis: Analysis, other: Analysis
) -> Iterator[tuple[str, str, Keyframes]]:
    """Key, name and keyframes of what is set otherwise than what `methods` has already."""
    weights = other.provenance.get("attention", {})
    same_weights = weights.get("sha256") == analysis.provenance.get("attention", {}).get("sha256")
    for name, kept in other.methods.items():
        known = registry().get(name)
        gated = known is not None and known.needs_gate
        shown = methods.get(name)
        if shown and shown.parameters == kept.parameters and (same_weights or not gated):
            continue
        how = settings(kept) or "as usual"
        if gated and not same_weights:
            how += f", weights {weights.get('name', 'none')}"
        if f"{name} {how}" not in methods:
            yield f"{name} {how}", name, kept
