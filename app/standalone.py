"""One HTML file that opens offline, its figures live, and asks nobody for anything.

Fonts, the part of plotly.js that the figures need and all data are inside; the
Content-Security-Policy forbids every request.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

import plotly.graph_objects as go

from app.static_files import STATIC

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
)
DATA = '<script type="application/json" id="{}">'
END = "</script>"
PLOTLY = "vendor/plotly/plotly-cartesian-4.1.1.min.js"  # its name changes: browsers keep it


def page(
    title: str, body: Iterable[str], figures: Mapping[str, go.Figure], data: Mapping[str, str]
) -> bytes:
    """The file. `body` is HTML, in which `figure(key)` marks the place of each of `figures`; `data`
    are further JSON texts by id, for `embedded`."""
    name = escape(title)
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name} · Kairoscope</title><style>{_fonts()}{_static('css/report.css')}</style>"
    )
    texts = {key: drawn.to_json() for key, drawn in figures.items()} | dict(data)
    scripts = (f"<script>{code}{END}" for code in map(_static, (PLOTLY, "js/report.js")))
    parts = [
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>',
        *body,
        "</main>",
        *(_data(key, text) for key, text in texts.items()),
        *scripts,
        "</body></html>",
    ]
    return "\n".join(parts).encode()


def embedded(text: str, key: str) -> str | None:
    """The JSON text of this id in such a file; None where there is none."""
    _, begin, rest = text.partition(DATA.format(key))
    return rest.partition(END)[0] if begin else None


def figure(key: str) -> str:
    """The place of the figure of this key."""
    return f'<div data-figure="{key}"></div>'


def section(title: str, *content: str) -> str:
    """A part of the page beneath a heading, which is text."""
    return f"<section><h2>{escape(title)}</h2>{''.join(content)}</section>"


def values(rows: Iterable[tuple[str, str]]) -> str:
    """A table of names and values, both text."""
    lines = (
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>'
        for key, value in rows
    )
    return f'<table class="values"><tbody>{"".join(lines)}</tbody></table>'


def flat(content: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as names and texts."""
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{within}{key}, ")
        else:
            yield within + key, _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _data(key: str, text: str) -> str:
    """JSON that no HTML parser reads as anything else."""
    return DATA.format(key) + text.replace("<", "\\u003c") + END


def _fonts() -> str:
    """The faces with their files in them."""

    def inside(found: re.Match[str]) -> str:
        file = (STATIC / "css" / found[1]).read_bytes()
        return f'url("data:font/woff2;base64,{b64encode(file).decode()}")'

    return re.sub(r'url\("([^"]+)"\)', inside, _static("css/fonts.css"))


def _static(path: str) -> str:
    return (STATIC / path).read_text(encoding="utf-8")
