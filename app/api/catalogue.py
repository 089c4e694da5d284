"""What the server can do: its keyframe methods and its models."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.parts import TheService
from model.methods import registry
from model.weights.cards import Checkpoint, describe
from worker.keys import recogniser, weights_path


class Parameter(BaseModel):
    """A parameter of a method: `type` is bool, int, float or str; null bounds are open."""

    name: str
    type: str
    default: Any
    help: str
    low: float | None
    high: float | None
    choices: list[str]


class MethodDescription(BaseModel):
    """A keyframe method, as its own file describes it."""

    name: str
    title: str
    description: str
    parameters: list[Parameter]


routes = APIRouter(tags=["catalogue"])


@routes.get("/methods")
def methods() -> list[MethodDescription]:
    """The keyframe methods and their parameters."""
    return [MethodDescription(**method.describe()) for method in registry().values()]


@routes.get("/models")
def models(service: TheService) -> list[Checkpoint]:
    """The models in use, for attention and for recognition, each with its card."""
    chosen = recogniser(service.settings)
    paths = [weights_path(service.settings), *([chosen[1]] if chosen else [])]
    return [describe(path) for path in paths if path.is_file()]
