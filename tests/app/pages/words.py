"""What a layout says."""

from typing import Any

from dash.development.base_component import Component


def words(part: Any) -> str:
    """The text of a layout, in reading order."""
    if isinstance(part, str):
        return part
    if isinstance(part, list | tuple):
        return " ".join(filter(None, map(words, part)))
    return words(getattr(part, "children", "")) if isinstance(part, Component) else ""
