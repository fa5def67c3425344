"""Whole files from indexes: hashed while they come in, resumed where they broke off, verified before use."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault, PackageError
from pybuildsync.index.addresses import origin, shown
from pybuildsync.index.downloaded import Downloaded
from pybuildsync.index.faults import folder_fault
from pybuildsync.index.transport import RANGE_REFUSALS, BrokenAnswerError, OpenReply, Transport

if TYPE_CHECKING:
    from hashlib import _Hash
    from io import BufferedWriter

_PARTIAL = 206
_LENGTH = re.compile(r"\d{1,18}\Z", re.ASCII)
_RANGE_START = re.compile(r"bytes\s+(\d{1,18})-")
_WHOLE_FILES = {"Accept-Encoding": "identity"}  # hashes are of the file as it is stored
_REFRESH = "try again with --refresh; if it stays,"
_CHUNK = 1024 * 1024


def download_file(
    transport: Transport,
    file: DistributionFile,
    destination: str,
    *,
    first: OpenReply | None = None,
    on_progress: Callable[[int, int], None],
) -> tuple[Downloaded, OpenReply]:
    """Write *file* to the existing file *destination*; return what came, and the last answer, closed, for its headers.

    *first* is an answer with the whole file that is open already. *on_progress* is given the bytes that are here and
    those that there will be, 0 if unknown.

    Raises:
        PackageError: a hash differs from what the index lists.
        IndexFault: the server can't be asked, or gives less or more than the index lists.

    """
    if not file.hashes and not transport.is_secure(file.url):
        raise IndexFault(
            f"{shown(file.url)} isn't downloaded",
            why="neither TLS nor a hash in the listing says that it is what it should be",
            hint=f"if you trust the host and the way to it: --trusted-host {origin(file.url)[1]}",
        )
    failures = 0
    with open(destination, "wb") as target:
        progress = _Progress(target, file, on_progress)
        reply = first or _ask(transport, file, progress)
        farthest = 0
        while True:
            try:
                progress.take(reply)
                break
            except BrokenAnswerError as error:
                failures = 0 if progress.done > farthest else failures  # only who gets no farther gives up
                farthest = max(progress.done, farthest)
                transport.wait(failures, error.fault)
                failures += 1
            finally:
                reply.close()
            reply = _ask(transport, file, progress)
    return progress.finish(destination), reply


def hash_local(file: DistributionFile, path: str) -> Downloaded:
    """Return *path*, a file that is here already, with its hash, verified against *file*.

    Raises:
        PackageError: a hash differs from what the index lists.
        IndexFault: it can't be read.

    """
    hashers = _make_hashers(file)
    size = 0
    try:
        with open(path, "rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                for hasher in hashers.values():
                    hasher.update(chunk)
    except OSError as error:
        raise folder_fault(path, error) from error
    verify_hashes(file, {name: hasher.hexdigest() for name, hasher in hashers.items()})
    return Downloaded(path, hashers["sha256"].hexdigest(), size)


def verify_hashes(file: DistributionFile, got: "dict[str, str]") -> None:
    """Compare the hashes that *file* lists with those *got*.

    Raises:
        PackageError: one differs.

    """
    for name, digest in file.hashes:
        if got.get(name, digest) != digest:
            source, mistaken = _who_says(file)
            hint = f"somebody changed the file, or {mistaken} is of another: don't install it before you know"
            raise PackageError(
                f"{file.filename} is not the file that {source}",
                why=f"{name} expected {digest}\n{name} got      {got[name]}\nfrom {shown(file.url)}",
                hint=hint if mistaken else f"{_REFRESH} somebody changed the file: don't install it",
            )


def _who_says(file: DistributionFile) -> tuple[str, str]:
    """Return who says what *file* is, as "the index lists", and what may be mistaken in it, "" for an index."""
    if file.lock_file:
        return f"{file.lock_file} names", "the lock file"
    return ("the index lists", "") if file.listed_at else ("was asked for", "the hash")


class _Progress:
    """A file that is being written: what is here of it, and its hashes."""

    def __init__(
        self, target: "BufferedWriter", file: DistributionFile, on_progress: Callable[[int, int], None]
    ) -> None:
        self._target = target
        self._file = file
        self._on_progress = on_progress
        self.restart()

    def restart(self) -> None:
        self._target.seek(0)
        self._target.truncate()
        self._hashers = _make_hashers(self._file)
        self._total = max(self._file.size, 0)
        self.done = 0
        self.validator = ""

    def take(self, reply: OpenReply) -> None:
        """Write what *reply* brings: the rest if it is a part that begins where we are, else the whole."""
        starts = _RANGE_START.match(reply.headers.get("content-range", ""))
        if reply.status != _PARTIAL or starts is None or int(starts.group(1)) != self.done:
            self.restart()
            if reply.status == _PARTIAL and (starts is None or int(starts.group(1))):
                raise BrokenAnswerError(IndexFault(f"{shown(reply.url)} sends another part than it was asked for"))
            etag = reply.headers.get("etag", "")
            self.validator = etag if etag and not etag.startswith("W/") else reply.headers.get("last-modified", "")
            length = reply.headers.get("content-length", "")
            self._total = int(length) if _LENGTH.match(length) else self._total
        for chunk in reply.chunks():
            self._target.write(chunk)
            for hasher in self._hashers.values():
                hasher.update(chunk)
            self.done += len(chunk)
            self._on_progress(self.done, self._total)

    def finish(self, destination: str) -> Downloaded:
        got = {name: hasher.hexdigest() for name, hasher in self._hashers.items()}
        size = self._file.size
        is_right = self._file.hashes and all(got.get(name, digest) == digest for name, digest in self._file.hashes)
        if 0 <= size != self.done and not is_right:
            raise IndexFault(
                f"{self._file.filename} came with {self.done} bytes instead of {size}",
                why=f"from {shown(self._file.url)}",
                hint="have the lock file written again"
                if self._file.lock_file
                else f"{_REFRESH} the index lists it wrongly",
            )
        verify_hashes(self._file, got)
        self._on_progress(self.done, self.done)
        return Downloaded(destination, got["sha256"], self.done)


def _ask(transport: Transport, file: DistributionFile, progress: _Progress) -> OpenReply:
    headers = dict(_WHOLE_FILES)
    if progress.done:
        headers["Range"] = f"bytes={progress.done}-"
        if progress.validator:
            headers["If-Range"] = progress.validator
    refusals = RANGE_REFUSALS if progress.done else frozenset[int]()
    reply = transport.open(file.url, headers=headers, index=file.listed_at, accept=refusals)
    if reply.status in refusals:
        reply.close()
        progress.restart()
        reply = transport.open(file.url, headers=_WHOLE_FILES, index=file.listed_at, accept=frozenset())
    return reply


def _make_hashers(file: DistributionFile) -> "dict[str, _Hash]":
    import hashlib

    return {name: hashlib.new(name) for name in dict.fromkeys(("sha256", *(name for name, _ in file.hashes)))}
