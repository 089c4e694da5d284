"""What the tests of plug-ins share: the documentation's example, and other methods in files."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model import methods

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "plugins.md"


@contextmanager
def unplugged() -> Iterator[None]:
    """No plug-ins, not even installed ones, until the block plugs some in; then as before."""
    before = methods._files
    try:
        _forget(None)
        yield
    finally:
        _forget(before)


def _forget(files: tuple[Path, ...] | None) -> None:
    methods._files = files
    methods.plugins.cache_clear()
    methods.registry.cache_clear()


def block(language: str) -> str:
    """The first block of this language in docs/plugins.md."""
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    return found[1]


def example(folder: Path) -> Path:
    """The documentation's example as the file that it says it is."""
    path = folder / "sharpest.py"
    path.write_text(block("python"))
    return path


def grown(folder: Path) -> Path:
    """A checkout like this one, the documentation's example among its own methods; the weights and
    the browser's files are this one's."""
    for part in ("app", "worker", "model", "tests"):
        ignored = shutil.ignore_patterns("*.safetensors", "__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for path in (ROOT / "static", *(ROOT / "model" / "weights").glob("*.safetensors")):
        (folder / path.relative_to(ROOT)).symlink_to(path)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "model" / "methods" / "sharpest.py").write_text(block("python"))
    return folder


HEAD = """
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from model.methods.base import Method, Selection, parameter
from model.types import Curve
"""


def method(name: str = "mine", select: str = "return Selection([0], [1.0])", body: str = "") -> str:
    """The source of a method: `select` is the body of select, `body` more of the class's own."""
    return f'''
@dataclass(frozen=True)
class {name.title().replace("-", "")}(Method):
    """Mine."""
    name = "{name}"
    title = "Mine"
    {body}
    def select(self, features, k):
        {select}
'''
