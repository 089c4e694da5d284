"""Write docs/reproduction.md: a hand-written introduction, then the report of the committed run.

`python -m scripts.reproduction`, after docs/results/reproduction-athletics-quick.json has been
renewed or scripts/reproduction.md, the introduction, was edited; a test fails when they differ.
Without a committed run there is nothing to write.
"""

import json
import sys
from pathlib import Path

from app.reproduction import markdown
from model.reproduction.document import Document

ROOT = Path(__file__).resolve().parents[1]
INTRODUCTION = ROOT / "scripts" / "reproduction.md"
RESULT = ROOT / "docs" / "results" / "reproduction-athletics-quick.json"
TARGET = ROOT / "docs" / "reproduction.md"
BEGIN = "<!-- report: written by `python -m scripts.reproduction` -->"
END = "<!-- /report -->"


def filled(introduction: str, document: Document) -> str:
    """The whole page."""
    report = markdown.write(document, top=3)
    return f"{introduction.rstrip()}\n\n{BEGIN}\n\n{report}\n{END}\n"


def main() -> int:
    """Write it; 1 where there is no committed run."""
    if not RESULT.exists():
        print(f"There is no {RESULT.relative_to(ROOT)}.", file=sys.stderr)
        return 1
    document = Document.from_json(json.loads(RESULT.read_text(encoding="utf-8")))
    introduction = INTRODUCTION.read_text(encoding="utf-8")
    TARGET.write_text(filled(introduction, document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
