"""Files of releases and what they say of themselves: archives and unpacked wheels for the store, metadata of wheels.

Everything is looked for in the store first. Hashes are compared with those of the listing, always; a file without any
is asked for again each time, by its validators where its server gives them.
"""

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.errors import IndexFault, PackageError
from pybuildsync.index.addresses import local_path, origin, shown
from pybuildsync.index.downloaded import Downloaded
from pybuildsync.index.kept_metadata import metadata_key, read_metadata, write_metadata
from pybuildsync.index.local_folders import stamp
from pybuildsync.store import Store
from pybuildsync.store.archives import add_archive, find_archive, new_part
from pybuildsync.store.wheels import UnpackedWheel, add_wheel, find_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pybuildsync.core.story import Story
    from pybuildsync.index.transport import OpenReply, Transport
    from pybuildsync.index.unpackers import Unpackers

_ABSENT = frozenset({404, 410})
_UNCHANGED = 304


class Files:
    """Gets files and their metadata. Safe in threads."""

    def __init__(self, store: Store, transport: "Callable[[], Transport]", story: "Story", *, offline: bool) -> None:
        self._store = store
        self._transport = transport
        self._story = story
        self._offline = offline
        self._rangeless: set[object] = set()
        self._unpackers: Unpackers | None = None

    def announce(self, file: DistributionFile) -> None:
        """Say that the wheel *file* will be asked for in the background, so that help can be fetched."""
        if self._unpackers is None:
            from pybuildsync.index.unpackers import Unpackers

            self._unpackers = Unpackers(self._store)
        self._unpackers.announce(file.size)

    def close(self) -> None:
        """Send the help away."""
        if self._unpackers is not None:
            self._unpackers.close()

    def find_metadata(self, file: DistributionFile) -> Metadata | None:
        """Return the metadata of the wheel *file* if the store has it."""
        known = read_metadata(self._store, metadata_key(file, _stamp(file)))
        if known is None and file.sha256:
            wheel = find_wheel(self._store, file.sha256)
            return wheel.metadata if wheel else None
        return known

    def metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Return the metadata of the wheel *file*, by its ``.metadata`` (PEP 658), its end, or all of it.

        Raises:
            PackageError: the metadata is broken, or not of *project* at *version*.
            IndexFault: it can't be had.

        """
        found = self.find_metadata(file)
        if found:
            return found
        key = metadata_key(file, _stamp(file))
        text, rest = self._metadata_text(file, project)
        if text is None:
            metadata = self.wheel(file, project, version, first=rest).metadata
        else:
            from pybuildsync.core.metadata_text import parse_metadata

            metadata = parse_metadata(text, Origin.WHEEL, source=file.filename)
            _check_identity(file, metadata, project, version)
        write_metadata(self._store, key, metadata)
        return metadata

    def find_wheel(self, file: DistributionFile) -> UnpackedWheel | None:
        """Return the wheel *file* if the store has it unpacked and the listing gives its hash."""
        return find_wheel(self._store, file.sha256) if file.sha256 else None

    def wheel(
        self, file: DistributionFile, project: str, version: str, *, first: "OpenReply | None" = None
    ) -> UnpackedWheel:
        """Return the wheel *file* of *project* (normalised) at *version*, unpacked and verified.

        *first* is an answer with the whole file that is open already.

        Raises:
            PackageError: it is broken, or not what the listing says.
            IndexFault: it can't be had.
            EnvironmentFault: the store can't be written.

        """
        found = None if first else self.find_wheel(file)
        if found:
            return found

        def add(got: Downloaded) -> UnpackedWheel:
            known = find_wheel(self._store, got.sha256)
            helped = self._unpackers
            if not known and helped and helped.add_wheel(got.path, got.sha256, project, version, file.filename):
                known = find_wheel(self._store, got.sha256)
            return known or add_wheel(
                self._store, got.path, got.sha256, project=project, version=version, filename=file.filename
            )

        path = local_path(file.url)
        if path is not None:
            from pybuildsync.index.downloads import hash_local

            got = hash_local(file, path)
            with _here(path):
                return add(got)
        answer = first or self._ask_again(file)
        if isinstance(answer, str):
            known = find_wheel(self._store, answer)
            if known:
                return known
            answer = None
        got = self._download(file, answer)
        try:
            return add(got)
        finally:
            with suppress(OSError):
                os.unlink(got.path)

    def find_archive(self, file: DistributionFile) -> Downloaded | None:
        """Return *file* if the store has it as an archive and the listing gives its hash."""
        path = find_archive(self._store, file.sha256) if file.sha256 else None
        return Downloaded(path, file.sha256, os.path.getsize(path)) if path else None

    def archive(self, file: DistributionFile) -> Downloaded:
        """Return *file*, wheel or sdist, as it is in the index, kept in the store.

        Raises:
            PackageError: it is not what the listing says.
            IndexFault: it can't be had.
            EnvironmentFault: the store can't be written.

        """
        found = self.find_archive(file)
        if found:
            return found
        path = local_path(file.url)
        if path is not None:
            got = self._copy(file, path)
        else:
            answer = self._ask_again(file)
            if isinstance(answer, str):
                known = find_archive(self._store, answer)
                if known:
                    return Downloaded(known, answer, os.path.getsize(known))
                answer = None
            got = self._download(file, answer)
        return Downloaded(add_archive(self._store, got.path, got.sha256, file.filename), got.sha256, got.size)

    def _metadata_text(self, file: DistributionFile, project: str) -> "tuple[bytes | None, OpenReply | None]":
        """Return the text of METADATA; or None, and an open answer with the whole wheel if there happens to be one."""
        from pybuildsync.index.ranges import NoRangesError, fetch_metadata, read_local_metadata

        path = local_path(file.url)
        if path is not None:
            with _here(path):
                return read_local_metadata(path, project), None
        self._check_online(file)
        if file.metadata is not None:
            text = self._separate_metadata(file)
            if text is not None:
                return text, None
        where = origin(file.url)
        if where in self._rangeless:
            return None, None
        try:
            text = fetch_metadata(self._transport(), file.url, index=file.listed_at, size=file.size, project=project)
        except NoRangesError as error:
            if error.reply:
                self._rangeless.add(where)
            return None, error.reply
        return text, None

    def _separate_metadata(self, file: DistributionFile) -> bytes | None:
        """Return the ``.metadata`` beside *file*, verified; None if it isn't there, whatever the listing says."""
        import hashlib

        from pybuildsync.index.downloads import verify_hashes

        address, mark, query = file.url.partition("?")
        reply = self._transport().fetch(f"{address}.metadata{mark}{query}", index=file.listed_at, accept=_ABSENT)
        if reply.status in _ABSENT:
            return None
        hashes = file.metadata or ()
        named = DistributionFile(f"{file.filename}.metadata", f"{address}.metadata", hashes, listed_at=file.listed_at)
        verify_hashes(named, {name: hashlib.new(name, reply.body).hexdigest() for name, _ in hashes})
        return reply.body

    def _ask_again(self, file: DistributionFile) -> "OpenReply | str | None":
        """Ask for a file without hashes by the validators of last time; return its SHA-256 if it is the same still."""
        self._check_online(file)
        if file.hashes:
            return None
        from pybuildsync.index.freshness import conditional_headers
        from pybuildsync.index.kept_validators import read_validators

        kept = read_validators(self._store, file)
        if kept is None:
            return None
        headers = {"Accept-Encoding": "identity", **conditional_headers(kept.etag, kept.last_modified)}
        reply = self._transport().open(file.url, headers=headers, index=file.listed_at, accept=frozenset())
        if reply.status != _UNCHANGED:
            return reply
        reply.close()
        return kept.sha256

    def _download(self, file: DistributionFile, first: "OpenReply | None") -> Downloaded:
        from pybuildsync.core.story import DownloadProgress
        from pybuildsync.index.downloads import download_file

        part = new_part(self._store)
        told = [0]

        def tell(done: int, total: int) -> None:
            step = 1 if done == total else max(total >> 6, 1 << 16)  # the end is told when it comes and when it is sure
            if done - told[0] >= step:
                told[0] = done
                self._story.tell(DownloadProgress(label=file.filename, done=done, total=total))

        try:
            got, reply = download_file(self._transport(), file, part, first=first, on_progress=tell)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        etag, last_modified = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
        if not file.hashes and (etag or last_modified):
            from pybuildsync.index.kept_validators import Validators, write_validators

            write_validators(self._store, file, Validators(etag, last_modified, got.sha256))
        return got

    def _copy(self, file: DistributionFile, path: str) -> Downloaded:
        from shutil import copyfile

        from pybuildsync.index.downloads import hash_local
        from pybuildsync.index.faults import folder_fault

        part = new_part(self._store)
        try:
            copyfile(path, part)
            got = hash_local(file, part)
        except OSError as error:
            os.unlink(part)
            raise folder_fault(path, error) from error
        except PackageError:
            os.unlink(part)
            raise
        return got

    def _check_online(self, file: DistributionFile) -> None:
        if self._offline:
            raise IndexFault(
                f"{file.filename} isn't in the store",
                why=f"it would have to come from {shown(file.url)}, and this is an offline run",
                hint="run once without --offline",
            )


@contextmanager
def _here(path: str) -> "Iterator[None]":
    """Give what is found broken in the block a hint that fits the local file *path*: no index mends it."""
    try:
        yield
    except PackageError as error:
        hint = f"the file is {path}: build or download it again; if that doesn't help, tell its authors"
        raise PackageError(error.what, why=error.why, hint=hint, pip=error.pip) from error


def _stamp(file: DistributionFile) -> str:
    path = None if file.hashes else local_path(file.url)
    return "" if path is None else stamp(path)


def _check_identity(file: DistributionFile, metadata: Metadata, project: str, version: str) -> None:
    if metadata.name == project:
        if metadata.version == version:
            return
        from packaging.version import Version

        if Version(metadata.version) == Version(version):
            return
    raise PackageError(
        f"the metadata of {file.filename} is of something else",
        why=f"it says {metadata.name} {metadata.version}, the index lists it as {project} {version}",
        hint=f"exclude this release: {project}!={version}",
    )
