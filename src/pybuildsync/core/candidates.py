"""What an index or a folder offers: files, grouped into the releases of a project.

Follows the simple repository API (PEP 503, 691, 700, 714) for what a file says of itself, and the file name conventions
of the binary and source distribution formats.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from pybuildsync.core.names import normalize_name
from pybuildsync.core.version_order import Key, version_key

FileParts: TypeAlias = tuple[
    str, str, tuple[tuple[str, str], ...], str, int, str, str | None, tuple[tuple[str, str], ...] | None, str
]


_LONGEST = 1000  # characters of a file name: no file system takes as many
_DASHES = (3, 4)  # in the name of a wheel, behind that of its project


class DistributionFile(NamedTuple):
    """One wheel or sdist as an index lists it.

    ``url`` is absolute, without credentials. ``hashes`` are (algorithm, hex digest) pairs. ``size`` is in bytes, -1 if
    the index doesn't say. ``upload_time`` is ISO 8601 in UTC, "" if unknown. ``yanked`` is None, or the reason, which
    may be "". ``metadata`` is None where no ``.metadata`` file is served, else its hashes (maybe none).
    ``listed_at`` is the address of the listing it stands in, without credentials; "" for what no index lists.
    ``lock_file`` is the path of the lock file that names it instead, if one does; it is never kept.
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
    lock_file: str = ""

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

    ``versions`` are canonical PEP 440 texts, newest first. ``files`` gives the files of the version at a position (0 is
    the newest), wheels and sdists in listing order: whoever made the listing may wait with reading them until then.
    """

    project: str
    versions: tuple[str, ...]
    files: Callable[[int], tuple[DistributionFile, ...]]


class Grouping(NamedTuple):
    """Files by version, newest first: ``members`` are, for each version, the positions of its files among those given.

    ``versions`` are as in :class:`Listing`.
    """

    versions: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]


def version_of_filename(filename: str, project: str) -> str | None:
    """Return the version text in *filename* if it is a wheel or an sdist of *project* (normalised); else None.

    Wheels by the binary distribution format (five or six ``-`` parts), sdists ``NAME-VERSION.tar.gz`` or ``.zip``,
    where legacy names may hold ``-`` in the name. Other archives (eggs, ``.tar.bz2``, installers) give None.
    """
    if len(filename) > _LONGEST:
        return None
    if filename.endswith(".whl"):
        parts = filename[:-4].split("-")
        if len(parts) not in (5, 6) or (parts[0] != project and normalize_name(parts[0]) != project):
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
    given = tuple(files)
    releases = group_by_version(project, (file.filename for file in given))
    groups = tuple(tuple([given[at] for at in members]) for members in releases.members)
    return Listing(project, releases.versions, groups.__getitem__)


def group_by_version(project: str, filenames: Iterable[str]) -> Grouping:
    """Return which of *filenames* are of which release of *project* (normalised), as :func:`make_listing` has it."""
    names: dict[Key, str] = {}
    groups: dict[Key, list[int]] = {}
    for text, members in _spelled(project, filenames).items():
        key, name = _understood(text) if text else (None, text)
        if key is None:
            continue
        if key in groups:
            groups[key] = sorted(groups[key] + members)
        else:
            names[key] = name
            groups[key] = members
    ordered = sorted(groups, reverse=True)
    return Grouping(tuple([names[key] for key in ordered]), tuple([tuple(groups[key]) for key in ordered]))


def _spelled(project: str, filenames: Iterable[str]) -> dict[str, list[int]]:
    """Return the positions of *filenames* by the versions as they spell them, as :func:`version_of_filename` reads it.

    It is read here in one go, for tens of thousands; what ends in nothing known goes to "".
    """
    rights: dict[str, bool] = {}
    found: dict[str, list[int]] = {}
    for at, filename in enumerate(filenames):
        head, _, rest = filename.partition("-")
        right = rights.get(head)
        if right is None:
            right = rights[head] = normalize_name(head) == project
        if right and rest.endswith(".whl"):
            text = rest.partition("-")[0].replace("_", "-") if rest.count("-") in _DASHES else ""
        elif right and rest.endswith(".tar.gz"):
            text = rest[:-7]
        else:
            text = version_of_filename(filename, project) or ""
        if text in found:
            found[text].append(at)
        else:
            found[text] = [at]
    return found


def _understood(text: str) -> tuple[Key | None, str]:
    """Return the key and the canonical form of the version *text*; no key for what is none."""
    key = version_key(text)
    if key is not None:
        return key, text
    from packaging.version import Version

    try:
        canonical = str(Version(text))
    except ValueError:
        return None, text
    return version_key(canonical), canonical
