"""The headers of tus 1.0, parsed and checked."""

import base64
import binascii
import unicodedata

from starlette.requests import Request

from app.api.upload_chunk import ALGORITHMS
from app.api.upload_errors import InvalidUploadRequest, UnsupportedTusVersion, WrongContentType

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CHUNK_TYPE = "application/offset+octet-stream"
MAX_NAME = 200


def capabilities(max_bytes: int) -> dict[str, str]:
    """The answer to OPTIONS."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(max_bytes),
    }


def check_version(request: Request) -> None:
    """Raise UnsupportedTusVersion unless the request speaks our version (GET is not tus)."""
    spoken = request.headers.get("Tus-Resumable")
    if request.method not in ("OPTIONS", "GET") and spoken != VERSION:
        raise UnsupportedTusVersion(
            f"wanted Tus-Resumable: {VERSION}, got {spoken}", "Use a tus 1.0 client."
        )


def length(request: Request) -> int:
    """Upload-Length in bytes; deferring it is not supported."""
    if "Upload-Defer-Length" in request.headers:
        raise InvalidUploadRequest(
            "Upload-Defer-Length is not supported", "Send Upload-Length instead."
        )
    return _count(request, "Upload-Length")


def offset(request: Request) -> int:
    """Upload-Offset in bytes."""
    return _count(request, "Upload-Offset")


def _count(request: Request, header: str) -> int:
    text = request.headers.get(header)
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidUploadRequest(f"{header}: wanted a number of bytes, got {text!r}", "")
    return int(text)


def has_body(request: Request) -> bool:
    """Whether a body follows the headers."""
    return (
        request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers
    )


def check_content_type(request: Request) -> None:
    """Raise WrongContentType unless the body is a tus chunk."""
    got = request.headers.get("Content-Type")
    if got != CHUNK_TYPE:
        raise WrongContentType(f"wanted Content-Type {CHUNK_TYPE}, got {got}", "")


def checksum(request: Request) -> tuple[str, bytes] | None:
    """Upload-Checksum as (algorithm, digest), where there is one."""
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, digest = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise InvalidUploadRequest(
            f"Upload-Checksum: wanted one of {', '.join(ALGORITHMS)}, got {algorithm!r}", ""
        )
    return algorithm, _base64("Upload-Checksum", digest)


def file_name(metadata: str) -> str:
    """The `filename` (or `name`) of Upload-Metadata as a text to show: its last path component,
    no control characters, at most 200 characters. It never names a file on the server."""
    pairs = dict(_pair(item) for item in metadata.split(",") if item.strip())
    text = (pairs.get("filename") or pairs.get("name") or b"").decode(errors="replace")
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    last = text.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return last[:MAX_NAME] if last.strip(".") else "video"


def _pair(item: str) -> tuple[str, bytes]:
    key, _, value = item.strip().partition(" ")
    return key, _base64("Upload-Metadata", value)


def _base64(header: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidUploadRequest(f"{header}: wanted base64, got {text!r}", "") from None
