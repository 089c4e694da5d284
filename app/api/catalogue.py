"""What the server can do: its keyframe methods, its plug-ins and its models."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.parts import TheService
from model import methods as registered
from worker.models import Model
from worker.models import models as known_models


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
def models(service: TheService) -> list[Model]:
    """The checkpoints that are here, those in use first, each with its card: shipped, pulled or put
    into the data directory's weights/, or named by the settings. `learned` are the parameters with
    a meaning of their own; `fault` says why one cannot be used."""
    return known_models(service.settings)
