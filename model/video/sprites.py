"""Child's side: sheets of small tiles that let a page show any frame at once on hover."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.video.images import Upright, fit, jpeg
from model.video.source import Picture

TILE, COLUMNS, ROWS, MOST = 160, 10, 10, 1000


@dataclass
class Sprites:
    """Collects a tile of every `stride`-th frame; `stride` doubles whenever there are too many.

    So memory is bounded, and what remains is evenly strided although the number of frames is
    unknown until the end.
    """

    upright: Upright
    stride: int = 1
    tiles: list[NDArray[np.uint8]] = field(default_factory=list)
    index: list[int] = field(default_factory=list)

    def add(self, picture: Picture, index: int, width: int, height: int) -> None:
        """Take the frame of this decoded index; `width` and `height` are its display size."""
        if index % self.stride:
            return
        if not self.tiles:
            self.size = fit(width, height, TILE)
        self.tiles.append(self.upright.rgb(picture, *self.size))
        self.index.append(index)
        if len(self.tiles) > MOST:
            self.tiles, self.index = self.tiles[::2], self.index[::2]
            self.stride *= 2

    def write(self, out_dir: Path) -> dict[str, Any]:
        """Write `sprite_000.jpg`, ... and `sprites.json`; returns what the latter says."""
        width, height = self.size
        sheets: list[str] = []
        per_sheet = COLUMNS * ROWS
        for start in range(0, len(self.tiles), per_sheet):
            sheets.append(f"sprite_{len(sheets):03d}.jpg")
            (out_dir / sheets[-1]).write_bytes(jpeg(self._sheet(start, start + per_sheet)))
        about = {
            "tile_w": width,
            "tile_h": height,
            "columns": COLUMNS,
            "rows": ROWS,
            "index": self.index,
            "sheets": sheets,
        }
        (out_dir / "sprites.json").write_text(json.dumps(about))
        return about

    def _sheet(self, start: int, stop: int) -> NDArray[np.uint8]:
        width, height = self.size
        tiles = self.tiles[start:stop]
        rows = -(-len(tiles) // COLUMNS)
        sheet_HWC = np.zeros((rows * height, COLUMNS * width, 3), np.uint8)
        for place, tile_HWC in enumerate(tiles):
            top, left = place // COLUMNS * height, place % COLUMNS * width
            sheet_HWC[top : top + height, left : left + width] = tile_HWC
        return sheet_HWC
