"""How the methods' keyframes compare: with the clip, with ground truth, with one another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash import dcc, html

from app.figures.methods import style_of, title_of
from app.pages.video import ids
from app.pages.video.view import Shown
from model.evaluation.matching import TOLERANCE_S
from model.evaluation.scores import scores
from model.types import Analysis

Document = Mapping[str, Any]
WIDEST_S = 60.0


def comparison(now: Shown) -> html.Section:
    """The section, for as long as the page is open; `compared` fills it again."""
    tolerance = dcc.Input(
        id=ids.TOLERANCE, type="number", min=0, max=WIDEST_S, step="any", value=TOLERANCE_S,
        debounce=True,
    )  # fmt: skip
    label = html.Label("Moments match within ±", htmlFor=ids.TOLERANCE)
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Comparison"),
                    html.Div([label, tolerance, html.Span("s")], className="field"),
                ],
                className="comparison-head",
            ),
            html.Div(compared(now, TOLERANCE_S), id=ids.COMPARISON, className="compared"),
        ],
        id="comparison",
        className="numbers comparison",
        hidden=now.analysis is None,
        **{"aria-label": "Comparison"},
    )


def compared(now: Shown, tolerance_s: float | None, budget: int = 0) -> list[Any]:
    """A row of scores for each method, and how far each two agree; nothing without an analysis.

    With a `budget` of the methods' answers to exactly that number, where they have one.
    """
    if now.analysis is None or tolerance_s is None:
        return []
    found = scores(within(now.analysis, budget), now.truth, tolerance_s)
    return [score_table(found["methods"]), _agreement(found["agreement"])]


def within(analysis: Analysis, budget: int) -> Analysis:
    """The analysis with each method's answer to exactly `budget` keyframes, where it has one; as it
    is at 0."""
    methods = {
        name: kept.budget[budget - 1] if 0 < budget <= len(kept.budget) else kept
        for name, kept in analysis.methods.items()
    }
    return replace(analysis, methods=methods)


def score_table(methods: Mapping[str, Document]) -> html.Div:
    """The scores of each method, those that are known of any: of `model.evaluation.scores`."""
    columns = [*_quality(methods), *_phases(methods), *_people(methods)]
    head = [html.Th("Method", scope="col")]
    head += [html.Th(title, scope="col", title=meaning) for title, meaning, _ in columns]
    rows = [
        html.Tr([_name(name), *(html.Td(_figure(values[name])) for _, _, values in columns)])
        for name in methods
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])
    return html.Div(table, className="scrolls", tabIndex=0, **{"aria-label": "Scores"})


Column = tuple[str, str, Mapping[str, float | None]]  # title, meaning, value by method


def _quality(methods: Mapping[str, Document]) -> list[Column]:
    meanings = {
        "coverage": "How like its most similar keyframe a frame of the clip is, by colour: mean",
        "redundancy": "How like its most similar other keyframe a keyframe is, by colour: mean",
    }
    return [
        (name.capitalize(), meaning, {method: entry[name] for method, entry in methods.items()})
        for name, meaning in meanings.items()
        if any(entry[name] is not None for entry in methods.values())
    ]


def _phases(methods: Mapping[str, Document]) -> list[Column]:
    shares = {
        name: entry["phases"]["decisive"] for name, entry in methods.items() if entry["phases"]
    }
    meaning = "Share of the keyframes that lie in decisive phases, or near them"
    return [("Decisive", meaning, shares)] if shares else []


def _people(methods: Mapping[str, Document]) -> list[Column]:
    """Precision, recall and F, means over those who marked keyframes, and intervals."""
    parts = {
        "keyframes": {name: entry["mean"] for name, entry in methods.items()},
        "intervals": {
            name: (entry["intervals"] or {}).get("mean") for name, entry in methods.items()
        },
    }
    found = {part: means for part, means in parts.items() if any(means.values())}
    meanings = {
        "precision": "Share of the method's keyframes that match the people's {}",
        "recall": "Share of the people's {} that a keyframe matches",
        "f": "Harmonic mean of precision and recall, by the people's {}; mean over people",
    }
    return [
        (
            title.capitalize() + (f" ({part})" if len(found) > 1 else ""),
            meaning.format(part),
            {name: mean[title] for name, mean in means.items() if mean},
        )
        for part, means in found.items()
        for title, meaning in meanings.items()
    ]


def _agreement(found: Document) -> html.Div | None:
    names: Sequence[str] = found["methods"]
    if len(names) < 2:
        return None
    head = [html.Th("Agreement, F", scope="col")]
    head += [
        html.Th(
            [_glyph(name), html.Span(title_of(name), className="unseen")],
            scope="col",
            title=title_of(name),
        )
        for name in names
    ]
    rows = [
        html.Tr(
            [_name(name), *(_cell(name, other, f) for other, f in zip(names, row, strict=True))]
        )
        for name, row in zip(names, found["f"], strict=True)
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="agreement")
    return html.Div(table, className="scrolls", tabIndex=0, **{"aria-label": "Agreement"})


def _cell(name: str, other: str, f: float) -> html.Td:
    if name == other:
        return html.Td("", className="itself")
    return html.Td(
        f"{f:.2f}", title=f"{title_of(name)} and {title_of(other)}", style={"--share": f"{f:.3f}"}
    )


def _name(name: str) -> html.Th:
    return html.Th([_glyph(name), title_of(name)], scope="row")


def _glyph(name: str) -> html.Span:
    style = style_of(name)
    colours = {"--light": style.light, "--dark": style.dark}
    return html.Span(style.glyph, className="glyph", style=colours, **{"aria-hidden": "true"})


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
