"""Links to what a page shows, as files."""

from collections.abc import Mapping
from typing import Any

from dash import html


def downloads(files: Mapping[str, str], **more: Any) -> html.P:
    """A link a file: its format, and its address, which names the file that comes of it."""
    links = [
        html.A(name, href=href, download="", **{"aria-label": f"Export as {name}"})
        for name, href in files.items()
    ]
    return html.P(["Export", *links], className="downloads", **more)
