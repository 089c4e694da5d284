"""Each process starts somewhere else, and none leaves anything out."""

import os
from itertools import pairwise

import pytest

from model.order import from_anywhere


def test_all_items_come_once_in_their_order_around(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = set()
    for pid in range(1000, 1020):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        found = from_anywhere(range(50))
        assert sorted(found) == list(range(50))
        assert {(b - a) % 50 for a, b in pairwise(found)} == {1}
        starts.add(found[0])
    assert len(starts) > 10  # of neighbours, too
    assert from_anywhere([]) == []
