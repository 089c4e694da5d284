"""Requests to a server: failures as the errors they were there, lost connections tried again."""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import worker.errors  # noqa: F401 (its errors come back as what they were)
from app.client.extra import needed
from model.errors import InvalidParameter, KairoscopeError

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 300  # the answer to an upload's last byte comes once the video is read
CONNECT_S = 10
PAUSES_S = (0.1, 0.3, 1.0, 2.0, 4.0)  # before each further try
PASSING = (408, 423, 429, 502, 503, 504)  # statuses that pass by themselves


class Refused(KairoscopeError):
    """The server's answer, where it names an error that is none of this program's own; `code` and
    `status` are the server's."""

    code = "refused"


class ServerUnreachable(KairoscopeError):
    """No server answers at the address, or the connection broke."""

    code = "server-unreachable"


class Transport:
    """One server's REST interface. Raises MissingExtra without httpx."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url.rstrip("/")
        self._httpx = needed("httpx")
        self._http: httpx.Client = self._httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=self._httpx.Timeout(TIMEOUT_S, connect=CONNECT_S),
        )

    def once(self, method: str, path: str, **options: Any) -> "httpx.Response":
        """The answer. Raises ServerUnreachable, or the error that the server answers with."""
        try:
            answer = self._http.request(method, path, **options)
        except self._httpx.TransportError as error:
            raise ServerUnreachable(
                f"no answer from {self.url}: {error}", "Is it running? kairoscope serve starts it."
            ) from error
        except self._httpx.InvalidURL as error:
            raise InvalidParameter(f"{self.url} is no address: {error}", "") from error
        if answer.is_success:
            return answer
        raise error_of(_problem(answer))

    def safely(self, method: str, path: str, **options: Any) -> "httpx.Response":
        """As `once`, for requests that may come twice: tried again while it may pass."""
        for pause_s in PAUSES_S:
            try:
                return self.once(method, path, **options)
            except KairoscopeError as error:
                if not passes(error):
                    raise
            time.sleep(pause_s)
        return self.once(method, path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path, tried again as `safely` does."""
        given = {name: value for name, value in query.items() if value is not None}
        return self.safely("GET", path, params=given).json()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def passes(error: KairoscopeError) -> bool:
    """Whether the failure may be over at the next try."""
    return isinstance(error, ServerUnreachable) or error.status in PASSING


def error_of(problem: Mapping[str, Any]) -> KairoscopeError:
    """The error that an RFC 9457 problem object tells of: of its own class where that is known
    here, else Refused."""
    code = str(problem.get("type", "")).rpartition(":")[2]
    known = {cls.code: cls for cls in _classes(KairoscopeError) if "code" in vars(cls)}
    cls = known.get(code, Refused)
    error = cls.__new__(cls)  # some classes compose their message themselves
    detail = str(problem.get("detail") or problem.get("title") or "no reason was given")
    KairoscopeError.__init__(error, detail, str(problem.get("hint", "")))
    error.code, error.status = code or cls.code, int(problem.get("status", cls.status))  # type: ignore[misc]
    if isinstance(error, InvalidParameter):
        error.pointer = "".join(entry["pointer"] for entry in problem.get("errors", [])[:1])
    return error


def _problem(answer: "httpx.Response") -> Mapping[str, Any]:
    """The problem object, also where something between answered without one."""
    if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        problem: dict[str, Any] = answer.json()
        return problem
    return {"detail": f"{answer.status_code} {answer.reason_phrase}", "status": answer.status_code}


def _classes(base: type[KairoscopeError]) -> Iterator[type[KairoscopeError]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _classes(cls)
