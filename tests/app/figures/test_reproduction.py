"""The figures of a reproduction as they are drawn."""

import pytest

from app.figures.methods import style_of
from app.figures.reproduction import MOST_BARRED, bounds_of, reproduction, width_of
from model.reproduction.document import Figure, Series
from tests.reproduced import document

LINES, BARS, MATRIX = document().sections[0].figures


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_have_the_look_of_their_method_and_the_papers_are_hollow(theme):
    ours, uniform, paper = reproduction(LINES, theme=theme).data
    style = style_of("rtsae")
    assert (list(ours.x), list(ours.y)) == ([2, 4, 6], [0.7, 0.75, 0.8])
    assert ours.line.color == paper.line.color == style.colour(theme)
    assert (ours.line.dash, ours.marker.symbol) == (style.dash, style.symbol)
    assert uniform.line.dash == style_of("uniform").dash
    assert (paper.name, paper.marker.symbol) == ("rtsae, paper", f"{style.symbol}-open")
    looks = {(line.line.dash, line.marker.symbol) for line in (ours, uniform, paper)}
    assert len(looks) == 3


def test_intervals_are_error_bars_around_the_value():
    ours, uniform, _ = reproduction(LINES).data
    assert list(ours.error_y.array) == pytest.approx([0.1, 0.05, 0.1])
    assert list(ours.error_y.arrayminus) == pytest.approx([0.1, 0.05, 0.05])
    assert uniform.error_y.array is None


def test_intervals_of_a_long_line_are_a_band():
    x = tuple(float(i) for i in range(MOST_BARRED + 1))
    low, y, high = (tuple(i + shift for i in x) for shift in (-1, 0, 1))
    figure = Figure("f", "lines", "x", "y", (Series("a", x, y, low, high),))
    band, line = reproduction(figure).data
    assert list(band.y) == [*high, *reversed(low)]
    assert line.error_y.array is None
    assert not band.showlegend


def test_bars_are_told_apart_by_hatching_and_the_papers_have_no_filling():
    ours, paper = reproduction(BARS).data
    assert (list(ours.x), list(ours.y)) == (["Diving", "LongJump"], [0.9, 0.96])
    assert paper.marker.color == "rgba(0,0,0,0)"
    assert paper.name == "RTSAE-DSCNN, paper"
    assert ours.marker.color == paper.marker.line.color
    names = "abcdefghijkl"
    bars = Figure("f", "bars", "x", "y", tuple(Series(name, ("x",), (1.0,)) for name in names))
    hatches = [bar.marker.pattern for bar in reproduction(bars).data]
    assert len({(hatch.shape, hatch.size) for hatch in hatches}) == len(names)


def test_bars_at_places_of_their_own_leave_no_room_for_others():
    first, second = Series("a", (1.0, 3.0), (0.1, 0.2)), Series("b", (2.0,), (0.3,))
    assert reproduction(Figure("f", "bars", "x", "y", (first, second))).layout.barmode == "overlay"
    assert reproduction(BARS).layout.barmode == "group"


def test_a_matrix_has_its_first_row_on_top_and_its_values_written_in():
    figure = reproduction(MATRIX)
    [drawn] = figure.data
    assert (list(drawn.x), list(drawn.y)) == (["Diving", "LongJump"], ["Diving", "LongJump"])
    assert [list(row) for row in drawn.z] == [[45, 5], [2, 48]]
    assert drawn.texttemplate
    assert figure.layout.yaxis.autorange == "reversed"


def test_a_large_matrix_names_every_row_and_column_in_less_room():
    names = tuple(f"class {i}" for i in range(101))
    rows = tuple(Series(name, names, (0.0,) * len(names)) for name in names)
    large = reproduction(Figure("f", "matrix", "x", "y", rows))
    assert large.layout.xaxis.dtick == large.layout.yaxis.dtick == 1
    assert large.layout.height < 2 * 101 * 11
    assert not large.data[0].texttemplate
    assert width_of(Figure("f", "matrix", "x", "y", rows)) > 101 * 11 > width_of(MATRIX)


def test_bars_begin_at_zero_and_figures_may_share_an_axis():
    assert bounds_of([BARS])[0] == 0
    near = Figure("f", "lines", "x", "y", (Series("a", (1.0, 2.0), (0.90, 0.92)),))
    low, high = bounds_of([near])
    assert 0.89 < low < 0.90
    assert 0.92 < high < 0.93
    shared = bounds_of([near, LINES])
    assert shared[0] <= 0.6
    assert list(reproduction(near, bounds=shared).layout.yaxis.range) == list(shared)


def test_a_name_is_no_markup_to_plotly():
    figure = Figure("f", "bars", "<i>", "y", (Series("<b>a", ("x",), (1.0,)),) * 2)
    drawn = reproduction(figure)
    assert drawn.data[0].name == "&lt;b&gt;a"
    assert drawn.layout.xaxis.title.text.startswith("&lt;")
