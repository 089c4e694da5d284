"""Ids of the models page."""

from typing import Any

CURVES = "models-curves"


def curves(name: Any) -> dict[str, Any]:
    """The id of the curves of a checkpoint; of a pattern of them with dash.MATCH or dash.ALL."""
    return {"type": CURVES, "name": name}
