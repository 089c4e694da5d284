"""ZIP of the keyframes as JPEG, a folder a method, named by their times; made as it is read."""

import io
import zipfile
from collections.abc import Iterator

from app.exports import analysis_json, safe_name
from app.exports.source import Source, reading
from model.types import Analysis

ANALYSIS = "analysis.json"


def still_names(analysis: Analysis) -> dict[int, list[str]]:
    """`<method>/<rank>_frame<index>_<time>s.jpg` of each keyframe, by its decoded frame index."""
    names: dict[int, list[str]] = {}
    for method, kept in analysis.methods.items():
        moments = zip(kept.index_K.tolist(), kept.time_K.tolist(), strict=True)
        for rank, (index, time_s) in enumerate(moments, start=1):
            name = f"{safe_name(method)}/{rank:03d}_frame{index:06d}_{time_s:09.3f}s.jpg"
            names.setdefault(index, []).append(name)
    return names


def write(source: Source) -> Iterator[bytes]:
    """The file in parts, one a frame. Raises UnreadableVideo, VideoTooLarge or InvalidParameter
    when the frames cannot be read."""
    names, sink = still_names(source.analysis), _Sink()
    with zipfile.ZipFile(sink, "w") as file:
        _add(file, ANALYSIS, analysis_json.write(source).encode(), zipfile.ZIP_DEFLATED)
        for index, jpeg in source.stills(names):
            for name in names[index]:
                _add(file, name, jpeg, zipfile.ZIP_STORED)
            yield sink.taken()
    yield sink.taken()


def read(content: bytes) -> tuple[Analysis, dict[str, bytes]]:
    """The analysis, and the JPEG files by name. Raises InvalidExport."""
    with reading("keyframes (ZIP)"), zipfile.ZipFile(io.BytesIO(content)) as file:
        analysis = analysis_json.read(file.read(ANALYSIS).decode())
        names = [name for names in still_names(analysis).values() for name in names]
        return analysis, {name: file.read(name) for name in names}


def _add(file: zipfile.ZipFile, name: str, content: bytes, compression: int) -> None:
    entry = zipfile.ZipInfo(name)  # of 1980: the same analysis is the same file
    entry.compress_type, entry.external_attr = compression, 0o644 << 16
    file.writestr(entry, content)


class _Sink(io.RawIOBase):
    """Takes what is written and hands it on; it cannot seek, so the archive is written forwards."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._held)
        self._held.clear()
        return taken
