"""Reports of a reproduction: one HTML file that opens offline, and Markdown, of one document."""

from pathlib import Path

from model.reproduction.document import Document


def write_reports(document: Document, folder: Path) -> tuple[Path, Path]:
    """Write report.html and report.md into `folder`; their paths. Raises OSError."""
    from app.reproduction import html, markdown

    page, text = folder / "report.html", folder / "report.md"
    for path, content in ((page, html.write(document)), (text, markdown.write(document).encode())):
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(content)
        part.replace(path)
    return page, text
