"""``pylock.toml``, by whichever tool wrote it (PEP 751): what to install from it for one Python.

A lock file names files, not requirements: a wheel or an sdist comes as the one release in the listing of its project;
a folder, a checkout or an archive as a direct reference. ``packaging.pylock`` reads, validates and selects. Of a lock
file that came by a URL, paths are relative to that URL and stay on its server, and folders are refused, as in pip.
Installs nothing; whoever wants URLs to be read brings what fetches them.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing, make_listing
from pybuildsync.core.names import normalize_name
from pybuildsync.core.targets import Target
from pybuildsync.core.toml_text import parse_toml
from pybuildsync.errors import RequestError, without_credentials
from pybuildsync.project.file_locations import Fetch, beside, fetched, is_remote, last_part, path_of, shown
from pybuildsync.project.requirement_files import RequirementLine

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageSdist, PackageWheel


class Locked(NamedTuple):
    """What a lock file has for one Python.

    ``lines`` are requirements: ``NAME==VERSION`` with the hashes of all its files, or a direct reference. ``listings``
    hold all that is offered of the projects that come as wheels and sdists.
    """

    lines: tuple[RequirementLine, ...]
    listings: tuple[Listing, ...]


def is_lock_file(path: str) -> bool:
    """Whether *path*, or a URL, is named as PEP 751 names lock files: ``pylock.toml`` or ``pylock.NAME.toml``."""
    name = last_part(path)
    return name == "pylock.toml" or (
        name.startswith("pylock.") and name.endswith(".toml") and name.count(".") == 2  # noqa: PLR2004 - pylock.NAME.toml
    )


def split_extras(text: str) -> tuple[str, tuple[str, ...]]:
    """Split ``FILE[EXTRA,...]`` into the file and the extras, normalised; the name of a file that exists has none."""
    if not text.endswith("]") or "[" not in text or os.path.exists(text):
        return text, ()
    path, _, inside = text[:-1].rpartition("[")
    return path, tuple(sorted(normalize_name(extra.strip()) for extra in inside.split(",") if extra.strip()))


def read_lock_file(
    path: str,
    target: Target,
    *,
    extras: Collection[str] = (),
    groups: Iterable[str] = (),
    default_groups: bool = True,
    fetch: Fetch | None = None,
) -> Locked:
    """Return what the lock file at *path* has for *target* with *extras* and dependency *groups* (names as typed).

    With *default_groups* those count that the file names as such. *path* may be a URL, if there is *fetch* for it.

    Raises:
        RequestError: it can't be read, is no lock file, or has nothing for this Python and these extras and groups.

    """
    from packaging.pylock import Pylock, PylockSelectError, PylockValidationError
    from packaging.tags import Tag

    place = _Place(path) if is_remote(path) else _Place("", os.path.abspath(path_of(path)))
    table = _read(place, path, fetch)
    path = shown(path)
    try:
        lock = Pylock.from_dict(table)
    except (PylockValidationError, ExceptionGroup) as error:
        raise RequestError(f"{path} is no valid lock file", why=str(error), hint="have it written again") from error
    chosen = {normalize_name(group) for group in groups}
    unknown = [
        *(f"the extra {each}" for each in extras if each not in (lock.extras or ())),
        *(f"the dependency group {each}" for each in sorted(chosen) if each not in (lock.dependency_groups or ())),
    ]
    if unknown:
        raise RequestError(f"{path} doesn't have {unknown[0]}", hint=_offered(table))
    chosen.update(lock.default_groups or () if default_groups else ())
    try:
        selected = list(
            lock.select(
                environment=_environment(target.markers),
                tags=[Tag(*text.split("-", 2)) for text in target.tags],
                extras=frozenset(extras),
                dependency_groups=chosen,
            )
        )
    except PylockSelectError as error:
        raise RequestError(
            f"{path} has nothing to install here", why=str(error), hint=f"have it locked for Python {target.version}"
        ) from error
    lines: list[RequirementLine] = []
    listings: list[Listing] = []
    for package, _ in selected:
        files = [_file(each, place, path) for each in (*(package.wheels or ()), package.sdist) if each is not None]
        if not files:
            lines.append(_direct(package, place, path))
            continue
        listing = make_listing(package.name, files)
        if len(listing.versions) != 1 or (package.version and str(package.version) not in listing.versions):
            raise RequestError(
                f"{path}: the files of {package.name} are not of one version",
                why=", ".join(file.filename for file in files),
                hint="have it written again",
            )
        hashes = tuple(f"{kind}:{digest}" for file in files for kind, digest in file.hashes)
        lines.append(RequirementLine(f"{package.name}=={listing.versions[0]}", path, hashes))
        listings.append(listing)
    return Locked(tuple(lines), tuple(listings))


class _Place(NamedTuple):
    """Where a lock file lies: at a URL, or at a path."""

    url: str
    path: str = ""

    def address(self, url: str | None, path: str | None) -> str:
        """Return the URL of something that the lock file names by its *url*, or by its *path* from here.

        Raises:
            RequestError: the path leads away from the server that the lock file came from.

        """
        if url:
            return url
        path = path or ""
        if not self.url:
            return _file_url(os.path.join(os.path.dirname(self.path), path))
        from urllib.parse import quote, urlsplit

        address = beside(self.url, quote(path, safe="/:@+~!$&'()*,;="))
        if path.startswith("/") or urlsplit(address)[:2] != urlsplit(self.url)[:2]:
            raise RequestError(
                f"{shown(self.url)} names {path}, which is nowhere near it",
                why="a lock file that came by a URL names what is beside it by relative paths, the rest by URLs",
                hint="fetch the lock file with what is beside it, or have it written again with URLs",
            )
        return address


def _read(place: _Place, named: str, fetch: Fetch | None) -> dict[str, Any]:
    try:
        if place.url:
            return parse_toml(fetched(place.url, fetch))
        with open(place.path, "rb") as file:
            return parse_toml(file.read())
    except (OSError, ValueError) as error:  # broken TOML and broken UTF-8 are ValueErrors
        raise RequestError(
            f"the lock file {shown(named)} can't be read", why=str(error), hint="check what stands after -r"
        ) from error


def _offered(table: Mapping[str, Any]) -> str:
    extras, groups = table.get("extras", ()), table.get("dependency-groups", ())
    return f"it has the extras {', '.join(extras) or '-'} and the dependency groups {', '.join(groups) or '-'}"


def _environment(markers: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401 - packaging's own typed dictionary
    return dict(markers)


def _file(given: "PackageWheel | PackageSdist", place: _Place, lock_file: str) -> DistributionFile:
    """Return a wheel or sdist of a lock file as an index would list it; its path is relative to the lock file."""
    url = given.url or without_credentials(place.address(None, given.path))  # those of the lock file's URL are known
    hashes = tuple(sorted((str(kind), digest.lower()) for kind, digest in given.hashes.items()))
    size = -1 if given.size is None else given.size
    return DistributionFile(given.filename, url, hashes, size=size, lock_file=lock_file)


def _direct(package: "Package", place: _Place, path: str) -> RequirementLine:
    """Return the direct reference that *package* is: a checkout at its commit, a folder, or an archive."""
    if package.vcs is not None:
        url = f"{package.vcs.type}+{place.address(package.vcs.url, package.vcs.path)}@{package.vcs.commit_id}"
        return RequirementLine(f"{package.name} @ {url}{_fragment(package.vcs.subdirectory)}", path, locked=True)
    if package.directory is not None:
        if place.url:
            raise RequestError(
                f"{path} has {package.name} in a folder",
                why="a lock file that came by a URL has no folder beside it on this machine",
                hint="fetch the lock file with what is beside it",
            )
        near = os.path.join(os.path.dirname(place.path), package.directory.path, package.directory.subdirectory or "")
        if package.directory.editable:
            return RequirementLine(os.path.normpath(near), path, editable=True, locked=True)
        return RequirementLine(f"{package.name} @ {_file_url(os.path.normpath(near))}", path, locked=True)
    archive = package.archive
    if archive is None:
        raise AssertionError(package)  # validated: a package comes from somewhere
    url = place.address(archive.url, archive.path)
    hashes = tuple(f"{kind}:{digest}" for kind, digest in archive.hashes.items())
    return RequirementLine(f"{package.name} @ {url}{_fragment(archive.subdirectory)}", path, hashes)


def _fragment(subdirectory: str | None) -> str:
    return f"#subdirectory={subdirectory}" if subdirectory else ""


def _file_url(path: str) -> str:
    from urllib.request import pathname2url

    return "file://" + pathname2url(os.path.abspath(path))
