"""What the server can do: its keyframe methods, its plug-ins and its models."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.parts import TheService
from model import methods as registered
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
    """A keyframe method, as its own file describes it; `default` ones run where none is named."""

    name: str
    title: str
    description: str
    parameters: list[Parameter]
    default: bool


class PluginDescription(BaseModel):
    """A package or file from outside: the methods it adds; `fault` says what is wrong with it."""

    source: str
    methods: list[str]
    fault: str | None


routes = APIRouter(tags=["catalogue"])


@routes.get("/methods")
def methods() -> list[MethodDescription]:
    """The keyframe methods and their parameters."""
    return [
        MethodDescription(**method.describe(), default=name in registered.DEFAULT)
        for name, method in registered.registry().items()
    ]


@routes.get("/plugins")
def plugins() -> list[PluginDescription]:
    """The packages and files that add methods, the faulty ones included."""
    return [PluginDescription(**plugin.to_json()) for plugin in registered.plugins()]


@routes.get("/models")
def models(service: TheService) -> list[Checkpoint]:
    """The models in use, for attention and for recognition, each with its card."""
    chosen = recogniser(service.settings)
    paths = [weights_path(service.settings), *([chosen[1]] if chosen else [])]
    return [describe(path) for path in paths if path.is_file()]
