"""The numbers beside the player: the clip, what each method kept, what the attention saved."""

from collections.abc import Mapping
from typing import Any

from dash import html

from app.figures.methods import style_of, title_of
from app.pages import text
from app.pages.video.view import Shown
from model.types import Analysis, FrameScores


def numbers(now: Shown) -> list[Any]:
    """Facts of the clip, the table of methods, compute saved, warnings and notices."""
    return [
        html.H2("Clip"),
        html.Dl(_facts(now), className="facts-list"),
        html.P(curves_in_words(now.steps), className="unseen"),
        *(_of(now.analysis) if now.analysis else ()),
        _notes(now),
    ]


def _of(analysis: Analysis) -> list[Any]:
    return [html.H2("Methods"), _table(analysis), _compute(analysis.compute.get("operations", {}))]


def curves_in_words(steps: FrameScores | None) -> str:
    """What the attention figure shows, for those who cannot see it."""
    if steps is None:
        return "No attention scores yet."
    peak = int(steps.phi_S.argmax())
    moments = ", ".join(f"{seconds:.2f}" for seconds in steps.time_S[steps.open_S][:20])
    return (
        f"Attention over {len(steps.index_S)} steps is highest, {steps.phi_S[peak]:.3g}, at "
        f"{steps.time_S[peak]:.2f} seconds. The gate is open at {moments or 'no'} seconds."
    )


def _facts(now: Shown) -> list[Any]:
    video, frames = now.video, now.video.frames
    if now.analysis:
        frames = now.analysis.clip.info.frames
    facts = {
        "Frames": f"{frames:,}" if frames is not None else "–",
        "Duration": text.seconds(now.analysis.clip.info.duration_s)
        if now.analysis
        else text.seconds(video.duration_s),
        "Size": f"{video.width} × {video.height}",
        "Codec": video.codec or "–",
    }
    steps = now.analysis.steps if now.analysis else None
    if steps is not None:
        facts["Steps"] = f"{len(steps.index_S):,}, {int(steps.open_S.sum()):,} open"
    return [html.Div([html.Dt(term), html.Dd(value)]) for term, value in facts.items()]


def _table(analysis: Analysis) -> html.Table:
    head = [html.Th(word, scope="col") for word in ("Method", "Kept", "Share", "Seconds")]
    rows = []
    for name, kept in analysis.methods.items():
        style, K = style_of(name), len(kept.index_K)
        glyph = html.Span(style.glyph, className="glyph", **{"aria-hidden": "true"})
        cells = (f"{K:,}", text.share(K, analysis.clip.info.frames), f"{kept.seconds:.2f}")
        rows.append(
            html.Tr(
                [
                    html.Th([glyph, title_of(name)], scope="row"),
                    *(html.Td(cell) for cell in cells),
                ],
                style={"--light": style.light, "--dark": style.dark},
            )
        )
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])


def _compute(operations: Mapping[str, Any]) -> Any:
    if not operations:  # no method asked for the attention
        return None
    full, spent = operations["full"], operations["spent"]
    line = f"{text.quantity(spent)} of {text.quantity(full)} multiply-adds"
    saved = html.Strong(f"{text.share(full - spent, full)} saved")
    return html.P(["The gate spent ", line, ": ", saved, "."], className="compute")


def _notes(now: Shown) -> Any:
    warnings = now.analysis.clip.info.warnings if now.analysis else now.video.warnings
    notes = [html.Li(warning) for warning in (*warnings, now.truth_fault) if warning]
    for name, kept in (now.analysis.methods if now.analysis else {}).items():
        label = html.Strong(f"{title_of(name)}: ")
        notes += [html.Li([label, notice]) for notice in kept.notices]
    for name, why in (now.analysis.provenance.get("skipped", {}) if now.analysis else {}).items():
        notes.append(html.Li([html.Strong(f"{title_of(name)} was skipped: "), why]))
    return html.Ul(notes, className="notes", **{"aria-label": "Notices"}) if notes else None
