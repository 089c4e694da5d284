"""The form that brings clips of one's own UCF101, and what came of it."""

from typing import Any

from dash import dcc, html

from app.pages.bar import progress_bar
from app.pages.cases import ids
from worker.settings import Settings
from worker.types import IMPORTED_EACH

CLASSES = {"cases": "Those of the cases", "all": "All"}


def bring(settings: Settings) -> html.Section:
    """The form where the server takes clips from its own disk, else how to let it."""
    content = _form(str(settings.import_dir.resolve())) if settings.import_dir else _closed()
    return html.Section(
        [html.H2("Add your own UCF101 clips", id="import-title"), *content],
        id=ids.IMPORT,
        className="bring",
        **{"aria-labelledby": "import-title"},
    )


def _closed() -> list[Any]:
    return [
        html.P(
            [
                "Run ",
                html.Code("kairoscope cases import --ucf101 ROOT"),
                ", or start the server with ",
                html.Code("KAIROSCOPE_IMPORT_DIR=FOLDER"),
                " to bring clips from below that folder here.",
            ],
            className="lead",
        )
    ]


def _form(folder: str) -> list[Any]:
    """`folder` is where clips may come from."""
    path = dcc.Input(id=ids.IMPORT_PATH, type="text", value=folder, spellCheck="false")
    clips = dcc.Input(id=ids.IMPORT_CLIPS, type="number", min=1, step=1, value=IMPORTED_EACH)
    classes = html.Select(
        [html.Option(title, value=value) for value, title in CLASSES.items()],
        id=ids.IMPORT_CLASSES,
        className="choice",
    )
    return [
        html.P(
            [
                "They are copied from the server's disk, from below ",
                html.Code(folder),
                ", tagged with their action, and analysed.",
            ],
            className="lead",
        ),
        html.Form(
            [
                _field("Folder on the server", ids.IMPORT_PATH, path, "field folder"),
                _field("Clips of each class", ids.IMPORT_CLIPS, clips),
                _field("Classes", ids.IMPORT_CLASSES, classes),
                html.Button("Add clips", type="submit", className="button primary"),
            ],
            className="import-form",
        ),
        html.P(className="import-fault", role="alert"),
        html.Div(
            [
                html.P(className="import-state", role="status"),
                html.Button("Cancel", type="button", className="button import-cancel"),
                progress_bar(0, "Import"),
            ],
            className="import-progress",
            hidden=True,
        ),
        html.Ul(className="import-clips", **{"aria-label": "Imported clips"}),
    ]


def _field(label: str, id: str, control: Any, className: str = "field") -> html.Div:
    return html.Div([html.Label(label, htmlFor=id), control], className=className)
