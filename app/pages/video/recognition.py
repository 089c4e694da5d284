"""The recognised action: of the whole clip, and of each method's keyframes alone."""

from collections.abc import Mapping
from typing import Any

from dash import html

from app.figures.methods import style_of, title_of
from app.pages import text

SHOWN = 3  # likeliest actions of the whole clip


def recognition(found: Mapping[str, Any]) -> list[Any]:
    """The panel; nothing when the analysis has no recognition."""
    if not found:
        return []
    full = found["full_multiply_adds"]
    tops = found["whole"]["top"][:SHOWN]
    whole = [
        html.H2("Action"),
        html.Ol([_action(top) for top in tops], className="ranking"),
        html.P(_in_words(found, full), className="compute"),
        *(html.P(notice, className="remark") for notice in found["notices"]),
    ]
    return [html.Div(whole), html.Div(_table(found, full))]


def _action(top: Mapping[str, Any]) -> html.Li:
    percent = f"{100 * top['probability']:.0f} %"
    bar = html.Span(
        html.Span(style={"width": f"{100 * top['probability']:.1f}%"}),
        className="share",
        **{"aria-hidden": "true"},
    )
    label = html.Span(top["label"], className="label", title=top["label"])
    return html.Li([label, bar, html.Span(percent, className="percent-of")])


def _table(found: Mapping[str, Any], full: int) -> html.Table:
    words = ("Recognised on", "Action", "Steps", "Saved")
    head = html.Tr([html.Th(word, scope="col") for word in words])
    rows = []
    for name, entry in found["methods"].items():
        style, best = style_of(name), entry["top"][0]
        glyph = html.Span(style.glyph, className="glyph", **{"aria-hidden": "true"})
        verdict = "kept" if entry["kept"] else best["label"]
        told = f"{best['label']}, {100 * best['probability']:.0f} %"
        cells = [
            html.Td(verdict, className="kept" if entry["kept"] else "lost", title=told),
            html.Td(f"{entry['frames']:,}"),
            html.Td(_saved(entry, full)),
        ]
        rows.append(
            html.Tr(
                [html.Th([glyph, title_of(name)], scope="row"), *cells],
                style={"--light": style.light, "--dark": style.dark},
            )
        )
    return html.Table([html.Thead(head), html.Tbody(rows)], className="recognition")


def _saved(entry: Mapping[str, Any], full: int) -> str:
    return text.share(full - entry["multiply_adds"], full)


def _in_words(found: Mapping[str, Any], full: int) -> list[Any]:
    whole, steps = found["whole"], text.count(found["steps"], "step")
    weights = found["weights"]
    data = f" of {weights['trained_on']}" if weights.get("trained_on") else ""
    by = f"{found['recognizer']} ({weights['name']}, {found['classes']:,} classes{data})"
    if whole["multiply_adds"] >= full:
        return [f"{by} computed all {steps}, {text.quantity(full)} multiply-adds."]
    spent = f"{text.quantity(whole['multiply_adds'])} of {text.quantity(full)} multiply-adds"
    line = f"{by} computed {whole['frames']:,} of {steps} to the end, {spent}: "
    return [line, html.Strong(f"{_saved(whole, full)} saved"), "."]
