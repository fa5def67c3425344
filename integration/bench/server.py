"""The loopback index: a small, fast HTTP/1.1 server over a recording, in a process of its own.

    BENCH_REGISTRY=ADDRESS python -m integration.bench.server RECORDING

prints its port and serves until its standard input closes. With a registry it records: what is missing is fetched from
there once and kept. Without, a miss is a 404 and is told on standard error. Bodies leave by ``sendfile`` or in one
piece, so that the server is no part of what is measured.
"""

import hashlib
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from integration.bench.recording import Recording
from integration.bench.registry import JSON_TYPE, Registry

_RANGE = re.compile(rb"\r\nrange: *bytes=(\d*)-(\d*)", re.IGNORECASE)
_NONE_MATCH = re.compile(rb"\r\nif-none-match: *([^\r]+)", re.IGNORECASE)
_SHORT = "max-age=600, public"
_LONG = "max-age=365000000, immutable, public"
_BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Answer:
    """What lies behind one address: a body in memory, or a file on disk."""

    head: bytes
    etag: bytes
    size: int
    body: bytes = b""
    path: str = ""


def _answer(kind: str, caching: str, size: int, etag: str, *, body: bytes = b"", path: str = "") -> Answer:
    head = f"Content-Type: {kind}\r\nCache-Control: {caching}\r\nETag: {etag}\r\nAccept-Ranges: bytes\r\n"
    return Answer(head.encode(), etag.encode(), size, body, path)


class Index:
    """The recording as answers by address, and the way to the registry while recording."""

    def __init__(self, recording: Recording, registry: Registry | None) -> None:
        self._recording, self._registry = recording, registry
        self._answers: dict[str, Answer | None] = {}
        self._addresses = recording.addresses()
        self._locks: dict[str, threading.Lock] = {}

    def find(self, target: str) -> Answer | None:
        """Return the answer for an address, None if there is none."""
        if target in self._answers:
            return self._answers[target]
        with self._locks.setdefault(target, threading.Lock()):
            if target not in self._answers:
                found = self._look(target)
                if found is None:
                    print(f"not in the recording: {target}", file=sys.stderr, flush=True)
                self._answers[target] = found
        return self._answers[target]

    def _look(self, target: str) -> Answer | None:
        parts = unquote(target).strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2:
            return self._listing(parts[1])
        if parts[0] != "files":
            return None
        name = parts[-1]
        if name.endswith(".metadata"):
            return self._metadata(name.removesuffix(".metadata"))
        path = self._kept(self._recording.file(name), lambda: self._registry_file(name))
        if not path:
            return None
        return _answer("application/octet-stream", _LONG, os.path.getsize(path), f'"{name}"', path=path)

    def _listing(self, project: str) -> Answer | None:
        path = self._kept(self._recording.listing(project), lambda: self._registry_listing(project))
        if not path or not os.path.getsize(path):
            return None
        with open(path, "rb") as file:
            body = file.read()
        return _answer(
            JSON_TYPE, _SHORT, len(body), f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"', body=body
        )

    def _metadata(self, name: str) -> Answer | None:
        path = self._kept(self._recording.metadata(name), lambda: self._registry_metadata(name))
        if not path:
            return None
        with open(path, "rb") as file:
            body = file.read()
        return _answer("text/plain", _LONG, len(body), f'"{name}.metadata"', body=body)

    def _kept(self, path: str, fetch: Callable[[], bytes | None]) -> str:
        if not os.path.exists(path):
            data = fetch() if self._registry else None
            if data is None:
                return ""
            self._recording.keep(path, data)
        return path

    def _registry_listing(self, project: str) -> bytes | None:
        assert self._registry
        body, addresses = self._registry.listing(project)
        self._addresses.update(addresses)
        self._recording.keep(self._recording.sources(project), json.dumps(addresses).encode())
        return body

    def _registry_file(self, name: str) -> bytes | None:
        assert self._registry
        return self._registry.file(self._addresses[name]) if name in self._addresses else None

    def _registry_metadata(self, name: str) -> bytes | None:
        assert self._registry
        return self._registry.metadata(self._addresses[name]) if name in self._addresses else None


def _range(head: bytes, size: int) -> tuple[int, int] | None:
    """Return first and past-the-last byte of a range request; None without one (RFC 9110, section 14)."""
    found = _RANGE.search(head)
    if not found:
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1 if last else size)


def _send_file(connection: socket.socket, path: str, start: int, stop: int) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while start < stop:
            start += os.sendfile(connection.fileno(), descriptor, start, stop - start)
    finally:
        os.close(descriptor)


def respond(index: Index, connection: socket.socket, head: bytes) -> None:
    """Answer one request."""
    method, _, rest = head.partition(b" ")
    answer = index.find(rest.partition(b" ")[0].partition(b"?")[0].decode())
    if answer is None:
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return
    told = _NONE_MATCH.search(head)
    if told and told.group(1) == answer.etag:
        connection.sendall(b"HTTP/1.1 304 Not Modified\r\n" + answer.head + b"\r\n")
        return
    wanted = _range(head, answer.size)
    start, stop = wanted or (0, answer.size)
    if start >= stop and answer.size:
        connection.sendall(b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n")
        return
    lines = [b"HTTP/1.1 206 Partial Content\r\n" if wanted else b"HTTP/1.1 200 OK\r\n", answer.head]
    if wanted:
        lines.append(b"Content-Range: bytes %d-%d/%d\r\n" % (start, stop - 1, answer.size))
    lines.append(b"Content-Length: %d\r\n\r\n" % (stop - start))
    if method == b"HEAD":
        connection.sendall(b"".join(lines))
    elif answer.path:
        connection.sendall(b"".join(lines), socket.MSG_MORE)
        _send_file(connection, answer.path, start, stop)
    else:
        connection.sendall(b"".join([*lines, answer.body[start:stop]]))


def _converse(index: Index, connection: socket.socket) -> None:
    """Answer the requests of one connection, until the client closes it."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    with connection:
        try:
            while True:
                while b"\r\n\r\n" not in rest:
                    part = connection.recv(1 << 16)
                    if not part:
                        return
                    rest += part
                head, _, rest = rest.partition(b"\r\n\r\n")
                respond(index, connection, b"".join([head, b"\r\n"]))
        except ConnectionError:
            return


def serve(index: Index, listener: socket.socket) -> None:
    """Accept connections for ever, a thread each."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_converse, args=(index, connection), daemon=True).start()


def main(arguments: list[str]) -> int:
    """Serve a recording until standard input closes."""
    recording = Recording(arguments[0])
    recording.prepare()
    registry = os.environ.get("BENCH_REGISTRY", "")
    index = Index(recording, Registry(registry) if registry else None)
    listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    threading.Thread(target=serve, args=(index, listener), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
