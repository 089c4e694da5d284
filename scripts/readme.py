"""Write the parts of README.md that the code itself knows: plug-ins, settings, the tree.

`python -m scripts.readme`, which `make format` runs; a test fails when README.md differs.
"""

from collections.abc import Callable
from pathlib import Path

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


def project_tree() -> str:
    """The tree as a block of text."""
    return f"```text\n{tree.render(ROOT)}\n```"


SECTIONS: dict[str, Callable[[], str]] = {
    "methods": methods,
    "recognizers": recognisers,
    "settings": settings,
    "tree": project_tree,
}


def filled(text: str) -> str:
    """`text` with the present content between `<!-- name -->` and `<!-- /name -->`."""
    for name, content in SECTIONS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = text.split(begin)
        text = before + begin + content() + "\n" + end + rest.split(end)[1]
    return text


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8")), encoding="utf-8")
