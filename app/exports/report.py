"""A report in one HTML file: the figures, the keyframes' thumbnails, and the analysis itself."""

import base64
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app import standalone
from app.exports import analysis_json
from app.exports.source import InvalidExport, Source, reading
from app.figures.alone import attention_alone, curves_alone
from app.figures.methods import style_of, title_of
from model.types import Analysis, Indices, Keyframes

MOST_THUMBNAILS = 60  # of a method
THUMBNAIL = 240  # px, the longer side: shown at half of it


def write(source: Source) -> bytes:
    """The page. Raises UnreadableVideo, VideoTooLarge or InvalidParameter when the frames cannot
    be read."""
    analysis = source.analysis
    figures = _figures(analysis)
    body = [
        f"<header><h1>{escape(source.name)}</h1>{_facts(analysis)}</header>",
        *(standalone.section(title, standalone.figure(key)) for key, title, _ in figures),
        standalone.section(
            "Keyframes", methods_table(analysis), *_rows(analysis, _thumbnails(source))
        ),
        standalone.section("Provenance", _provenance(analysis)),
    ]
    return standalone.page(
        source.name,
        body,
        {key: figure for key, _, figure in figures},
        {"analysis": analysis_json.write(source)},
    )


def read(text: str) -> Analysis:
    """The analysis in a report. Raises InvalidExport."""
    with reading("report (HTML)"):
        found = standalone.embedded(text, "analysis")
        if found is None:
            raise InvalidExport("no report of Kairoscope: it holds no analysis", "Export it again.")
        return analysis_json.read(found)


def _figures(analysis: Analysis) -> list[tuple[str, str, go.Figure]]:
    """(key, title, figure) of those that have something to draw."""
    found = []
    if analysis.steps:
        found.append(("attention", "Attention and gate", attention_alone(analysis)))
    if any(kept.curves for kept in analysis.methods.values()):
        found.append(("diagnostics", "What the methods decided by", curves_alone(analysis)))
    return found


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
    return standalone.values(standalone.flat({**about, "compute": analysis.compute}))
