"""Write the parts of the documentation that the code knows: plug-ins, settings, routes, keys.

`python -m scripts.readme`, which `make format` runs; a test fails when a document differs.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from app.main import create_app
from app.pages.shell import SHORTCUTS
from model.methods import registry
from model.recognisers import registry as recogniser_registry
from scripts import tree
from worker.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


def methods() -> str:
    """A table of the keyframe methods, from their titles and docstrings."""
    rows = [cls.describe() for cls in registry().values()]
    lines = ["| method | | |", "|---|---|---|"]
    for row in rows:
        first = " ".join(row["description"].split("\n\n")[0].split())
        lines.append(f"| `{row['name']}` | {row['title']} | {first} |")
    return "\n".join(lines)


def recognisers() -> str:
    """A table of the recognisers, from their titles and docstrings."""
    lines = ["| recognizer | knows | |", "|---|---|---|"]
    for row in (cls.describe() for cls in recogniser_registry().values()):
        first = " ".join(row["description"].split("\n\n")[0].split())
        lines.append(f"| `{row['name']}` | {row['knows']} | {first} |")
    return "\n".join(lines)


def settings() -> str:
    """A table of the settings, from their fields."""
    lines = ["| variable | default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        lines.append(f"| `KAIROSCOPE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def parameters() -> str:
    """A table of every parameter of every method, from its field."""
    lines = ["| parameter | default | |", "|---|---|---|"]
    for row in (cls.describe() for cls in registry().values()):
        for spec in row["parameters"]:
            bounds = ", ".join(spec["choices"]) or _bounds(spec["low"], spec["high"])
            name = f"{row['name']}.{spec['name']}"
            lines.append(f"| `{name}` | `{spec['default']}` | {spec['help']} {bounds} |")
    return "\n".join(lines)


def _bounds(low: float | None, high: float | None) -> str:
    parts = [f"From {low:g}" if low is not None else "", f"to {high:g}" if high is not None else ""]
    return " ".join(filter(None, parts)) + "." if any(parts) else ""


def rest() -> str:
    """A table of the routes of the REST interface, from their docstrings."""
    with TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder)))
        paths = app.openapi()["paths"]
        app.state.service.close()
    lines = ["| route | |", "|---|---|"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            said = str(operation.get("description") or operation["summary"])
            first = " ".join(said.split("\n\n")[0].split())
            lines.append(f"| `{method.upper()} {path}` | {first} |")
    return "\n".join(lines)


def keys() -> str:
    """A table of the keys of the video page, as its own sheet lists them."""
    lines = ["| keys | |", "|---|---|"]
    lines += [f"| {' '.join(f'`{key}`' for key in row)} | {what} |" for row, what in SHORTCUTS]
    return "\n".join(lines)


def project_tree() -> str:
    """The tree as a block of text."""
    return f"```text\n{tree.render(ROOT)}\n```"


SECTIONS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {
        "methods": methods,
        "recognizers": recognisers,
        "settings": settings,
        "tree": project_tree,
    },
    "docs/guide.md": {"keys": keys, "parameters": parameters, "rest": rest},
}


def filled(document: str) -> str:
    """The document with the present content between `<!-- name -->` and `<!-- /name -->`."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for name, content in SECTIONS[document].items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest_of_it = text.split(begin)
        text = before + begin + content() + "\n" + end + rest_of_it.split(end)[1]
    return text


if __name__ == "__main__":
    for document in SECTIONS:
        (ROOT / document).write_text(filled(document), encoding="utf-8")
