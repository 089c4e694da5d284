"""The platform itself, for those who run it."""

from fastapi import APIRouter

from app.api.parts import TheService
from worker.system import System
from worker.system import system as stands

routes = APIRouter(tags=["platform"])


@routes.get("/system")
def system(service: TheService) -> System:
    """The workers and what they run, the queue, the last failures, versions, database and broker,
    disk, and the settings in force without their secrets. The plug-ins are at /plugins."""
    return stands(service)
