"""JSON, schema kairoscope/analysis@1: the whole analysis."""

import json

from app.exports.source import Source, reading
from model.types import Analysis


def write(source: Source) -> str:
    """The analysis as one JSON object."""
    return json.dumps(source.analysis.to_json(), allow_nan=False)


def read(text: str) -> Analysis:
    """The inverse of `write`. Raises InvalidExport."""
    with reading("analysis (JSON)"):
        return Analysis.from_json(json.loads(text))
