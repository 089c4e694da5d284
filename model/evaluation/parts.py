"""Parts of a long evaluation, kept until it ends, so that an interrupted one goes on."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.errors import CannotWrite


@dataclass(frozen=True)
class Parts:
    """Results of parts as JSON in `folder` (None keeps nothing). `about` is all that determines
    them beside their names: of anything else they are made anew."""

    folder: Path | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """The part of this name: from before the interruption, or made now. Raises CannotWrite."""
        if self.folder is None:
            return make()
        said = json.dumps([self.about, name], sort_keys=True)
        path = self.folder / f"{hashlib.sha256(said.encode()).hexdigest()[:32]}.json"
        if not path.is_file():
            _keep(path, json.dumps(make()))
        return json.loads(path.read_text())


def _keep(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text)
        part.replace(path)
    except OSError as error:
        raise CannotWrite.at(path, error) from error


NOTHING_KEPT = Parts()
