"""The models: a section for each checkpoint, those in use first."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from app.figures.style import Theme
from app.figures.training import training
from app.pages import text
from app.pages.downloads import downloads
from app.pages.models import ids
from app.pages.models.view import (
    curves_of,
    facts,
    figures_of,
    kind_of,
    origin_of,
    size_of,
)
from model.types import Floats
from worker.models import Model, models
from worker.service import Service

EXPORT = "/api/v1/models/export"
SHORT = 12  # hex digits of a digest
LEARNED = {
    "sigma": ("σ", "width of the gate, equations 6 and 7"),
    "w_f": (["w", html.Sub("f")], "weight of T-Net against S-Net, equation 16"),
}
GRAPH = {"displayModeBar": False, "responsive": True}


def models_page(service: Service, route: Mapping[str, Any]) -> list[Any]:
    """The page of all checkpoints that are here."""
    theme: Theme = "dark" if route.get("theme") == "dark" else "light"
    found = models(service.settings)
    return [
        html.Div(
            [html.H1("Models"), downloads({"CSV": f"{EXPORT}/csv", "JSON": f"{EXPORT}/json"})],
            className="title-row",
        ),
        intro(service.settings.data_dir / "weights", found),
        *(checkpoint(model, *curves_of(service.settings, model.name), theme) for model in found),
    ]


def intro(folder: Path, found: list[Model]) -> html.P:
    """Where checkpoints come from, and how two are compared."""
    several = sum(model.task == "attention" and not model.fault for model in found) > 1
    compare = (
        "To compare two on one video, choose the checkpoint under Methods on the video's page."
        if several
        else "With a second attention checkpoint there, a video's analysis can choose between them "
        "under Methods on its page."
    )
    return html.P(
        [
            "What ships with the program, what ",
            html.Code("kairoscope weights pull"),
            " got, and what you put into ",
            html.Code(str(folder)),
            f". {compare}",
        ],
        className="intro",
    )


def checkpoint(
    model: Model, curves: Mapping[str, Floats] | None, fault: str, theme: Theme
) -> html.Section:
    """One checkpoint: what it is, what it learned, how it was trained."""
    title = f"model-{model.name}"
    head = [html.H2(model.name, id=title), html.Span(kind_of(model), className="kind")]
    if model.in_use:
        head.append(html.Span("In use", className="in-use"))
    parts: list[Any] = [html.Div(head, className="model-head")]
    if model.fault:
        parts.append(html.P(model.fault, className="notice failed"))
    if model.sha256 and not model.fault:
        training_part = _training(model, curves, fault, theme)
        parts.append(html.Div([_facts(model), training_part], className="model-body"))
        parts.append(_card(model))
    return html.Section(parts, className="model", **{"aria-labelledby": title})


def _facts(model: Model) -> html.Div:
    licence = str(model.card.get("licence", "")) or "not stated"
    rows: list[Any] = [*_pair("SHA-256", _digest(model)), *_pair("Size", size_of(model))]
    for name, value in facts(model).items():
        rows += _pair(name, value)
    rows += _pair("Licence", licence)
    learned = [
        part
        for name, (symbol, meaning) in LEARNED.items()
        if name in model.learned
        for part in _pair(html.Var(symbol), [f"{model.learned[name]:.3f} ", _aside(meaning)])
    ]
    price = model.architecture.get("price")
    if price is not None:
        learned += _pair("Price", [f"{price:g} ", _aside("of opening the gate")])
    parts: list[Any] = [html.Dl(rows, className="pairs")]
    if learned:
        parts += [html.H3("Learned and tuned"), html.Dl(learned, className="pairs")]
    return html.Div(parts, className="model-facts")


def _training(
    model: Model, curves: Mapping[str, Floats] | None, fault: str, theme: Theme
) -> html.Div:
    """The curves; without them the reason, and the monitors at the end."""
    if curves is None:
        why = fault or "The curves of this training are not kept with it."
        without = html.P(why, className="without")
        return html.Div([*_figures(model), without], className="model-curves")
    figure = training(curves, theme=theme)
    reports = text.count(len(curves["iteration"]), "report")
    last = float(curves["iteration"][-1])
    described = f"Curves of the training of {model.name}: {reports} up to iteration {last:,.0f}."
    graph = dcc.Graph(
        id=ids.curves(model.name),
        figure=figure,
        config=GRAPH,
        responsive=True,
        style={"height": figure.layout.height},
    )
    return html.Div(
        [
            html.Div(
                [
                    html.H3(["Training ", _aside(reports)]),
                    downloads({"CSV": f"/api/v1/models/{quote(model.name)}/curves.csv"}),
                ],
                className="with-export",
            ),
            html.Div(graph, role="img", **{"aria-label": described}),
        ],
        className="model-curves",
    )


def _card(model: Model) -> html.Details:
    """Where it comes from, its command and figures, and the whole card as it is in the file."""
    card, parts = model.card, []
    origin = [part for name, value in origin_of(card).items() for part in _pair(name, value)]
    parts.append(html.Dl(origin, className="pairs wide"))
    if command := card.get("command"):
        copy = _copy("Copy", str(command), f"Copy the command that trained {model.name}")
        parts += [html.Div([html.H3("Command"), copy], className="with-copy")]
        parts.append(html.Pre(str(command), className="command"))
    if model.curves:
        parts += _figures(model)
    content = {"recipe": model.recipe, "architecture": model.architecture, "card": card}
    if model.config:
        content["config"] = model.config
    whole = json.dumps(content, indent=2, ensure_ascii=False)
    json_card = html.Details([html.Summary("As JSON"), html.Pre(whole, tabIndex=0)])
    return html.Details(
        [html.Summary("Model card"), html.Div([*parts, json_card], className="card-body")],
        className="model-card",
    )


def _figures(model: Model) -> list[Any]:
    found = figures_of(model.card)
    if not found:
        return []
    rows = [html.Div([html.Dt(name), html.Dd(f"{value:.4g}")]) for name, value in found.items()]
    return [html.H3("At the end of training"), html.Dl(rows, className="figures")]


def _digest(model: Model) -> html.Button:
    return _copy(model.sha256[:SHORT], model.sha256, f"Copy the SHA-256 of {model.name}")


def _copy(shown: str, content: str, label: str) -> html.Button:
    return html.Button(
        shown,
        type="button",
        className="copy",
        title=label,
        **{"data-copy": content, "aria-label": f"{shown}. {label}"},
    )


def _pair(name: Any, value: Any) -> list[Any]:
    return [html.Dt(name), html.Dd(value)]


def _aside(words: str) -> html.Span:
    return html.Span(words, className="aside")
