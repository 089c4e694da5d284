"""What a layout says."""

import json
from typing import Any

from dash.development.base_component import Component


def words(part: Any) -> str:
    """The text of a layout, in reading order."""
    if isinstance(part, str):
        return part
    if isinstance(part, list | tuple):
        return " ".join(filter(None, map(words, part)))
    if not isinstance(part, Component):
        return ""
    tree = getattr(part, "data-tree", None)
    return words(_texts(json.loads(tree)) if tree else getattr(part, "children", ""))


def _texts(trees: list[Any]) -> list[str]:
    """Of content that the page's script builds, [tag, attributes, children ...] each."""
    return [words(tree if isinstance(tree, str) else _texts(tree[2:])) for tree in trees]
