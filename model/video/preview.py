"""What a browser shows of any video: a playable preview, sprite sheets and a thumbnail."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from model.video.child import Child
from model.video.limits import Limits


@dataclass(frozen=True)
class SpriteInfo:
    """Sheets of `columns` x `rows` tiles of `tile_w` x `tile_h` pixels, filled row by row.

    `index` names the decoded frame of each tile, over all `sheets` (file names) in order.
    """

    tile_w: int
    tile_h: int
    columns: int
    rows: int
    index: list[int]
    sheets: list[str]


@dataclass(frozen=True)
class Derivatives:
    """Files made of one video. The preview has its `frames` decoded frames at their own times."""

    preview: Path
    thumbnail: Path
    sprites_json: Path
    sprites: SpriteInfo
    frames: int


def write_derivatives(
    path: Path | str,
    out_dir: Path,
    limits: Limits | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Derivatives:
    """Write `preview.mp4`, `sprite_NNN.jpg`, `sprites.json` and `thumbnail.jpg` into `out_dir`.

    One decode in a child process. `on_progress` hears the frames done and expected (None when
    unknown), some times a second; what it raises stops the work. Raises UnreadableVideo or
    VideoTooLarge.
    """
    source, out_dir = Path(path).resolve(strict=True), out_dir.resolve()
    out_dir.mkdir(parents=True, exist_ok=True)
    job = {"path": str(source), "out_dir": str(out_dir)}
    with Child("preview", job, limits or Limits()) as child:
        for message, _ in child.messages():
            if message["kind"] == "progress" and on_progress:
                total = message["total"]
                on_progress(message["done"], total and max(total, message["done"]))
    return Derivatives(
        preview=out_dir / "preview.mp4",
        thumbnail=out_dir / "thumbnail.jpg",
        sprites_json=out_dir / "sprites.json",
        sprites=SpriteInfo(**message["sprites"]),
        frames=message["frames"],
    )
