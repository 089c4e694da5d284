"""Who may talk to the server, and what a browser may do with its pages.

One ASGI layer around everything: Host and Origin (a foreign page must not reach a server on
localhost, CVE-2024-1727), the token, sizes and numbers of requests, and the security headers.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import error_response, new_request_id
from model.errors import KairoscopeError
from worker.settings import LOOPBACK, Settings

MAX_BODY = 8 * 2**20  # of every request but uploads
MAX_IN_FLIGHT = 256
UPLOADS = "/api/v1/uploads"
OPEN_PATHS = ("/healthz", "/readyz")
COOKIE = "kairoscope"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Forbidden(KairoscopeError):
    """The request comes from a foreign page or asks for a foreign host."""

    code = "forbidden"
    status = 403


class Unauthorized(KairoscopeError):
    """The token is missing or wrong."""

    code = "unauthorized"
    status = 401


class BodyTooLarge(KairoscopeError):
    """A request body above the limit, outside of uploads."""

    code = "body-too-large"
    status = 413


class TooManyRequests(KairoscopeError):
    """As many requests at a time as the server takes."""

    code = "too-many-requests"
    status = 429


def content_policy(script_hashes: Sequence[str]) -> str:
    """The Content-Security-Policy: our own files only; inline scripts by hash. Plotly writes style
    elements, draws to data: images and the players read blobs."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Security:
    """ASGI middleware; `script_hashes` names the pages' inline scripts, known once they exist."""

    def __init__(
        self, app: ASGIApp, settings: Settings, script_hashes: Callable[[], Sequence[str]]
    ) -> None:
        self.app = app
        self._script_hashes = script_hashes
        self._policy = ""
        self._in_flight = 0
        names = {*LOOPBACK, settings.host, *settings.hosts.split(",")}
        self._hosts = {name.strip().lower() for name in names} - {"", "0.0.0.0", "::"}
        self._token = settings.token
        self._cookie = _digest(settings.token) if settings.token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._policy = self._policy or content_policy(self._script_hashes())
        request_id = new_request_id()
        scope.setdefault("state", {})["security_headers"] = headers = {
            "X-Request-ID": request_id,
            "Content-Security-Policy": self._policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer_headers = MutableHeaders(scope=message)
                answer_headers.update(headers)
                if message["status"] in (413, 500) and not is_upload:
                    answer_headers["Connection"] = "close"  # do not read an endless body on
            await send(message)

        is_upload = scope["path"].startswith(UPLOADS)
        self._in_flight += 1
        try:
            answer = self._own_answer(scope) or self.app
            await answer(scope, receive if is_upload else _bounded(receive), send_with_headers)
        finally:
            self._in_flight -= 1

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            self._check_origin(headers)
            self._check_token(scope, headers)
        except KairoscopeError as error:
            await receive()  # the handshake
            await send({"type": "websocket.close", "code": 1008, "reason": error.code})
            return
        await self.app(scope, receive, send)

    def _own_answer(self, scope: Scope) -> Response | None:
        """A refusal, or the redirect of a log-in; None to let the request pass."""
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            if scope["method"] not in SAFE_METHODS:
                self._check_origin(headers)
            if self._in_flight > MAX_IN_FLIGHT:
                raise TooManyRequests("too many requests at a time", "Try again in a moment.")
            length = headers.get("content-length", "0")
            if not scope["path"].startswith(UPLOADS) and int(length) > MAX_BODY:
                raise BodyTooLarge(
                    f"wanted at most {MAX_BODY} bytes, got {length}",
                    f"Videos go to {UPLOADS}; anything else is smaller.",
                )
            if log_in := self._log_in(scope):
                return log_in
            self._check_token(scope, headers)
        except KairoscopeError as error:
            response = error_response(error)
            if isinstance(error, Unauthorized):
                response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return None

    def _check_host(self, headers: Headers) -> None:
        address = _address(f"//{headers.get('host')}")
        name = address[0] if address else None
        if name not in self._hosts:
            raise Forbidden(
                f"the host {name!r} is not served", "Name it in KAIROSCOPE_HOSTS if it is yours."
            )

    def _check_origin(self, headers: Headers) -> None:
        """A browser names the page that asks; other clients name none."""
        origin = headers.get("origin")
        foreign = origin is not None and _address(origin) != _address(f"//{headers.get('host')}")
        if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise Forbidden(
                f"a page of {origin or 'another site'} may not change anything here",
                "Open Kairoscope itself.",
            )

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        if not self._token or scope["path"] in OPEN_PATHS:
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        cookie = HTTPConnection(scope).cookies.get(COOKIE, "")
        by_header = scheme.lower() == "bearer" and _equal(given, self._token)
        if not (by_header or _equal(cookie, self._cookie)):
            raise Unauthorized(
                "the token is missing or wrong",
                "Send Authorization: Bearer <token>, or open /?token=<token> in a browser.",
            )

    def _log_in(self, scope: Scope) -> Response | None:
        """`?token=` in a browser becomes a cookie, so that it leaves the address bar."""
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        given = dict(query).get("token")
        if not (self._token and given and scope["method"] == "GET"):
            return None
        if not _equal(given, self._token):
            raise Unauthorized("the token is wrong", "Look it up in KAIROSCOPE_TOKEN.")
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + scope["path"].lstrip("/")  # never //host
        response = RedirectResponse(path + ("?" + rest if rest else ""), 303)
        response.set_cookie(COOKIE, self._cookie, httponly=True, samesite="lax")
        return response


def _bounded(receive: Receive) -> Receive:
    """`receive` that ends with 413 beyond MAX_BODY bytes, for bodies that announce no length."""
    left = MAX_BODY

    async def receive_within() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, f"wanted at most {MAX_BODY} bytes")
        return message

    return receive_within


def _address(url: str) -> tuple[str, int | None] | None:
    """Host and port of an origin, default ports left out; None for "null" and the like."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, None if port in (80, 443) else port) if parts.hostname else None


def _digest(token: str) -> str:
    return hashlib.sha256(b"kairoscope cookie " + token.encode()).hexdigest()


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
