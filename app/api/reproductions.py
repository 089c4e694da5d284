"""Reproductions of the paper: their documents, tables and reports."""

from fastapi import APIRouter, Response

from app.api.exports import attachment
from app.api.parts import TheService
from app.api.problems import answers
from app.exports import CSV, safe_name
from app.reproduction import html
from app.reproduction.kept import Entry, document_of, entries
from app.reproduction.values import csv_of, json_of
from model.reproduction.document import SCHEMA
from worker.errors import NotFound

routes = APIRouter(prefix="/reproductions", tags=["reproductions"])


@routes.get("")
def reproductions(service: TheService) -> list[Entry]:
    """All reproductions that are here, the newest first, then those that ship."""
    return entries(service.settings)


@routes.get(
    "/{name}",
    response_class=Response,
    responses={
        200: {"description": f"The document, {SCHEMA}", "content": {"application/json": {}}},
        **answers(404),
    },
)
def reproduction(service: TheService, name: str) -> Response:
    """The document of a reproduction, kairoscope/reproduction@1, as far as it has come."""
    content = json_of(document_of(service.settings, name))
    return _file(content, f"{name}.json", "application/json")


@routes.get(
    "/{name}/tables/{section}/{number}.csv",
    response_class=Response,
    responses={200: {"description": "The table", "content": {CSV: {}}}, **answers(404)},
)
def table(service: TheService, name: str, section: str, number: int) -> Response:
    """A table of a section, counted from 1, as CSV: values, bounds of their intervals, runs."""
    sections = {found.name: found for found in document_of(service.settings, name).sections}
    if section not in sections:
        known = ", ".join(sections) or "none yet"
        raise NotFound(f"no section {section!r} in {name}", f"There are: {known}.")
    tables = sections[section].tables
    if not 1 <= number <= len(tables):
        raise NotFound(f"no table {number} in {section}", f"It has {len(tables)}.")
    return _file(csv_of(tables[number - 1]), f"{name}.{section}.{number}.csv", CSV)


@routes.get(
    "/{name}/report.html",
    response_class=Response,
    responses={200: {"description": "The report", "content": {"text/html": {}}}, **answers(404)},
)
def report(service: TheService, name: str) -> Response:
    """The report of a reproduction: one page that opens offline, its figures live."""
    content = html.write(document_of(service.settings, name))
    return _file(content, f"{name}.html", "text/html; charset=utf-8")


def _file(content: str | bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": attachment(safe_name(name)),
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type=media_type, headers=headers)
