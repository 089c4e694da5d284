"""Front crawl: the arms turn by turns, the legs flutter."""

from __future__ import annotations

from model.datasets.athletics.swimming import Swimming


class FrontCrawl(Swimming):
    """A part of a length of front crawl."""

    name = "FrontCrawl"
    stroke = "crawl"
    rate = (0.75, 1.05)
