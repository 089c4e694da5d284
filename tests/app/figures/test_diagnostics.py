"""The figure of the methods' own curves."""

import numpy as np

from app.figures.diagnostics import diagnostics
from app.figures.methods import STYLES, style_of
from model.methods import DEFAULT, registry
from model.types import Keyframes


def test_a_panel_holds_the_curve_and_the_keyframes_on_it(methods: dict[str, Keyframes]) -> None:
    curve, marks = diagnostics(methods, 1.0).data
    assert np.array_equal(curve.y, methods["sms"].curves["d"].value)
    assert np.array_equal(marks.x, methods["sms"].time_K)
    assert np.allclose(marks.y, [0.04, (0.25 + 0.36) / 2])  # between the curve's own points


def test_a_threshold_is_drawn_and_the_panel_named(methods: dict[str, Keyframes]) -> None:
    figure = diagnostics(methods, 1.0)
    assert [shape.y0 for shape in figure.layout.shapes] == [0.5]
    [label] = figure.layout.annotations
    assert label.text == "SMS (reconstruction): distance (bits)"


def test_panels_do_not_overlap(methods: dict[str, Keyframes]) -> None:
    curve = methods["sms"].curves["d"]
    kept = Keyframes(
        "sms", np.array([1]), np.array([0.1]), np.ones(1), curves={"a": curve, "b": curve}
    )
    layout = diagnostics({"sms": kept}, 1.0).layout
    assert layout.yaxis.domain[0] > layout.yaxis2.domain[1]


def test_the_default_methods_are_told_apart_without_colour() -> None:
    styles = [style_of(name) for name in DEFAULT]
    assert len(styles) == 6
    for quality in ("dash", "symbol", "glyph", "light", "dark"):
        assert len({getattr(style, quality) for style in styles}) == 6


def test_all_methods_are_told_apart_by_marker_glyph_and_dash() -> None:
    assert len(registry()) <= len(STYLES)
    for told in ("symbol", "glyph"):
        assert len({getattr(style, told) for style in STYLES}) == len(STYLES)
    assert len({(style.light, style.dash) for style in STYLES}) == len(STYLES)


def test_a_method_no_longer_registered_still_has_a_style() -> None:
    assert style_of("forgotten") in STYLES


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_method_colours_have_contrast_on_both_grounds() -> None:
    """WCAG 1.4.11: 3:1 for graphics."""
    for style in STYLES:
        assert (luminance("#f8f7f4") + 0.05) / (luminance(style.light) + 0.05) >= 3
        assert (luminance(style.dark) + 0.05) / (luminance("#121417") + 0.05) >= 3
