"""The order in which a process looks at clips that others may look at, too."""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def from_anywhere(items: Sequence[Item]) -> list[Item]:
    """All items in order, around from another start in each process: processes that fill a cache
    with the same clips at a time share the work instead of doing all of it side by side."""
    start = random.Random(os.getpid()).randrange(len(items)) if items else 0
    return [*items[start:], *items[:start]]
