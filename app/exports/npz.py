"""NPZ: every array of the analysis, and what is no array as JSON in bytes; no pickles."""

import io
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.exports.source import Source, reading
from model.types import Analysis

Arrays = dict[str, NDArray[Any]]


def write(source: Source) -> bytes:
    """`times_T`; `steps/<field>_S`; `methods/<name>/{index,time,score}_K`;
    `methods/<name>/curves/<curve>/{time_s,value}`; `json`, the analysis without them, as UTF-8."""
    analysis = source.analysis
    document = analysis.to_json()
    arrays: Arrays = {"times_T": analysis.clip.times_T}
    del document["times_s"]
    if analysis.steps:
        for field in ("index", "time", "phi", "gate", "open"):
            arrays[f"steps/{field}_S"] = getattr(analysis.steps, f"{field}_S")
        document["steps"] = {"threshold": analysis.steps.threshold}
    for name, kept in analysis.methods.items():
        for field in ("index", "time", "score"):
            arrays[f"methods/{name}/{field}_K"] = getattr(kept, f"{field}_K")
        del document["methods"][name]["keyframes"]
        for curve, entry in document["methods"][name]["curves"].items():
            for field in ("time_s", "value"):
                arrays[_curve_key(name, curve, field)] = getattr(kept.curves[curve], field)
                del entry[field]
    text = json.dumps(document, allow_nan=False).encode()
    file = io.BytesIO()
    np.savez_compressed(file, json=np.frombuffer(text, np.uint8), **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def read(content: bytes) -> Analysis:
    """The inverse of `write`. Raises InvalidExport."""
    with reading("analysis (NPZ)"), np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        document = json.loads(arrays["json"].tobytes())
        document["times_s"] = arrays["times_T"]
        if "steps/index_S" in arrays:
            document["steps"] |= {
                name: arrays[f"steps/{name.removesuffix('_s')}_S"].tolist()
                for name in ("index", "time_s", "phi", "gate", "open")
            }
        for name, entry in document["methods"].items():
            columns = (arrays[f"methods/{name}/{field}_K"] for field in ("index", "time", "score"))
            rows = zip(*(column.tolist() for column in columns), strict=True)
            entry["keyframes"] = [{"index": i, "time_s": t, "score": s} for i, t, s in rows]
            for curve, about in entry["curves"].items():
                for field in ("time_s", "value"):
                    about[field] = arrays[_curve_key(name, curve, field)]
        return Analysis.from_json(document)


def _curve_key(method: str, curve: str, field: str) -> str:
    return f"methods/{method}/curves/{curve}/{field}"
