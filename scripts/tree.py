"""The project's tree: a line for each file, from its own first sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

WIDTH = 30
LEADING_COMMENT = {
    ".js": re.compile(r"((?://.*\n)+)"),
    ".css": re.compile(r"/\*\s*(.*?)\s*\*/", re.DOTALL),
    ".sh": re.compile(r"(?:#!.*\n)?((?:#.*\n)+)"),
    ".md": re.compile(r"(# .*\n)"),
}
HIDDEN = {"__pycache__", "versions", "__init__.py", "images"}
FOLDERS = {  # in this order; those with a docstring speak for themselves
    "app": "",
    "worker": "",
    "model": "",
    "static": "What the browser loads: style sheets, small scripts, vendored libraries",
    "tests": "Tests; the folders mirror those above",
    "docs": "What was measured, and how",
    "scripts": "Set-up for the Makefile, and this tree",
}
CLOSED = {  # named, not listed
    "tests": "",
    "migrations": "Alembic migrations of the database",
    "weights": "What ships: safetensors with their model cards",
    "vendor": "Libraries of others, with their licences",
}


def render(root: Path) -> str:
    """The tree below `root`."""
    lines = [
        line
        for name, text in FOLDERS.items()
        if (root / name).is_dir()
        for line in _folder(root / name, 0, text)
    ]
    return "\n".join(lines)


def _folder(folder: Path, depth: int, text: str = "") -> Iterator[str]:
    text = text or CLOSED.get(folder.name, "") or _first_sentence(folder / "__init__.py")
    yield _line(f"{folder.name}/", text, depth)
    if folder.name in CLOSED:
        return
    for path in sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name)):
        if path.name in HIDDEN:
            continue
        if path.is_dir():
            yield from _folder(path, depth + 1)
        elif path.suffix == ".py" or path.suffix in LEADING_COMMENT:
            yield _line(path.name, _first_sentence(path), depth + 1)


def _line(name: str, text: str, depth: int) -> str:
    return f"{'  ' * depth + name:<{WIDTH}}{text}".rstrip()


def _first_sentence(path: Path) -> str:
    """What a file says of itself: of its docstring, leading comment or title."""
    if not path.is_file():
        return ""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        text = ast.get_docstring(ast.parse(text)) or ""
    elif comment := LEADING_COMMENT[path.suffix].match(text):
        text = re.sub(r"^(?://|#) ?", "", comment.group(1), flags=re.MULTILINE)
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z])", paragraph)[0].rstrip(":.")
