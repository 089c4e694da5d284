"""Write docs/reproduction*.md: hand-written introductions, then the reports of the committed runs.

`python -m scripts.reproduction`, after docs/results/reproduction-athletics-*.json were renewed, or
an introduction, scripts/reproduction*.md, edited; a test fails when they differ. Where there is no
committed run there is nothing to write.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from app.reproduction import markdown
from model.reproduction.document import Document

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- report: written by `python -m scripts.reproduction` -->"
END = "<!-- /report -->"


@dataclass(frozen=True)
class Page:
    """docs/<name>.md: scripts/<name>.md and the report of the committed run of a preset."""

    name: str
    preset: str

    def introduction(self) -> Path:
        """What was written by hand."""
        return ROOT / "scripts" / f"{self.name}.md"

    def result(self) -> Path:
        """The committed run."""
        return ROOT / "docs" / "results" / f"reproduction-athletics-{self.preset}.json"

    def target(self) -> Path:
        """The page."""
        return ROOT / "docs" / f"{self.name}.md"

    def filled(self) -> str:
        """The whole page."""
        document = Document.from_json(json.loads(self.result().read_text(encoding="utf-8")))
        text = self.introduction().read_text(encoding="utf-8")
        report = markdown.write(document, top=3)
        return f"{text.rstrip()}\n\n{BEGIN}\n\n{report}\n{END}\n"


PAGES = (Page("reproduction", "quick"), Page("reproduction-full", "full"))


def main() -> None:
    """Write the pages whose runs are committed."""
    for page in PAGES:
        if not page.result().exists():
            print(f"There is no {page.result().relative_to(ROOT)}.", file=sys.stderr)
        else:
            page.target().write_text(page.filled(), encoding="utf-8")


if __name__ == "__main__":
    main()
