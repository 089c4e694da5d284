"""What the server can do: its keyframe methods and its models."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from model.methods import registry
from worker.service import Service


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


def router(service: Service) -> APIRouter:
    """The routes of /methods and /models."""
    routes = APIRouter(tags=["catalogue"])

    @routes.get("/methods")
    def methods() -> list[MethodDescription]:
        """The keyframe methods and their parameters."""
        return [MethodDescription(**method.describe()) for method in registry().values()]

    return routes
