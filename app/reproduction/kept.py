"""The reproductions that are here: those of the data directory, finished or not, and those whose
documents come with the repository.

    <data_dir>/reproductions/<name>/document.json
    docs/results/reproduction-<name>.json            listed as shipped-<name>
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import app
from app.reproduction import facts
from model.errors import KairoscopeError
from model.reproduction.document import Document
from worker.errors import NotFound
from worker.settings import Settings

RESULTS = Path(app.__file__).resolve().parents[1] / "docs" / "results"
START = "reproduction-"
COMMAND = "kairoscope reproduce --dataset athletics --preset quick"


class UnreadableReproduction(KairoscopeError):
    """A reproduction's document cannot be read."""

    code = "unreadable-reproduction"


@dataclass(frozen=True)
class Entry:
    """A reproduction: `changed_at` is when its file changed, `written_at` when its document was
    written, which a fresh clone does not change; `done` of `tasks` tasks are done while it is
    unfinished, both null afterwards; `fault` says why it cannot be shown."""

    name: str
    shipped: bool
    changed_at: datetime
    written_at: datetime
    dataset: str = ""
    preset: str = ""
    runs: int = 0
    done: int | None = None
    tasks: int | None = None
    fault: str | None = None


def entries(settings: Settings) -> list[Entry]:
    """All of them: one's own, the newest first, then those that ship."""
    found = [_entry(name, path) for name, path in _paths(settings).items() if path.exists()]
    return sorted(found, key=lambda entry: (entry.shipped, -entry.written_at.timestamp()))


def document_of(settings: Settings, name: str) -> Document:
    """The document of the reproduction of this name. Raises NotFound or UnreadableReproduction."""
    path = _paths(settings).get(name)  # a name is looked up and never becomes part of a path
    if path is None:
        raise NotFound(f"no reproduction {name!r}", f"`{COMMAND}` makes one.")
    return _read(path)


def _paths(settings: Settings) -> dict[str, Path]:
    shipped = {f"shipped-{name}": path for name, path in _shipped()}
    own = (settings.data_dir / "reproductions").glob("*/document.json")
    return shipped | {path.parent.name: path for path in own}


def _shipped() -> Iterator[tuple[str, Path]]:
    """An installed package has no docs/ beside it, and so none."""
    for path in sorted(RESULTS.glob(f"{START}*.json")):
        yield path.stem.removeprefix(START), path


def _entry(name: str, path: Path) -> Entry:
    changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    shipped = path.is_relative_to(RESULTS)
    try:
        made = _read(path)
    except UnreadableReproduction as error:
        fault = f"{error.message}. {error.hint}"
        return Entry(name, shipped, changed_at, changed_at, fault=fault)
    done, tasks = facts.unfinished(made) or (None, None)
    written = made.provenance.get("written")
    return Entry(
        name,
        shipped,
        changed_at,
        datetime.fromisoformat(written) if written else changed_at,
        made.dataset,
        made.preset,
        len(made.runs),
        done,
        tasks,
    )


def _read(path: Path) -> Document:
    info = path.stat()
    return _parsed(path, info.st_mtime_ns, info.st_size)


@lru_cache(maxsize=32)
def _parsed(path: Path, changed_ns: int, size: int) -> Document:
    try:
        return Document.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (KairoscopeError, ValueError, OSError, AttributeError) as error:
        raise UnreadableReproduction(
            f"{path.parent.name}/{path.name} cannot be read: {error}", "Make it again."
        ) from error
