"""Figures of the pages: what is said of the samples."""

import pytest

from app.ui_bench.figures import Figure, Machine, Report


def report(*figures: Figure) -> Report:
    return Report(Machine("z80", 2, 0.5), 3, {"frames": 9}, figures)


def test_a_goal_is_met_by_the_median() -> None:
    figure = Figure("hover", "hover to preview", "ms", 100, [50, 99, 400])
    assert (figure.median, figure.worst, figure.met) == (99, 400, True)
    assert Figure("hover", "hover to preview", "ms", 98, [50, 99, 400]).met is False


def test_json_has_each_figure_with_goal_samples_and_verdict() -> None:
    data = report(Figure("a", "A", "ms", 10, (4, 8)), Figure("b", "B", "frames", 1, (2,))).to_json()
    assert data["schema"] == "kairoscope/bench-ui@1"
    assert data["machine"] == {"processor": "z80", "cores": 2, "load": 0.5}
    assert (data["repeats"], data["sizes"]) == (3, {"frames": 9})
    assert data["figures"] == [
        {"name": "a", "title": "A", "unit": "ms", "goal": 10, "samples": [4, 8], "median": 6,
         "worst": 8, "met": True},
        {"name": "b", "title": "B", "unit": "frames", "goal": 1, "samples": [2], "median": 2,
         "worst": 2, "met": False},
    ]  # fmt: skip


def test_the_table_names_machine_goal_and_verdict() -> None:
    found = report(
        Figure("a", "a long title", "ms", 1000, [1234, 1400]),
        Figure("b", "short", "frames", 1, [0]),
    )
    first, head, slow, quick = found.table().splitlines()
    assert "2 cores (z80), load 0.50 at the start; repeats: 3" in first
    assert head.split() == ["figure", "goal", "median", "worst"]
    assert slow.split() == ["a", "long", "title", "1,000", "ms", "1,317", "ms", "1,400", "ms",
                            "missed"]  # fmt: skip
    assert quick.split() == ["short", "1", "frames", "0", "frames", "0", "frames", "met"]


@pytest.mark.parametrize("samples", [[3.0], [1.0, 3.0, 2.0]])
def test_the_worst_is_the_largest(samples: list[float]) -> None:
    assert Figure("a", "A", "ms", 1, samples).worst == 3
