"""A report in one HTML file: opens offline, its figures live, and asks nobody for anything.

plotly.js of the installed package, the data, the thumbnails and the analysis itself are inside; its
Content-Security-Policy forbids every request.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from app.exports import analysis_json
from app.exports.source import InvalidExport, Source, reading
from app.figures.alone import attention_alone, curves_alone
from app.figures.methods import style_of, title_of
from app.static_files import STATIC
from model.types import Analysis, Indices, Keyframes

MOST_THUMBNAILS = 60  # of a method
THUMBNAIL = 240  # px, the longer side: shown at half of it
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
DATA = '<script type="application/json" id="{}">'
END = "</script>"


def write(source: Source) -> bytes:
    """The page. Raises UnreadableVideo, VideoTooLarge or InvalidParameter when the frames cannot
    be read."""
    analysis, name = source.analysis, escape(source.name)
    figures = _figures(analysis)
    body = [
        f"<header><h1>{name}</h1>{_facts(analysis)}</header>",
        *(_section(title, f'<div data-figure="{key}"></div>') for key, title, _ in figures),
        _section("Keyframes", methods_table(analysis), *_rows(analysis, _thumbnails(source))),
        _section("Provenance", _provenance(analysis)),
    ]
    data = [_data(key, figure.to_json()) for key, _, figure in figures]
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name} · Kairoscope</title><style>{_static('css/report.css')}</style>"
    )
    scripts = (f"<script>{code}{END}" for code in (get_plotlyjs(), _static("js/report.js")))
    page = [
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>',
        *body,
        "</main>",
        *data,
        _data("analysis", analysis_json.write(source)),
        *scripts,
        "</body></html>",
    ]
    return "\n".join(page).encode()


def read(text: str) -> Analysis:
    """The analysis in a report. Raises InvalidExport."""
    with reading("report (HTML)"):
        _, begin, rest = text.partition(DATA.format("analysis"))
        if not begin:
            raise InvalidExport("no report of Kairoscope: it holds no analysis", "Export it again.")
        return analysis_json.read(rest.partition(END)[0])


def _figures(analysis: Analysis) -> list[tuple[str, str, go.Figure]]:
    """(key, title, figure) of those that have something to draw."""
    found = []
    if analysis.steps:
        found.append(("attention", "Attention and gate", attention_alone(analysis)))
    if any(kept.curves for kept in analysis.methods.values()):
        found.append(("diagnostics", "What the methods decided by", curves_alone(analysis)))
    return found


def _section(title: str, *content: str) -> str:
    return f"<section><h2>{title}</h2>{''.join(content)}</section>"


def _facts(analysis: Analysis) -> str:
    info = analysis.clip.info
    facts = [
        f"{info.frames} frames, {info.duration_s:.2f} s, {info.width} × {info.height}",
        " in ".join(filter(None, (info.codec, info.container))),
        _action(analysis.recognition.get("whole", {})),
    ]
    lines = [f"<p>{escape(' · '.join(filter(None, facts)))}</p>"]
    notices = [*info.warnings, *analysis.recognition.get("notices", ())]
    return "".join([*lines, *(f'<p class="notice">{escape(notice)}</p>' for notice in notices)])


def _action(entry: Mapping[str, Any]) -> str:
    return "".join(f"{top['label']} {top['probability']:.2f}" for top in entry.get("top", [])[:1])


def methods_table(analysis: Analysis) -> str:
    """The methods as an HTML table; a column only where something is known."""
    recognised = analysis.recognition.get("methods", {})
    rows = []
    for name, kept in analysis.methods.items():
        quality = {key: f"{value:.3f}" for key, value in kept.quality.items()}
        parameters = ", ".join(f"{k} {v}" for k, v in kept.parameters.items() if v is not None)
        rows.append(
            {
                "method": title_of(name),
                "keyframes": str(len(kept.index_K)),
                "share": f"{100 * len(kept.index_K) / analysis.clip.info.frames:.1f} %",
                "seconds": f"{kept.seconds:.2f}",
                **quality,
                "action": _action(recognised.get(name, {})),
                "parameters": parameters,
            }
        )
    columns = [key for key in dict.fromkeys(key for row in rows for key in row)
               if any(row.get(key) for row in rows)]  # fmt: skip
    head = "".join(f'<th scope="col">{escape(key)}</th>' for key in columns)
    lines = [
        "<tr>" + "".join(f"<td>{escape(row.get(key, ''))}</td>" for key in columns) + "</tr>"
        for row in rows
    ]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _rows(analysis: Analysis, thumbnails: Mapping[int, str]) -> Iterator[str]:
    """The keyframes of each method as pictures."""
    for name, kept in analysis.methods.items():
        style = style_of(name)
        title = f'<span style="color:{style.light}">{style.glyph}</span> {escape(title_of(name))}'
        shown = _shown(kept)
        pictures = "".join(
            f'<figure><img src="{thumbnails[index]}" alt="Frame {index}">'
            f"<figcaption>{kept.time_K[rank]:.3f} s · frame {index}</figcaption></figure>"
            for rank, index in zip(shown.tolist(), kept.index_K[shown].tolist(), strict=True)
        )
        notices = [*kept.notices]
        if len(shown) < len(kept.index_K):
            notices.append(f"{len(shown)} of {len(kept.index_K)} keyframes are shown.")
        lines = "".join(f'<p class="notice">{escape(notice)}</p>' for notice in notices)
        yield f'<h3>{title}</h3>{lines}<div class="film">{pictures}</div>'


def _shown(kept: Keyframes) -> Indices:
    """The ranks that are shown: all, or so many of them, evenly."""
    K = len(kept.index_K)
    return np.linspace(0, K - 1, min(K, MOST_THUMBNAILS)).round().astype(np.int64)


def _thumbnails(source: Source) -> dict[int, str]:
    """The pictures shown, as data URIs by decoded frame index."""
    wanted = {
        int(i) for kept in source.analysis.methods.values() for i in kept.index_K[_shown(kept)]
    }
    return {
        index: "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
        for index, jpeg in source.stills(wanted, longest=THUMBNAIL)
    }


def _provenance(analysis: Analysis) -> str:
    """What determined the result and what it cost, a row a value."""
    about = {"sha256 of the video": analysis.clip.info.sha256, **analysis.provenance}
    lines = [
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>'
        for key, value in _flat({**about, "compute": analysis.compute})
    ]
    return f'<table class="values"><tbody>{"".join(lines)}</tbody></table>'


def _flat(values: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{key}, ")
        else:
            yield within + key, _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _data(key: str, text: str) -> str:
    """JSON that no HTML parser reads as anything else."""
    return DATA.format(key) + text.replace("<", "\\u003c") + END


def _static(path: str) -> str:
    return (STATIC / path).read_text(encoding="utf-8")
