"""What a document and each of its runs say of how they were made, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.reproduction.numbers import duration
from app.standalone import flat
from model.reproduction.document import Document

RENDERED = "athletics"
SCENES = (
    "The clips are rendered scenes (Athletics), drawn by this program: they say how the methods "
    "compare there, not how well actions are recognised on footage."
)
ENDED = ("done", "failed", "skipped")  # tasks
PARTS = ("train", "validation", "test")
TOLD = {"data", "version", "commit", "device", "machine", "started", "written", "seconds"}
TOLD |= {"tasks", "notices"}  # in words of their own


@dataclass(frozen=True)
class Fact:
    """A name, what is said, and the key of another run where it leads to one."""

    name: str
    said: str
    run: str | None = None


def of_document(document: Document) -> list[Fact]:
    """What data, which preset, what machine, and the time it took: the sum over its runs."""
    whole = document.provenance
    made = [dict(run.get("provenance", {})) for run in document.runs.values()]
    seconds = sum(float(row.get("seconds") or 0) for row in made)
    tasks = dict(whole.get("tasks") or {})
    begun = [str(row["started"]) for row in made if row.get("started")]
    facts = {
        "Data set": document.dataset + (", rendered scenes" if is_rendered(document) else ""),
        "Clips": "; ".join(_each(_clips(row.get("data", {})) for row in made or [whole])),
        "Preset": document.preset,
        "Machine": "; ".join(_each(_machine(row) for row in made or [whole])),
        "Begun": min(begun, default=""),
        "Written": str(whole.get("written") or ""),
        "Time": f"{duration(seconds)} in {len(made)} runs" if made else "",
        "Tasks": ", ".join(f"{count} {kind}" for kind, count in tasks.items()),
        "Version": "; ".join(_each(_version(row) for row in [whole, *made])),
    }
    found = [Fact(name, said) for name, said in facts.items() if said]
    return found + [Fact(*row) for row in flat({k: v for k, v in whole.items() if k not in TOLD})]


def notices_of(document: Document) -> list[str]:
    """What one must know before reading any of it."""
    scenes = [SCENES] if is_rendered(document) else []
    return scenes + [str(notice) for notice in document.provenance.get("notices") or ()]


def unfinished(document: Document) -> tuple[int, int] | None:
    """How many of how many tasks are done where some may still come; None where all have ended."""
    tasks = dict(document.provenance.get("tasks") or {})
    if not set(tasks) - set(ENDED):
        return None
    return int(tasks.get("done", 0)), sum(tasks.values())


def of_run(document: Document, key: str) -> list[Fact]:
    """The provenance of a run: protocol, options, inputs, data, versions, seed, machine, time."""
    run = document.runs.get(key, {})
    made = dict(run.get("provenance", {}))
    data, machine = dict(made.get("data", {})), dict(made.get("machine") or {})
    options = dict(run.get("options", {}))
    facts = [
        Fact("Task", str(run.get("task", ""))),
        Fact("Protocol", str(run.get("protocol", ""))),
        Fact("Options", ", ".join(f"{name} {_plain(value)}" for name, value in options.items())),
        *_inputs(document, run.get("inputs", {})),
        Fact("Data", ", ".join(filter(None, (str(data.get("name", "")), _clips(data))))),
        *(Fact(f"List of {part}, SHA-256", _hash(data, part)) for part in PARTS),
        Fact("Seed", _plain(options["seed"]) if "seed" in options else ""),
        Fact("Version", _version(made)),
        Fact("Machine", _machine(made)),
        Fact("Load at the start", _plain(machine.get("load_before", ""))),
        Fact("Load at the end", _plain(machine.get("load", ""))),
        Fact("Started", str(made.get("started", ""))),
        Fact("Time", duration(float(made["seconds"])) if made.get("seconds") is not None else ""),
        *(Fact(*row) for row in flat({k: v for k, v in made.items() if k not in TOLD})),
    ]
    return [fact for fact in facts if fact.said]


def task_of(document: Document, key: str) -> str:
    """What the run of this key is called: its task, or the key where nothing is known of it."""
    return str(document.runs.get(key, {}).get("task") or key)


def is_rendered(document: Document) -> bool:
    """Whether the clips are scenes that this program drew."""
    return document.dataset == RENDERED


def _inputs(document: Document, inputs: Mapping[str, Any]) -> Iterator[Fact]:
    """The weights and results that a run took, by their roles."""
    for role, key in inputs.items():
        task = document.runs.get(str(key), {}).get("task")
        said = f"{task} ({key})" if task else str(key)
        yield Fact(f"Input, {role}", said, str(key) if task else None)


def _each(said: Iterator[str]) -> list[str]:
    return [one for one in dict.fromkeys(said) if one]


def _clips(data: Mapping[str, Any]) -> str:
    parts = [f"{data[part]['clips']} {part}" for part in PARTS if data.get(part)]
    return f"split {data.get('split', 1)}: {', '.join(parts)}" if parts else ""


def _hash(data: Mapping[str, Any], part: str) -> str:
    return str(dict(data.get(part) or {}).get("list_sha256", ""))


def _version(made: Mapping[str, Any]) -> str:
    commit = f" at {made['commit']}" if made.get("commit") else ""
    return f"{made['version']}{commit}" if made.get("version") else ""


def _machine(made: Mapping[str, Any]) -> str:
    """Without the load, which differs from run to run."""
    machine = dict(made.get("machine") or {})
    cores = f"{machine['cores']} cores" if "cores" in machine else ""
    rest = [str(machine[name]) for name in ("processor", "system") if machine.get(name)]
    python = f"Python {machine['python']}" if machine.get("python") else ""
    device = f"on {made['device']}" if made.get("device") else ""
    precision = f"in {made['precision']}" if made.get("precision") else ""
    return ", ".join(filter(None, (cores, *rest, python, device, precision)))


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
