"""Every failure as RFC 9457 problem+json, mapped here and nowhere else."""

import logging
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from model.errors import KairoscopeError

log = logging.getLogger(__name__)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    """Name the current request; its answer and the log carry this name."""
    _request_id.set(secrets.token_hex(8))
    return _request_id.get()


def request_id() -> str:
    """The name of the current request."""
    return _request_id.get()


class FieldError(BaseModel):
    """One wrong field: its JSON pointer and what is wrong with it."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457: `type` is stable, `detail` the cause, `hint` the fix."""

    type: str
    title: str
    status: int
    detail: str
    hint: str = ""
    errors: list[FieldError] = Field(default_factory=list)
    request_id: str = ""


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for these problem statuses."""
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}}
    return {status: {"description": describe(status), "content": content} for status in statuses}


def describe(status: int) -> str:
    """The reason phrase of a status; tus adds 460 to HTTP's."""
    return "Checksum Mismatch" if status == 460 else HTTPStatus(status).phrase


def problem_response(
    problem: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """`problem` with the request id added, as an HTTP answer of its own status."""
    body = {**problem, "request_id": request_id()}
    return JSONResponse(
        body, body["status"], dict(headers or {}), media_type="application/problem+json"
    )


def error_response(error: KairoscopeError) -> JSONResponse:
    """A KairoscopeError as an answer; 429 and 503 say when to try again."""
    retry = {"Retry-After": "5"} if error.status in (429, 503) else {}
    if error.status >= 500:
        log.error("request %s: %s: %s", request_id(), type(error).__name__, error.message)
    return problem_response(error.to_problem(), retry)


def install(app: FastAPI) -> None:
    """Register the handlers of every kind of failure on `app`."""
    app.add_exception_handler(KairoscopeError, _known)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _unexpected)


async def _known(_: Request, error: KairoscopeError) -> JSONResponse:
    return error_response(error)


async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    """422 with a JSON pointer into the body, or the name of the parameter, for each field."""
    errors = [
        {"pointer": _pointer(entry["loc"]), "detail": str(entry["msg"])} for entry in error.errors()
    ]
    detail = "; ".join(f"{entry['pointer'] or 'request'}: {entry['detail']}" for entry in errors)
    problem = _plain("invalid-request", 422, detail, "Correct the named fields; see /docs.")
    return problem_response({**problem, "errors": errors})


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = location[1:] if location[:1] == ("body",) else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


async def _http(_: Request, error: HTTPException) -> JSONResponse:
    code = describe(error.status_code).lower().replace(" ", "-")
    problem = _plain(code, error.status_code, str(error.detail))
    return problem_response(problem, error.headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """500: nothing of the cause goes out; the log has it under the request id."""
    log.error("request %s failed", request_id(), exc_info=error)
    hint = "Look for the request id in the server's log."
    problem = _plain("internal-error", 500, "An unexpected error happened.", hint)
    headers = {**request.scope["state"]["security_headers"], "Connection": "close"}
    return problem_response(problem, headers)


def log_callback_error(error: Exception) -> None:
    """For Dash's `on_error`: note a failed callback; Dash then answers 500 without the cause."""
    log.error("request %s failed", request_id(), exc_info=error)
    raise error


def _plain(code: str, status: int, detail: str, hint: str = "") -> dict[str, Any]:
    return {
        "type": f"urn:kairoscope:problem:{code}",
        "title": code.replace("-", " "),
        "status": status,
        "detail": detail,
        "hint": hint,
    }
