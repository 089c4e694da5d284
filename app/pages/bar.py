"""The bar of an analysis that runs."""

from dash import html


def progress_bar(percent: int, label: str = "Analysis") -> html.Div:
    """How far it is, 0 to 100, for eyes and for screen readers."""
    return html.Div(
        html.Span(style={"width": f"{percent}%"}),
        className="bar",
        role="progressbar",
        **{
            "aria-valuenow": str(percent),
            "aria-valuemin": "0",
            "aria-valuemax": "100",
            "aria-label": label,
        },
    )
