"""Breaststroke: both arms together, a breath and a whip kick in every cycle."""

from __future__ import annotations

from model.datasets.athletics.swimming import Swimming


class BreastStroke(Swimming):
    """A part of a length of breaststroke."""

    name = "BreastStroke"
    stroke = "breast"
    rate = (0.7, 0.95)
