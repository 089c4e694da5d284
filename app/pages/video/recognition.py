"""The recognised action: of the whole clip, and of each method's keyframes alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from app.figures.methods import style_of, title_of
from app.pages import text
from app.pages.video import ids
from model.types import Analysis

SHOWN = 3  # likeliest actions of the whole clip


def recognition(analysis: Analysis | None) -> list[Any]:
    """The panel; nothing when there is no analysis, or no recognition in it."""
    if analysis is None or not analysis.recognition:
        return []
    found = analysis.recognition
    full = found["full_multiply_adds"]
    tops = found["whole"]["top"][:SHOWN]
    whole = [
        html.H2("Action"),
        html.Ol([_action(top) for top in tops], className="ranking"),
        html.P(
            [*_in_words(found, full), _compared(analysis.compute.get("beyond_gate"))],
            className="compute",
        ),
        *_streams(found),
        *(html.P(notice, className="remark") for notice in found["notices"]),
    ]
    on_keyframes = html.Div(recognised_on(found, 0), id=ids.RECOGNISED)
    return [html.Div(whole), html.Div([on_keyframes, _mixing(found)])]


def recognised_on(found: Mapping[str, Any], level: int, budget: int = 0) -> html.Table:
    """The table of what each method's keyframes keep of the action, within the frame budget where
    there is one; above level 0 the method's own, with a share of the discarded steps again."""
    methods = found["methods"]
    entries = {name: _tried(entry, level, budget) for name, entry in methods.items()}
    basis = _basis(methods, level, budget)
    return _table(entries, found["full_multiply_adds"], basis)


def _tried(entry: Mapping[str, Any], level: int, budget: int) -> Mapping[str, Any]:
    """The prediction that level and budget ask for; that on the own keyframes where it was not
    made: of old analyses, and where another prediction would cost much."""
    if level:
        return entry["mixed_back"][level - 1] if entry.get("mixed_back") else entry
    answers = entry.get("budget", ())
    return answers[budget - 1] if 0 < budget <= len(answers) else entry


def _basis(methods: Mapping[str, Mapping[str, Any]], level: int, budget: int) -> str:
    """What the rows of the table stand on."""
    if level:
        tried = next(entry["mixed_back"] for entry in methods.values() if entry.get("mixed_back"))
        share = f"{100 * tried[level - 1]['share']:.0f} %"
        own = [title_of(n) for n, entry in methods.items() if not entry.get("mixed_back")]
        return f"Own keyframes, and {share} of the discarded steps again{_but(own)}"
    if not budget:
        return "Own keyframes"
    own = [title_of(n) for n, entry in methods.items() if budget > len(entry.get("budget", ()))]
    if len(own) == len(methods):
        return "Own keyframes: this analysis did not try the frame budget"
    return f"{text.count(budget, 'keyframe')} each{_but(own)}"


def _but(own: Sequence[str]) -> str:
    """The methods that show their own keyframes, as the analysis tried no other."""
    return f"; own keyframes of {', '.join(own)}" if own else ""


def _mixing(found: Mapping[str, Any]) -> html.Div:
    """The inverse analysis: a slider over the shares that were tried, hidden where none were."""
    tried = next((e["mixed_back"] for e in found["methods"].values() if e.get("mixed_back")), [])
    slider = dcc.Input(id=ids.MIXED, type="range", min=0, max=len(tried), step=1, value=0)
    marks = [html.Span("0 %"), *(html.Span(f"{100 * row['share']:.0f} %") for row in tried)]
    return html.Div(
        [
            html.Label("Discarded steps mixed back in", htmlFor=ids.MIXED),
            slider,
            html.Div(marks, className="marks", **{"aria-hidden": "true"}),
        ],
        className="mixing",
        hidden=not tried,
    )


def _streams(found: Mapping[str, Any]) -> list[html.P]:
    """What each stream alone would say, and which weighs more."""
    if not found.get("streams"):
        return []
    alone = [
        f"{name} alone: {tops[0]['label']}, {100 * tops[0]['probability']:.0f} %"
        for name, tops in found["streams"].items()
    ]
    weight = [
        html.Var(["w", html.Sub("f")]),
        f" = {found['fusion']:.2f}, T-Net's weight to S-Net's 1.",
    ]
    return [html.P(["; ".join(alone), ". ", *weight], className="compute streams")]


def _action(top: Mapping[str, Any]) -> html.Li:
    percent = f"{100 * top['probability']:.0f} %"
    bar = html.Span(
        html.Span(style={"width": f"{100 * top['probability']:.1f}%"}),
        className="share",
        **{"aria-hidden": "true"},
    )
    label = html.Span(top["label"], className="label", title=top["label"])
    return html.Li([label, bar, html.Span(percent, className="percent-of")])


def _table(entries: Mapping[str, Mapping[str, Any]], full: int, basis: str) -> html.Table:
    words = ("Recognised on", "Action", "Steps", "Saved")
    head = html.Tr([html.Th(word, scope="col") for word in words])
    rows = []
    for name, entry in entries.items():
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
    caption = html.Caption(basis)
    return html.Table([caption, html.Thead(head), html.Tbody(rows)], className="recognition")


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


def _compared(beyond: Mapping[str, int] | None) -> str:
    """What the predictions beside that of the whole clip cost; nothing without a gate, of old
    analyses, and where they needed no other steps."""
    if not beyond or not beyond["comparisons"]:
        return ""
    return f" The comparisons computed {text.count(beyond['comparisons'], 'step')} more."
