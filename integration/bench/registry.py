"""The registry as the recorder sees it: listings as JSON, files, and METADATA by range requests.

Many registries serve HTML only (PEP 503): then the JSON of PEP 691 is made of it, with sizes and upload times (PEP 700)
from the project's JSON page where there is one, and ``core-metadata`` (PEP 658, 714) claimed for every wheel, since the
loopback server answers for it.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

import urllib3

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
CHUNK = 1 << 16


def configured_index() -> str:
    """Return the address of the index that pip would use here: its configuration's, else its own default."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    ).stdout.strip()
    if told := os.environ.get("PIP_INDEX_URL", told):
        return told.rstrip("/") + "/"
    from pip._internal.models.index import PyPI

    return PyPI.simple_url.rstrip("/") + "/"


class _Anchors(HTMLParser):
    """Collects the links of a PEP 503 page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes of an anchor."""
        if tag == "a":
            self.links.append(dict(attrs))


class _Remote(io.RawIOBase):
    """A remote file, read by ranges of 64 kB and kept: enough for zipfile to find one member."""

    def __init__(self, registry: Registry, url: str) -> None:
        self._registry, self._url, self._chunks, self._position = registry, url, dict[int, bytes](), 0
        self._size = int(registry.get(url, method="HEAD").headers["Content-Length"])

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position."""
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill *buffer* from the chunk at the position."""
        view = memoryview(buffer)
        number, start = divmod(self._position, CHUNK)
        if self._position >= self._size or not view:
            return 0
        if number not in self._chunks:
            last = min((number + 1) * CHUNK, self._size) - 1
            answer = self._registry.get(self._url, headers={"Range": f"bytes={number * CHUNK}-{last}"})
            self._chunks[number] = answer.data[number * CHUNK : last + 1] if answer.status == 200 else answer.data
        part = self._chunks[number][start : start + len(view)]
        view[: len(part)] = part
        self._position += len(part)
        return len(part)


class Registry:
    """The registry that a recording is made from."""

    def __init__(self, index: str) -> None:
        parts = urlsplit(index)
        self._headers = {"Accept": f"{JSON_TYPE}, text/html;q=0.5", "User-Agent": "pybuildsync-bench"}
        if parts.username:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers.update(urllib3.make_headers(basic_auth=login))
        self._host = parts.hostname
        self._index = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        retries = urllib3.Retry(5, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
        certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
        self._pool = urllib3.PoolManager(16, ca_certs=certificates, retries=retries)

    def get(self, url: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        """Ask for *url*; credentials go to the index's own host only."""
        own = self._headers if urlsplit(url).hostname == self._host else {}
        identity = {"Accept-Encoding": "identity"} if headers or method == "HEAD" else {"Accept-Encoding": "gzip"}
        return self._pool.request(method, url, headers={**own, **identity, **(headers or {})})

    def listing(self, project: str) -> tuple[bytes, dict[str, str]]:
        """Return a project's listing as served (PEP 691) and the addresses of its files; empty if it is unknown."""
        url = urljoin(self._index, project + "/")
        answer = self.get(url)
        if answer.status == 404:
            return b"", {}
        if answer.status != 200:
            raise OSError(f"{project}: the registry answered {answer.status}")
        if "json" in answer.headers.get("Content-Type", ""):
            files = cast("list[dict[str, Any]]", json.loads(answer.data)["files"])
        else:
            files = _files_of_page(answer.data.decode())
        page = self.get(urljoin(self._index, f"../pypi/{project}/json"))
        known = _known_of_project(page.data) if page.status == 200 else {}
        addresses = {file["filename"]: urljoin(url, file["url"]) for file in files}
        served = [_as_served(file, known.get(file["filename"], {})) for file in files]
        versions = sorted({known[name]["version"] for name in addresses if name in known})
        text = {
            "meta": {"_last-serial": 1, "api-version": "1.4"},
            "name": project,
            "versions": versions,
            "files": served,
        }
        return json.dumps(text, separators=(",", ":")).encode(), addresses

    def file(self, url: str) -> bytes:
        """Return the bytes of a file."""
        answer = self.get(url)
        if answer.status != 200:
            raise OSError(f"{url.rpartition('/')[2]}: the registry answered {answer.status}")
        return answer.data

    def metadata(self, url: str) -> bytes:
        """Return the METADATA of a remote wheel."""
        with zipfile.ZipFile(cast("Any", io.BufferedReader(_Remote(self, url), CHUNK))) as archive:
            (name,) = [
                name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1
            ]
            return archive.read(name)


def _files_of_page(page: str) -> list[dict[str, Any]]:
    """Return the files of a PEP 503 page in the terms of PEP 691."""
    parser = _Anchors()
    parser.feed(page)
    files: list[dict[str, Any]] = []
    for link in parser.links:
        url, fragment = urldefrag(link.get("href") or "")
        algorithm, _, digest = fragment.partition("=")
        yanked = link.get("data-yanked", False)
        files.append(
            {
                "filename": unquote(url.rpartition("/")[2]),
                "url": url,
                "hashes": {algorithm: digest} if digest else {},
                "requires-python": link.get("data-requires-python"),
                "yanked": yanked if yanked is False else (yanked or True),
            }
        )
    return files


def _known_of_project(page: bytes) -> dict[str, dict[str, Any]]:
    """Return version, size and upload time by file name, from the JSON page of a project."""
    return {
        file["filename"]: {"version": version, "size": file["size"], "upload-time": file["upload_time_iso_8601"]}
        for version, files in json.loads(page)["releases"].items()
        for file in files
    }


def _as_served(file: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return what the loopback index says of a file, as long as what the big registries say."""
    digest = file["hashes"].get("sha256", "0" * 64)
    has_metadata = file["filename"].endswith(".whl")
    return {
        "core-metadata": has_metadata,
        "data-dist-info-metadata": has_metadata,
        "filename": file["filename"],
        "hashes": file["hashes"],
        "provenance": None,
        "requires-python": file.get("requires-python"),
        "size": file.get("size") or known.get("size", 0),
        "upload-time": file.get("upload-time") or known.get("upload-time", "2020-01-01T00:00:00.000000Z"),
        "url": f"/files/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{file['filename']}",
        "yanked": file.get("yanked", False),
    }
