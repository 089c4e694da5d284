"""How far two runs lie apart, from made documents."""

from dataclasses import replace

import pytest

from model.reproduction.document import Cell, Claim, Document, Row, Section, Table
from scripts import spread


def document(
    accuracy: float, seconds: float, verdict: str = "confirmed", network: str = "joint-s1-r0"
) -> Document:
    cells = (
        Cell(accuracy, 0.5, 0.7, ("a",), "share"),
        Cell(seconds, None, None, ("a",), "seconds"),
        Cell("text"),
    )
    rows = (Row("ours", cells), Row("theirs", (Cell(0.9), Cell(None), Cell(None)), "paper"))
    table = Table("T", ("accuracy", "time", "note"), rows)
    claim = Claim("It holds.", "Section 1", verdict, "it does")  # type: ignore[arg-type]
    runs = {"a": {"inputs": {"network": network}}}
    return Document("a", "quick", (Section("s", "S", "p", (table,)),), (claim,), runs)


def test_equal_runs_lie_nowhere_apart() -> None:
    one = document(0.6, 2.0)
    assert [number.distance for number in spread.apart(one, one)] == [0, 0]
    assert spread.verdicts(one, one) == [("It holds.", "confirmed", "confirmed")]
    assert "verdicts: 0 differ of 1 that both have, of 1 and 1" in spread.written(one, one)
    assert "share: 1 numbers, 0 differ, 1 of 1 within" in spread.written(one, one)


def test_shares_lie_apart_by_difference_and_times_by_ratio() -> None:
    first, second = document(0.6, 2.0), document(0.45, 1.0, "not confirmed")
    share, time = spread.apart(first, second)
    assert share.place == ("s", "T", "ours", "accuracy")
    assert share.distance == pytest.approx(0.15)
    assert share.within is False
    assert (time.distance, time.within) == (1.0, None)
    assert spread.verdicts(first, second) == [("It holds.", "confirmed", "not confirmed")]
    assert "verdicts: 1 differ of 1" in spread.written(first, second)


def test_what_one_alone_has_is_not_compared() -> None:
    one = document(0.6, 2.0)
    empty = replace(one, sections=(), claims=())
    assert spread.apart(one, empty) == []
    assert spread.verdicts(one, empty) == []
    reworded = replace(one, claims=(replace(one.claims[0], text="It held."),))
    assert "verdicts: 0 differ of 0 that both have, of 1 and 1" in spread.written(one, reworded)


def test_what_is_measured_of_networks_that_ship_stands_apart() -> None:
    shipped, trained = document(0.6, 2.0, network="shipped/compact"), document(0.6, 2.0)
    assert "share of what ships: 1 numbers" in spread.written(shipped, shipped)
    assert "of what ships" not in spread.written(trained, trained)
