"""What the core asks about, answered by the index, the store and source trees.

Every answer is kept for the run, so that none changes in it. What will be asked next is fetched ahead: the listings of
all that a distribution requires as soon as its metadata is known.
"""

import os
from typing import Any

from pybuildsync.core.candidates import DistributionFile, Listing, make_listing
from pybuildsync.core.facts import Metadata, SourceMetadata
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.variants import Source
from pybuildsync.core.version_sets import spelling_in
from pybuildsync.errors import PackageError
from pybuildsync.index.client import IndexClient
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value
from pybuildsync.store.writing import new_temporary, remove_tree

_FORMAT = 1
_KIND = "metadata"


class IndexKnowledge:
    """Answers from *index*; what is read from sdists is kept in *store*.

    ``with_times`` has listings say when each file was uploaded, which some indexes tell only on another page;
    ``uploaded_before`` a time (ISO 8601) leaves out what wasn't.
    """

    def __init__(self, index: IndexClient, store: Store) -> None:
        self.index = index
        self.store = store
        self.with_times = False
        self.uploaded_before = ""
        self.given: dict[str, Listing] = {}
        self._listings: dict[str, Listing] = {}
        self._timed: dict[str, Listing] = {}
        self._metadata: dict[str, Metadata] = {}
        self._sources: dict[tuple[str, str, str], SourceMetadata] = {}

    def asked(self) -> tuple[str, ...]:
        """Return the projects whose listings were asked for, in that order."""
        return tuple(self._listings)

    def listing(self, project: str) -> Listing:
        """Return all that is offered of *project*."""
        listing = self._listings.get(project)
        if listing is None:
            listing = self.given[project] if project in self.given else self.index.listing(project)
            self._listings[project] = listing
        if not (self.with_times or self.uploaded_before):
            return listing
        timed = self._timed.get(project)
        if timed is None:
            timed = _with_times(listing, self.index)
            if self.uploaded_before:
                from pybuildsync.pipeline.upload_limits import uploaded_before

                timed = uploaded_before(timed, self.uploaded_before)
            self._timed[project] = timed
        return timed

    def wheel_metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Return the METADATA of the wheel *file*."""
        metadata = self._metadata.get(file.url)
        if metadata is None:
            metadata = self._metadata[file.url] = self.index.metadata(file, project, version)
            self.index.expect(
                requirement.name
                for requirement in metadata.requires
                if "extra" not in requirement.marker and not requirement.url
            )
        return metadata

    def source_metadata(self, source: Source) -> SourceMetadata:
        """Return what *source* states before any of its code runs."""
        stated = self._sources.get(source.identity)
        if stated is None:
            stated = self._sources[source.identity] = self._read(source)
            needed = (*stated.metadata.requires, *stated.build_requires)
            self.index.expect(
                requirement.name for requirement in needed if "extra" not in requirement.marker and not requirement.url
            )
        return stated

    def upload_time(self, source: Source) -> str:
        """Return when *source* was uploaded (ISO 8601), "" where nobody says."""
        if source.file is None or not source.file.listed_at:  # what no index lists was never uploaded to one
            return ""
        return source.file.upload_time or self.index.upload_times(source.name).get(source.file.filename, "")

    def release_time(self, project: str, version: str) -> str:
        """Return when the first file of a release was uploaded (ISO 8601), "" where nobody says."""
        listing = _with_times(self.listing(project), self.index)
        spelled = spelling_in(listing.versions, version)
        if not spelled:
            return ""
        times = (file.upload_time for file in listing.files(listing.versions.index(spelled)))
        return min((time for time in times if time), default="")

    def _read(self, source: Source) -> SourceMetadata:
        if source.digest:
            known = read_stated(self.store, source.digest, source.subdirectory)
            if known is not None:
                return known
        if source.path:
            return self._unpack_and_read(source, source.path) if os.path.isfile(source.path) else _read_tree(source)
        if source.file is None:
            raise AssertionError(source)
        archive = self.index.download(source.file)
        stated = self._unpack_and_read(source, archive.path)
        write_stated(self.store, archive.sha256, source.subdirectory, stated)
        return stated

    def _unpack_and_read(self, source: Source, archive: str) -> SourceMetadata:
        from pybuildsync.frontend.source_trees import read_source
        from pybuildsync.frontend.unpacking import unpack_sdist

        folder = new_temporary(self.store)
        try:
            root = unpack_sdist(archive, folder)
            tree = os.path.join(root, source.subdirectory) if source.subdirectory else root
            return read_source(tree, filename_project=source.name, filename_version=source.version)
        except PackageError as error:
            raise PackageError(
                f"{source.name} {source.version}: {error.what}", why=error.why, hint=error.hint
            ) from error
        finally:
            remove_tree(folder)


def _read_tree(source: Source) -> SourceMetadata:
    from pybuildsync.frontend.source_trees import read_source

    stated = read_source(os.path.join(source.path, source.subdirectory))
    metadata = stated.metadata._replace(name=source.name, version=source.version)
    return stated._replace(metadata=metadata)


def _with_times(listing: Listing, index: IndexClient) -> Listing:
    """Return *listing* with the upload time of every file that its index tells one of."""
    files = [file for at in range(len(listing.versions)) for file in listing.files(at)]
    if all(file.upload_time for file in files):
        return listing
    times = index.upload_times(listing.project)
    return make_listing(
        listing.project,
        (file._replace(upload_time=file.upload_time or times.get(file.filename, "")) for file in files),
    )


def read_stated(store: Store, digest: str, subdirectory: str) -> SourceMetadata | None:
    """Return what *store* knows the archive with the SHA-256 *digest* to state in its *subdirectory*, or None."""
    return decode_value(read_record(store, _KIND, _key(digest, subdirectory)), _stated)


def write_stated(store: Store, digest: str, subdirectory: str, stated: SourceMetadata) -> None:
    """Have *store* know that it states *stated* there."""
    parts = (
        _FORMAT,
        *stated.metadata.parts(),
        tuple(r.parts() for r in stated.static_requires),
        tuple(r.parts() for r in stated.build_requires),
        stated.backend,
        stated.match_runtime,
    )
    write_record(store, _KIND, _key(digest, subdirectory), encode_value(parts))


def _key(digest: str, subdirectory: str) -> str:
    return f"source-{digest}-{subdirectory}"


def _stated(parts: tuple[Any, ...]) -> SourceMetadata | None:
    form, *metadata, static, build, backend, match_runtime = parts
    if form != _FORMAT:
        return None
    return SourceMetadata(
        metadata=Metadata.from_parts(tuple(metadata)),
        static_requires=tuple(Requirement(*r) for r in static),
        build_requires=tuple(Requirement(*r) for r in build),
        backend=backend,
        match_runtime=match_runtime,
    )
