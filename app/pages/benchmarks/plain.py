"""Content that the page's script builds and Dash does not: its renderer does much for each element,
whatever it is, and the tables and runs of a reproduction have thousands."""

import json
from collections.abc import Sequence
from typing import Any

from dash.development.base_component import Component

TREE = "data-tree"  # [tag, attributes, children ...] of each child, as static/js/tree.js builds it


def plain(part: Component) -> Component:
    """The element with its content as data, which nothing in Dash may refer to."""
    content = [_tree(child) for child in _listed(part.children)]
    part.children = None
    setattr(part, TREE, json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    return part


def _tree(part: Any) -> Any:
    if not isinstance(part, Component):
        return str(part)
    form = part.to_plotly_json()
    attributes = {name: value for name, value in form["props"].items() if name != "children"}
    if "className" in attributes:
        attributes["class"] = attributes.pop("className")
    return [form["type"].lower(), attributes, *map(_tree, _listed(part.children))]


def _listed(children: Any) -> Sequence[Any]:
    if children is None:
        return ()
    return children if isinstance(children, list | tuple) else (children,)
