"""Parts of a long evaluation, kept until it ends, so that an interrupted one goes on."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Parts:
    """Results of parts as JSON in `folder` (None keeps nothing). `about` is all that determines
    them beside their names: of anything else they are made anew."""

    folder: Path | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """The part of this name: from before the interruption, or made now."""
        if self.folder is None:
            return make()
        said = json.dumps([self.about, name], sort_keys=True)
        path = self.folder / f"{hashlib.sha256(said.encode()).hexdigest()[:32]}.json"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            whole = path.with_suffix(".part")
            whole.write_text(json.dumps(make()))
            whole.replace(path)
        return json.loads(path.read_text())


NOTHING_KEPT = Parts()
