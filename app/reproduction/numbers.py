"""The cells of a table as people read them: the same on the page, in HTML and in Markdown."""

import math

from model.reproduction.document import Cell

NOTHING = "–"
WHOLE = 1000  # from here on a number is written without decimals
LONG_S = 120  # from here on minutes


def cell(content: Cell) -> str:
    """75.1 % (73.0 to 77.1): the value and, where known, its interval; a dash for none."""
    value = content.value
    if value is None or isinstance(value, str):
        return NOTHING if value is None else value
    said = number(value, content.unit)
    if content.low is None or content.high is None:
        return said
    bounds = (_bare(bound, content.unit) for bound in (content.low, content.high))
    return f"{said} ({' to '.join(bounds)})"


def number(value: float, unit: str = "") -> str:
    """A number with its unit; four significant digits, a share as per cent with one decimal."""
    said, sign = _bare(value, unit), {"share": "%", "seconds": "s", "number": ""}.get(unit, unit)
    return f"{said} {sign}" if sign and said != NOTHING else said


def duration(seconds: float) -> str:
    """How long something took: 42.3 s, 12 min."""
    return number(round(seconds, 1), "seconds") if seconds < LONG_S else f"{seconds / 60:.0f} min"


def _bare(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return NOTHING
    if unit == "share":
        return f"{100 * value:.1f}"
    if value == int(value) or abs(value) >= WHOLE:
        return f"{value:,.0f}"
    return f"{value:.4g}"
