"""The examples of the documentation, to be run."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def examples(document: str, language: str = "python") -> list[str]:
    """The code blocks of one language in a document of docs/, in order."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run_examples(document: str, replaced: dict[str, str] | None = None) -> dict[str, object]:
    """Run them one after another in one namespace, which is given back."""
    names: dict[str, object] = {}
    blocks = examples(document)
    assert blocks
    for number, code in enumerate(blocks, start=1):
        for old, new in (replaced or {}).items():
            code = code.replace(old, new)
        exec(compile(code, f"{document}, example {number}", "exec"), names)
    return names
