"""The server: threads, HTTP/1.1 with connections kept, everything from memory, a log of what was asked."""

import base64
import hashlib
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from loopback.archives import Archive
from loopback.faults import Fault
from loopback.pages import HTML, JSON, html_page, json_page, old_json_page

CERTIFICATE = os.path.join(os.path.dirname(__file__), "certificates", "loopback.pem")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: path with query, headers with names in lower case, and the status of the answer."""

    path: str
    headers: dict[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


class LoopbackIndex:
    """An index of *archives*, as a context manager; its simple API is at :attr:`url`.

    *form* is "html", "json" or "both" (by Accept). *metadata*: serves ``.metadata`` (PEP 658). *ranges*: True, False
    (answers 200), "absolute" (no suffix ranges: 416), "misread" (takes a suffix for a prefix), "refused" (501) or
    "wrong" (another part than was asked for). *etags*: sends validators and answers 304. *cache_control*: that header
    for pages. *credentials*: (user, password) that every request must have. *files_from*: another server's address for
    file links. *redirect_to*: where every request is sent on. *old_json*: serves ``/pypi/PROJECT/json``. *relative*:
    links are relative. *suffix* is added to the address of every file, such as a query. *tls*: speaks TLS, with
    :data:`CERTIFICATE`. *proxy*: takes requests for any host, as a proxy for plain http.
    """

    def __init__(
        self,
        archives: Iterable[Archive] = (),
        *,
        form: str = "html",
        metadata: bool = False,
        ranges: bool | str = True,
        etags: bool = False,
        cache_control: str = "",
        credentials: tuple[str, str] | None = None,
        files_from: str = "",
        redirect_to: str = "",
        old_json: bool = False,
        relative: bool = False,
        suffix: str = "",
        tls: bool = False,
        proxy: bool = False,
    ) -> None:
        self.archives: dict[str, list[Archive]] = {}
        self.form = form
        self.metadata = metadata
        self.ranges = ranges
        self.etags = etags
        self.cache_control = cache_control
        self.credentials = credentials
        self.files_from = files_from
        self.redirect_to = redirect_to
        self.old_json = old_json
        self.relative = relative
        self.suffix = suffix
        self.scheme = "https" if tls else "http"
        self.proxy = proxy
        self.faults: list[Fault] = []
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        for archive in archives:
            self.add(archive)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.index = self
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._server.server_address[1])

    @property
    def root(self) -> str:
        """The address of the server, without a slash at its end."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address of the simple API."""
        return f"{self.root}/simple/"

    @property
    def url_with_credentials(self) -> str:
        """The same with user and password."""
        user, password = self.credentials or ("", "")
        return f"{self.scheme}://{user}:{password}@127.0.0.1:{self.port}/simple/"

    def add(self, archive: Archive) -> None:
        """Add a file to the project of its name."""
        stem = archive.filename if archive.filename.endswith(".whl") else archive.filename.rpartition("-")[0]
        project = re.sub(r"[-_.]+", "-", stem.split("-")[0] if stem.endswith(".whl") else stem).lower()
        self.archives.setdefault(project, []).append(archive)

    def fail(self, fault: Fault) -> None:
        """Let *fault* happen; several are tried in their order."""
        self.faults.append(fault)

    def paths(self) -> list[str]:
        """Return the paths of all requests so far."""
        with self.lock:
            return [request.path for request in self.requests]

    def count(self, part: str) -> int:
        """Return how many requests so far had *part* in their path."""
        return sum(part in path for path in self.paths())

    def answer(self, path: str, headers: dict[str, str]) -> _Answer:
        """Return the right answer, before any fault."""
        if self.redirect_to:
            return _Answer(302, {"Location": self.redirect_to + path})
        if self.proxy:
            path = "/" + path.partition("://")[2].partition("/")[2]
        if self.credentials is not None and headers.get("authorization") != _basic(self.credentials):
            return _Answer(401, {"WWW-Authenticate": 'Basic realm="loopback"'})
        return self._find(path, headers)

    def _find(self, path: str, headers: dict[str, str]) -> _Answer:
        parts = unquote(urlsplit(path).path).strip("/").split("/")
        if path in self.pages:
            kind, body = self.pages[path]
            return self._page(kind, body, headers)
        if parts[0] == "simple" and len(parts) == 2 and parts[1] in self.archives:
            return self._listing(parts[1], headers)
        if parts[0] == "pypi" and self.old_json and len(parts) == 3 and parts[1] in self.archives:
            return self._page("application/json", old_json_page(parts[1], self.archives[parts[1]]), headers)
        if parts[0] == "files":
            return self._file(parts[-1], headers)
        return _Answer(404, {"Content-Type": "text/plain"}, b"not found")

    def _listing(self, project: str, headers: dict[str, str]) -> _Answer:
        root = "../.." if self.relative else self.files_from or self.root
        files = [(archive, f"{root}/files/{archive.filename}{self.suffix}") for archive in self.archives[project]]
        wants_json = "vnd.pypi.simple.v1+json" in headers.get("accept", "")
        if self.form == "json" or (self.form == "both" and wants_json):
            return self._page(JSON, json_page(project, files, serves_metadata=self.metadata), headers)
        return self._page(HTML, html_page(project, files, serves_metadata=self.metadata), headers)

    def _page(self, kind: str, body: bytes, headers: dict[str, str]) -> _Answer:
        sent = {"Content-Type": kind}
        if self.cache_control:
            sent["Cache-Control"] = self.cache_control
        if self.etags:
            sent["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
            if headers.get("if-none-match") == sent["ETag"]:
                return _Answer(304, sent)
        return _Answer(200, sent, body)

    def _file(self, name: str, headers: dict[str, str]) -> _Answer:
        files = {archive.filename: archive for archives in self.archives.values() for archive in archives}
        archive = files.get(name)
        sent = {"Content-Type": "application/octet-stream"}
        if archive is None:
            wheel = files.get(name.removesuffix(".metadata"))
            if wheel is None or not self.metadata:
                return _Answer(404, {})
            return _Answer(200, sent, wheel.metadata)
        data = archive.data
        if self.etags:
            sent["ETag"] = f'"{archive.sha256}"'
            if headers.get("if-none-match") == sent["ETag"]:
                return _Answer(304, sent)
        wanted = _RANGE.match(headers.get("range", ""))
        if wanted is None or self.ranges is False or headers.get("if-range", sent.get("ETag")) != sent.get("ETag"):
            return _Answer(200, sent, data)
        return self._part(data, wanted.group(1), wanted.group(2), sent)

    def _part(self, data: bytes, first: str, last: str, sent: dict[str, str]) -> _Answer:
        if self.ranges == "refused":
            return _Answer(501, {})
        if not first and self.ranges == "absolute":
            return _Answer(416, {"Content-Range": f"bytes */{len(data)}"})
        if first:
            start, stop = int(first), min(int(last) + 1 if last else len(data), len(data))
        elif self.ranges == "misread":
            start, stop = 0, min(int(last) + 1, len(data))
        else:
            start, stop = max(len(data) - int(last), 0), len(data)
        if start >= len(data):
            return _Answer(416, {"Content-Range": f"bytes */{len(data)}"})
        if self.ranges == "wrong":
            start, stop = start // 2, max(start // 2 + 1, stop // 2)
        sent["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
        return _Answer(206, sent, data[start:stop])


def _basic(credentials: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(credentials).encode()).decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    index: LoopbackIndex

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        index = self.server.index
        headers = {name.lower(): value for name, value in self.headers.items()}
        with index.lock:
            fault = next((fault for fault in index.faults if fault.strikes(self.path)), None)
        answer = index.answer(self.path, headers)
        if fault:
            status = fault.status or answer.status
            body = fault.body if fault.body is not None else (b"" if fault.status else answer.body)
            answer = _Answer(status, {**({} if fault.status else answer.headers), **fault.headers}, body)
        with index.lock:
            index.requests.append(Request(self.path, headers, answer.status))
        if fault:
            time.sleep(fault.delay)
            if fault.drop:
                self._hang_up()
                return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if fault and fault.cut >= 0:
            self.wfile.write(answer.body[: fault.cut])
            self._hang_up()
            return
        self.wfile.write(answer.body)

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parameter's name there
        """Log to ``requests`` only."""
