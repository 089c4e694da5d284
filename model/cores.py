"""How many processor cores there are for this process."""

import os
import sys


def cores() -> int:
    """Processor cores that this process may use; of other systems, all there are."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
