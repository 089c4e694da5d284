"""Parts of an evaluation: made once, of the same alone, and never half."""

from pathlib import Path

import pytest

from model.errors import CannotWrite
from model.evaluation.parts import NOTHING_KEPT, Parts


def test_a_part_is_made_once_and_of_anything_else_anew(tmp_path: Path) -> None:
    made = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    first, second = (Parts(tmp_path / "parts", {"rate": rate}) for rate in (1, 2))
    assert [first.get("a", make), first.get("a", make), first.get("b", make)] == [0, 0, 1]
    assert [second.get("a", make), first.get("a", make)] == [2, 0]
    assert [NOTHING_KEPT.get("a", make), NOTHING_KEPT.get("a", make)] == [3, 4]
    assert not list(tmp_path.rglob("*.part"))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="Not a directory"):
        Parts(tmp_path / "file" / "parts").get("a", dict)
