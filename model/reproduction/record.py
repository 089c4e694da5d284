"""What a protocol leaves, kairoscope/run@1: options, inputs, provenance and result."""

import json
import os
import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.cores import cores
from model.datasets.hashes import list_hash
from model.datasets.types import Dataset
from model.reproduction.protocol import Context, Protocol
from model.training.card import provenance
from model.video.probe import sha256_of

SCHEMA = "kairoscope/run@1"


def recorded(
    protocol: Protocol,
    context: Context,
    *,
    key: str,
    task: str,
    options: Mapping[str, Any],
    split: int = 1,
) -> dict[str, Any]:
    """Run it; its record. `key` names what determines the result, `split` the data set's.

    Raises any KairoscopeError.
    """
    started, began, load = datetime.now(UTC), time.monotonic(), machine()["load"]
    result = protocol.run(context)
    return {
        "schema": SCHEMA,
        "key": key,
        "task": task,
        "protocol": protocol.name,
        "options": {name: _said(value) for name, value in options.items()},
        "inputs": {role: entry.key for role, entry in context.inputs.items()},
        "provenance": {
            **provenance(),
            "data": data(context.dataset, split),
            "weights": {
                role: sha256_of(entry.checkpoint)
                for role, entry in context.inputs.items()
                if entry.checkpoint.is_file()
            },
            "checkpoint": sha256_of(made) if (made := context.checkpoint).is_file() else None,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 1),
            "device": context.device,
            "precision": context.precision,
            "machine": {**machine(), "load_before": load},
        },
        "result": result,
    }


def _said(value: Any) -> Any:
    """An option as it may be shown to others: of a path its last part."""
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


def write(path: Path, record: Mapping[str, Any]) -> None:
    """Write JSON to a file that appears whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(record, indent=1) + "\n")
    part.replace(path)


def data(dataset: Dataset, split: int) -> dict[str, Any]:
    """The data set by name and split, and of each part how many clips, the list's hash and that of
    what determines the clips. Raises InvalidDataset for a clip that is gone."""
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {
        "name": dataset.name,
        "split": split,
        **{
            part: {
                "clips": len(samples),
                "list_sha256": list_hash(dataset.root, samples),
                "content_sha256": dataset.content[part],
            }
            for part, samples in parts.items()
        },
    }


def machine() -> dict[str, Any]:
    """What it ran on, without naming it."""
    return {
        "cores": cores(),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
