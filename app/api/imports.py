"""Imports of UCF101 clips from the server's own disk, below KAIROSCOPE_IMPORT_DIR alone."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from app.api.parts import TheImports, TheService
from app.api.problems import answers
from app.pages.cases.studies import ACTIONS
from model.errors import InvalidParameter
from worker.imports import Import
from worker.types import IMPORTED_EACH
from worker.ucf101 import allowed_folder, choose

MOST_CLIPS = 1000  # of one import


class NewImport(BaseModel):
    """What to import: a folder in the layout of UCF101, how many clips of each class, and whether
    only the classes of the case studies or all of them."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field("", max_length=4096, description="below KAIROSCOPE_IMPORT_DIR, by default it")
    clips: StrictInt = Field(IMPORTED_EACH, ge=1, le=MOST_CLIPS)
    classes: Literal["cases", "all"] = "cases"


routes = APIRouter(prefix="/imports", tags=["imports"])


@routes.post("", status_code=202, responses=answers(403, 409, 422))
def start_import(service: TheService, imports: TheImports, wanted: NewImport) -> Import:
    """Copy clips of a UCF101 on the server's disk into the library, tagged with their classes; one
    import at a time. 403 for a folder that is not below `KAIROSCOPE_IMPORT_DIR`."""
    folder = allowed_folder(service.settings, wanted.path)
    clips = choose(folder, ACTIONS, wanted.clips, every_class=wanted.classes == "all")
    if len(clips) > MOST_CLIPS:
        raise InvalidParameter(
            f"wanted at most {MOST_CLIPS} clips at a time, got {len(clips)}",
            "Take fewer of each class.",
            "/clips",
        )
    return imports.start(folder, clips)


@routes.get("")
def list_imports(imports: TheImports) -> list[Import]:
    """The last imports since the server started, newest first."""
    return imports.list()


@routes.get("/{import_id}", responses=answers(404))
def get_import(imports: TheImports, import_id: str) -> Import:
    """Where an import stands: the clips that are in the library, and those that were refused."""
    return imports.get(import_id)


@routes.delete("/{import_id}", status_code=202, responses=answers(404, 409))
def cancel_import(imports: TheImports, import_id: str) -> Import:
    """Stop an import after the clip at hand; what it brought stays."""
    return imports.cancel(import_id)
