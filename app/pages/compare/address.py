"""The address of two videos side by side: `a` and `b`, and perhaps a run of each."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

PLACES = ("a", "b")


def address(
    a: str, b: str | None = None, run_a: str | None = None, run_b: str | None = None
) -> str:
    """Where the video `a` is shown beside `b`, or beside one to be chosen; by these runs, or by the
    newest of each."""
    named = {"a": a, "b": b, "run-a": run_a, "run-b": run_b}
    return "/compare?" + urlencode({name: value for name, value in named.items() if value})


def read(search: str | None) -> Mapping[str, str]:
    """What the query of an address names, each once."""
    found: Mapping[str, Sequence[str]] = parse_qs((search or "").lstrip("?"))
    return {name: values[0] for name, values in found.items()}
