"""Which cases of a test are among the fast ones."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest


def quick(count: int, cases: Iterable[Any]) -> list[Any]:
    """The first `count` of the cases as they are, the others marked slow.

    For cases that cost a process or a rendering each and prove the same of other inputs. A case is
    a tuple of values, or a single value that is no tuple.
    """
    rest = iter(cases)
    first = list(islice(rest, count))
    others = (case if isinstance(case, tuple) else (case,) for case in rest)
    return first + [pytest.param(*case, marks=pytest.mark.slow) for case in others]
