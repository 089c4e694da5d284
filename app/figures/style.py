"""What all figures share: the two themes and the layout of the time axis."""

from dataclasses import dataclass
from typing import Any, Literal

Theme = Literal["light", "dark"]

FONT = "'IBM Plex Sans', system-ui, sans-serif"


@dataclass(frozen=True)
class Palette:
    """The colours of one theme. `ground` lies behind text on
    a plot, `band` shades the decisive ground-truth phases."""

    ground: str
    ink: str
    muted: str
    grid: str
    band: str
    attention: str
    attention_fill: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        ground="rgba(248,247,244,0.8)",
        ink="#17191c",
        muted="#5b616b",
        grid="#e9e7e2",
        band="rgba(23,25,28,0.05)",
        attention="#0069a8",
        attention_fill="rgba(0,105,168,0.14)",
    ),
    "dark": Palette(
        ground="rgba(18,20,23,0.8)",
        ink="#eceae5",
        muted="#9aa1ad",
        grid="#2a2e34",
        band="rgba(236,234,229,0.06)",
        attention="#56b4e9",
        attention_fill="rgba(86,180,233,0.18)",
    ),
}


NARROW = 100  # px: with less gutter than this the screen is a phone's
RIGHT = 18  # px between the plot area and the right edge


def time_layout(
    theme: Theme, duration_s: float, gutter: int, window: tuple[float, float] | None
) -> dict[str, Any]:
    """The layout every figure on the time axis has: the plot area starts `gutter` px from the left
    and ends `RIGHT` px before the right edge, so that rows of HTML can share the axis exactly."""
    palette = PALETTES[theme]
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": palette.muted},
        "showlegend": False,
        "margin": {"l": gutter, "r": RIGHT, "t": 28, "b": 6, "autoexpand": False},
        "xaxis": {
            "range": list(window or (0.0, duration_s)),
            "side": "top",
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": palette.grid,
            "ticksuffix": " s",
            "gridcolor": palette.grid,
            "zeroline": False,
            "showline": False,
            "nticks": 5 if gutter < NARROW else 12,
            "tickangle": 0,
            "fixedrange": True,
        },
    }
