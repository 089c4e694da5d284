"""The pages' lists as files: the library, a case, the checkpoints and their trainings."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from app.api.exports import attachment
from app.api.parts import TheService
from app.api.problems import answers
from app.api.videos import wanted_listing
from app.exports import CSV, safe_name
from app.exports.lists.checkpoints import CHECKPOINTS, write_curves
from app.exports.lists.library import LIBRARY, videos_of
from app.exports.lists.records import Records, T
from app.pages.cases.figures import CASE, case_videos
from app.pages.cases.studies import study_of
from worker.errors import NotFound
from worker.models import curves, models
from worker.types import Listing

TableFormat = Literal["csv", "json"]
FILE = {200: {"description": "The file", "content": {"text/csv": {}, "application/json": {}}}}
TABLE = {200: {"description": "The file", "content": {"text/csv": {}}}}

routes = APIRouter()


@routes.get(
    "/videos/export/{table_format}", tags=["videos"], response_class=Response,
    responses={**FILE, **answers(422)},
)  # fmt: skip
def export_library(
    service: TheService,
    table_format: TableFormat,
    listing: Annotated[Listing, Depends(wanted_listing)],
) -> Response:
    """All videos that a list asks for, with their tags and their newest run, as csv or json,
    schema `kairoscope/library@1`; the parameters are those of /videos."""
    return _file(LIBRARY, list(videos_of(service.library, listing)), "library", table_format)


@routes.get(
    "/cases/{slug}/export/{table_format}", tags=["cases"], response_class=Response,
    responses={**FILE, **answers(404, 422)},
)  # fmt: skip
def export_case(service: TheService, slug: str, table_format: TableFormat) -> Response:
    """The figures of every analysed video of a case study, as csv or json, schema
    `kairoscope/case@1`."""
    study = study_of(slug)
    if study is None:
        raise NotFound(f"no case {slug!r}", "Their addresses are on the page /cases.")
    return _file(CASE, list(case_videos(service, study)), f"case-{slug}", table_format)


@routes.get(
    "/models/export/{table_format}", tags=["catalogue"], response_class=Response,
    responses={**FILE, **answers(422)},
)  # fmt: skip
def export_models(service: TheService, table_format: TableFormat) -> Response:
    """The checkpoints that are here with their cards, as csv or json, schema
    `kairoscope/checkpoints@1`."""
    return _file(CHECKPOINTS, models(service.settings), "models", table_format)


@routes.get(
    "/models/{name}/curves.csv", tags=["catalogue"], response_class=Response,
    responses={**TABLE, **answers(404, 422)},
)  # fmt: skip
def export_curves(service: TheService, name: str) -> Response:
    """The curves of a checkpoint's training: a column a monitor, a row a report; 404 where they are
    not kept."""
    found = curves(service.settings, name)
    if found is None:
        raise NotFound(f"no curves of a training of {name!r}", "See /models, `curves`.")
    return _answer(write_curves(found), f"{safe_name(name)}.curves.csv", CSV)


def _file(kind: Records[T], records: list[T], name: str, table_format: TableFormat) -> Response:
    file = f"{name}.{table_format}"
    if table_format == "csv":
        return _answer(kind.write_csv(records), file, CSV)
    return _answer(kind.write_json(records), file, "application/json")


def _answer(content: str, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": attachment(name), "Cache-Control": "private, no-cache"}
    return Response(content, media_type=media_type, headers=headers)
