"""``pylock.toml``, by whichever tool wrote it (PEP 751): what to install from it for one Python.

A lock file names files, not requirements: a wheel or an sdist comes as the one release in the listing of its project;
a folder, a checkout or an archive as a direct reference. ``packaging.pylock`` reads, validates and selects. Asks
nobody, and installs nothing.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing, make_listing
from pybuildsync.core.names import normalize_name
from pybuildsync.core.targets import Target
from pybuildsync.core.toml_text import parse_toml
from pybuildsync.errors import RequestError
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
    """Whether *path* is named as PEP 751 names lock files: ``pylock.toml`` or ``pylock.NAME.toml``."""
    name = os.path.basename(path)
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
) -> Locked:
    """Return what the lock file at *path* has for *target* with *extras* and dependency *groups* (names as typed).

    With *default_groups* those count that the file names as such.

    Raises:
        RequestError: it can't be read, is no lock file, or has nothing for this Python and these extras and groups.

    """
    from packaging.pylock import Pylock, PylockSelectError, PylockValidationError
    from packaging.tags import Tag

    table = _read(path)
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
    folder = os.path.dirname(os.path.abspath(path))
    lines: list[RequirementLine] = []
    listings: list[Listing] = []
    for package, _ in selected:
        files = [_file(each, path) for each in (*(package.wheels or ()), package.sdist) if each is not None]
        if not files:
            lines.append(_direct(package, path, folder))
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


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return parse_toml(file.read())
    except (OSError, ValueError) as error:  # broken TOML and broken UTF-8 are ValueErrors
        raise RequestError(
            f"the lock file {path} can't be read", why=str(error), hint="check the path after -r"
        ) from error


def _offered(table: Mapping[str, Any]) -> str:
    extras, groups = table.get("extras", ()), table.get("dependency-groups", ())
    return f"it has the extras {', '.join(extras) or '-'} and the dependency groups {', '.join(groups) or '-'}"


def _environment(markers: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401 - packaging's own typed dictionary
    return dict(markers)


def _file(given: "PackageWheel | PackageSdist", lock_file: str) -> DistributionFile:
    """Return a wheel or sdist of a lock file as an index would list it; its path is relative to the lock file."""
    folder = os.path.dirname(os.path.abspath(lock_file))
    url = given.url or _file_url(os.path.join(folder, given.path or ""))
    hashes = tuple(sorted((str(kind), digest.lower()) for kind, digest in given.hashes.items()))
    size = -1 if given.size is None else given.size
    return DistributionFile(given.filename, url, hashes, size=size, lock_file=lock_file)


def _direct(package: "Package", path: str, folder: str) -> RequirementLine:
    """Return the direct reference that *package* is: a checkout at its commit, a folder, or an archive."""
    if package.vcs is not None:
        place = package.vcs.url or _file_url(os.path.join(folder, package.vcs.path or ""))
        url = f"{package.vcs.type}+{place}@{package.vcs.commit_id}"
        return RequirementLine(f"{package.name} @ {url}{_fragment(package.vcs.subdirectory)}", path, locked=True)
    if package.directory is not None:
        place = os.path.join(folder, package.directory.path, package.directory.subdirectory or "")
        if package.directory.editable:
            return RequirementLine(os.path.normpath(place), path, editable=True, locked=True)
        return RequirementLine(f"{package.name} @ {_file_url(os.path.normpath(place))}", path, locked=True)
    archive = package.archive
    if archive is None:
        raise AssertionError(package)  # validated: a package comes from somewhere
    url = archive.url or _file_url(os.path.join(folder, archive.path or ""))
    hashes = tuple(f"{kind}:{digest}" for kind, digest in archive.hashes.items())
    return RequirementLine(f"{package.name} @ {url}{_fragment(archive.subdirectory)}", path, hashes)


def _fragment(subdirectory: str | None) -> str:
    return f"#subdirectory={subdirectory}" if subdirectory else ""


def _file_url(path: str) -> str:
    from urllib.request import pathname2url

    return "file://" + pathname2url(os.path.abspath(path))
