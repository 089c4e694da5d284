"""The look of each method: Okabe and Ito's colours, shifted to 3:1 contrast on each ground, with a
dash that no other of its colour has, and a marker and a glyph of its own, so that nothing is told
by colour alone."""

from dataclasses import dataclass, replace

from app.figures.style import Theme
from model.methods import registry


@dataclass(frozen=True)
class MethodStyle:
    """How one method is drawn: a colour a theme, a Plotly dash and symbol, a glyph for text."""

    light: str
    dark: str
    dash: str
    symbol: str
    glyph: str

    def colour(self, theme: Theme) -> str:
        """The colour on that ground."""
        return self.dark if theme == "dark" else self.light

    def again(self, round: int) -> "MethodStyle":
        """The style once all were taken `round` times: its marker dotted, its glyph numbered."""
        if not round:
            return self
        return replace(self, symbol=f"{self.symbol}-dot", glyph=f"{self.glyph}{round + 1}")


STYLES = (
    MethodStyle("#0069a8", "#56b4e9", "solid", "circle", "●"),
    MethodStyle("#c04f00", "#ff8f4d", "dash", "square", "■"),
    MethodStyle("#00805d", "#3fcf9f", "dot", "diamond", "◆"),
    MethodStyle("#a34a85", "#e294c4", "dashdot", "triangle-up", "▲"),
    MethodStyle("#866800", "#e3c14a", "longdash", "cross", "✚"),
    MethodStyle("#646b76", "#a7aeb9", "longdashdot", "x", "✖"),
    MethodStyle("#0069a8", "#56b4e9", "dash", "circle-open", "○"),
    MethodStyle("#c04f00", "#ff8f4d", "dot", "square-open", "□"),
    MethodStyle("#00805d", "#3fcf9f", "dashdot", "diamond-open", "◇"),
    MethodStyle("#a34a85", "#e294c4", "longdash", "triangle-up-open", "△"),
    MethodStyle("#866800", "#e3c14a", "longdashdot", "cross-open", "✛"),
    MethodStyle("#646b76", "#a7aeb9", "solid", "x-open", "✕"),
    MethodStyle("#0069a8", "#56b4e9", "longdash", "star", "★"),
    MethodStyle("#c04f00", "#ff8f4d", "dashdot", "hexagon", "⬢"),
    MethodStyle("#00805d", "#3fcf9f", "longdashdot", "triangle-down", "▼"),
    MethodStyle("#a34a85", "#e294c4", "solid", "star-open", "☆"),
    MethodStyle("#866800", "#e3c14a", "dash", "hexagon-open", "⬡"),
    MethodStyle("#646b76", "#a7aeb9", "dot", "triangle-down-open", "▽"),
)


def style_of(method: str) -> MethodStyle:
    """The style of a method by its place in the registry, so that it looks the same in every
    analysis. A method no longer there has the style after the last. With so many plug-ins that the
    styles come a third time, markers repeat, glyphs never.

    What follows a space says how the method was set, and changes nothing.
    """
    known = list(registry())
    name = method.partition(" ")[0]
    place = known.index(name) if name in known else len(known)
    round, place = divmod(place, len(STYLES))
    return STYLES[place].again(round)


def title_of(method: str) -> str:
    """The title of a method and, after a comma, how it was set; the name of one no longer there."""
    name, _, settings = method.partition(" ")
    found = registry().get(name)
    title = found.title if found else name
    return f"{title}, {settings}" if settings else title
