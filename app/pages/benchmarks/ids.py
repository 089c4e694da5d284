"""Ids of the page of reproductions."""

PAGE = "benchmarks-live"
HEADS = "benchmarks-heads"  # what there is, and what is shown of it
FILTER = "benchmarks-filter"
BODY = "benchmarks-body"  # the sections
TICK = "benchmarks-tick"
LOOK = "benchmarks-look"  # set by the browser every few seconds while the page is visible
CHOSEN = "benchmarks-chosen"  # the names of the reproductions shown, one or two, and the theme
SHOWN = "benchmarks-shown"  # what is shown of them, to see whether something has changed
OPENED = "benchmarks-opened"
FIGURE = "benchmarks-figure"

SECTION = "benchmarks-section"
QUERY = "benchmarks-query"
FOUND = "benchmarks-found"
RUN = "benchmarks-run"  # the panel of a run


def figure(key: str) -> dict[str, str]:
    """A figure, by its place among those shown."""
    return {"type": FIGURE, "key": key}
