"""What the models page says of a checkpoint, taken from its header and its card."""

from collections.abc import Mapping
from typing import Any

from app.pages import text
from model.errors import KairoscopeError
from model.methods import registry
from model.types import Floats
from worker import models
from worker.models import Model
from worker.settings import Settings

TASKS = {"attention": "Attention", "recognition": "Recognition", "backbone": "Backbone"}
POOLS = {"mean": "spatial means", "map": "whole maps"}
FLOWS = {"dis": "DIS", "tvl1": "TV-L1", "farneback": "Farnebäck"}


def curves_of(settings: Settings, name: str) -> tuple[dict[str, Floats] | None, str]:
    """The curves of a checkpoint's training, if there are any, and what is wrong with them."""
    try:
        return models.curves(settings, name), ""
    except KairoscopeError as error:
        return None, f"{error.message}. {error.hint}"


def kind_of(model: Model) -> str:
    """Attention, or Recognition by which network."""
    task = TASKS.get(model.task, model.task.capitalize())
    return f"{task} · {model.kind}" if model.kind else task


def facts(model: Model) -> dict[str, str]:
    """What the network is fed, and where its gate sits."""
    recipe, found = model.recipe, {}
    if "position" in recipe:
        threshold = registry()["rtsae"]().threshold
        found["Gate"] = f"after p{recipe['position']}, opens above {threshold:g}"
    if "size" in recipe:
        found["Input"] = f"{recipe['size']} × {recipe['size']} px"
    if "steps_per_second" in recipe:
        rate = recipe["steps_per_second"]
        found["Steps"] = f"{rate:g} a second" if rate else "every frame"
    parts = []
    if "features" in recipe:
        pool = POOLS.get(recipe.get("pool", ""), recipe.get("pool", ""))
        parts.append(f"{recipe['features']} a step" + f" from {pool}" * bool(pool))
    if "flow" in recipe:
        flow = FLOWS.get(recipe["flow"], recipe["flow"])
        parts.append(f"T-Net on {flow} flow × {recipe.get('flow_weight', 1):g}")
    if "channels" in recipe:
        parts.append(str(recipe["channels"]))
    if parts:
        found["Features"] = ", ".join(parts)
    return found


def size_of(model: Model) -> str:
    """The size of its file."""
    return f"{text.quantity(model.bytes)}B"


def data_of(card: Mapping[str, Any]) -> str:
    """What it was trained on, in a line."""
    data = card.get("data")
    if isinstance(data, list):
        length = card.get("seconds_of_video")
        return text.count(len(data), "clip") + (f", {text.seconds(length)}" if length else "")
    if isinstance(data, dict):
        parts = [str(data.get("name", ""))]
        if classes := data.get("classes"):
            parts.append(f"{len(classes)} classes")
        for part in ("train", "validation"):
            clips = (data.get(part) or {}).get("clips")
            if clips is not None:
                parts.append(
                    f"{text.count(clips, 'clip')} for {'training' if part == 'train' else part}"
                )
        return ", ".join(filter(None, parts))
    return ""


def figures_of(card: Mapping[str, Any]) -> dict[str, float]:
    """The monitors at the end of its training."""
    figures = card.get("figures") or card.get("monitors") or {}
    return {name: value for name, value in figures.items() if isinstance(value, int | float)}


def origin_of(card: Mapping[str, Any]) -> dict[str, str]:
    """How it was made: what a card says of it, in words."""
    torch, version = card.get("torch"), card.get("version")
    made_by = f"Kairoscope {version}" if version else ""
    commit = f" at {card['commit']}" if card.get("commit") else ""
    training = card.get("seconds")
    found = {
        "Data": data_of(card),
        "Note": card.get("note") or card.get("about") or "",
        "Source": card.get("source", ""),
        "Backbone": card.get("backbone", "") if isinstance(card.get("backbone"), str) else "",
        "Trained by": f"{made_by}{commit}" + f", PyTorch {torch}" * bool(torch),
        "Time": text.seconds(training) if training else "",
    }
    return {name: str(value) for name, value in found.items() if value}
