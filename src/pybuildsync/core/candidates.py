"""What an index or a folder offers: files, grouped into the releases of a project.

Follows the simple repository API (PEP 503, 691, 700, 714) for what a file says of itself, and the file name conventions
of the binary and source distribution formats.
"""

import marshal
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from pybuildsync.core.names import normalize_name

FileParts: TypeAlias = tuple[
    str, str, tuple[tuple[str, str], ...], str, int, str, str | None, tuple[tuple[str, str], ...] | None, str
]


class DistributionFile(NamedTuple):
    """One wheel or sdist as an index lists it.

    ``url`` is absolute, without credentials. ``hashes`` are (algorithm, hex digest) pairs. ``size`` is in bytes, -1 if
    the index doesn't say. ``upload_time`` is ISO 8601 in UTC, "" if unknown. ``yanked`` is None, or the reason, which
    may be "". ``metadata`` is None where no ``.metadata`` file is served, else its hashes (maybe none).
    ``listed_at`` is the address of the listing it stands in, without credentials.
    """

    filename: str
    url: str
    hashes: tuple[tuple[str, str], ...] = ()
    requires_python: str = ""
    size: int = -1
    upload_time: str = ""
    yanked: str | None = None
    metadata: tuple[tuple[str, str], ...] | None = None
    listed_at: str = ""

    @property
    def is_wheel(self) -> bool:
        """Whether the file is a wheel; else it is an sdist."""
        return self.filename.endswith(".whl")

    @property
    def sha256(self) -> str:
        """Give the SHA-256 hex digest that the index gives, or ""."""
        return next((digest for algorithm, digest in self.hashes if algorithm == "sha256"), "")

    def parts(self) -> FileParts:
        """Return the fields as a tuple that ``marshal`` can write."""
        return (
            self.filename, self.url, self.hashes, self.requires_python, self.size,
            self.upload_time, self.yanked, self.metadata, self.listed_at,
        )  # fmt: skip


class Listing(NamedTuple):
    """All that is offered of one project, newest version first.

    ``versions`` are canonical PEP 440 texts, newest first. ``encoded`` holds, for each version, the marshalled file
    parts: a large listing costs nothing until a version is looked at.
    """

    project: str
    versions: tuple[str, ...]
    encoded: tuple[bytes, ...]

    def files(self, position: int) -> tuple[DistributionFile, ...]:
        """Return the files of the version at *position* (0 is the newest), wheels and sdists in listing order."""
        return tuple(DistributionFile(*parts) for parts in marshal.loads(self.encoded[position]))


def version_of_filename(filename: str, project: str) -> str | None:
    """Return the version text in *filename* if it is a wheel or an sdist of *project* (normalised); else None.

    Wheels by the binary distribution format (five or six ``-`` parts), sdists ``NAME-VERSION.tar.gz`` or ``.zip``,
    where legacy names may hold ``-`` in the name. Other archives (eggs, ``.tar.bz2``, installers) give None.
    """
    if filename.endswith(".whl"):
        parts = filename[:-4].split("-")
        if len(parts) not in (5, 6) or normalize_name(parts[0]) != project:
            return None
        return parts[1].replace("_", "-") if "_" in parts[1] else parts[1]
    for suffix in (".tar.gz", ".zip", ".tgz"):
        if filename.endswith(suffix):
            stem = filename[: -len(suffix)]
            for at, character in enumerate(stem):
                if character == "-" and normalize_name(stem[:at]) == project:
                    return stem[at + 1 :]
            return None
    return None


def make_listing(project: str, files: Iterable[DistributionFile]) -> Listing:
    """Group *files* into the releases of *project* (normalised), newest first; what is no wheel or sdist is left out.

    A file whose version is no PEP 440 version is left out as well, as pip and uv do.
    """
    from packaging.version import InvalidVersion, Version

    texts: dict[str, Version | None] = {}
    groups: dict[Version, list[FileParts]] = {}
    for file in files:
        text = version_of_filename(file.filename, project)
        if text is None:
            continue
        if text not in texts:
            try:
                texts[text] = Version(text)
            except InvalidVersion:
                texts[text] = None
        version = texts[text]
        if version is not None:
            groups.setdefault(version, []).append(file.parts())
    ordered = sorted(groups, reverse=True)
    return Listing(
        project=project,
        versions=tuple(str(version) for version in ordered),
        encoded=tuple(marshal.dumps(tuple(groups[version])) for version in ordered),
    )
