"""What commands that look at an environment begin with: its interpreter and what is installed in it."""

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pybuildsync.commands.destination import schemes_of
from pybuildsync.commands.options import StoreOptions
from pybuildsync.commands.stores import open_store
from pybuildsync.core.markers import holds
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import (
    InstalledDistribution,
    direct_url,
    installed_distributions,
    is_editable,
    metadata_text,
    read_requires,
)
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import real_path
from pybuildsync.errors import PybuildsyncError, RequestError


class Within(NamedTuple):
    """Where to look, as pip's options have it.

    ``local`` leaves out what a virtual environment sees of its interpreter's, ``user`` all but the user's own packages
    (PEP 370). ``paths`` are folders to look in instead of those that the interpreter imports from.
    """

    local: bool = False
    user: bool = False
    paths: tuple[str, ...] = ()


EVERYTHING = Within()


def look_around(
    python: str, options: StoreOptions, story: Story, within: Within = EVERYTHING
) -> tuple[Interpreter, tuple[InstalledDistribution, ...]]:
    """Return the interpreter *python* ("" is the active one) and what is installed for it *within* bounds, by name.

    What a killed command left half done is put right first. Broken entries are told to *story* and left out.

    Raises:
        EnvironmentFault: there is no such interpreter, or its environment can't be put right.
        RequestError: the bounds don't go together.

    """
    if within.paths and (within.user or within.local):
        raise RequestError("Cannot combine '--path' with '--user' or '--local'", hint="leave one of them out")
    with open_store(options) as store:
        interpreter = find_interpreter(python or None, store)
    for scheme in schemes_of(interpreter):
        recovered = recover(scheme, waiting=lambda: story.tell(WaitingForLock(interpreter.prefix)))
        if recovered is not None:
            story.tell(Recovered(str(recovered)))
    found = installed_distributions(within.paths or interpreter.site_packages)
    for one in found:
        if one.broken:
            story.tell(Warned(f"{one.dist_info} is ignored: {one.broken}"))
    return interpreter, tuple(one for one in found if not one.broken and _is_within(one, within, interpreter))


def _is_within(distribution: InstalledDistribution, within: Within, interpreter: Interpreter) -> bool:
    if within.user and distribution.location != interpreter.user_site:
        return False
    if not within.local or not interpreter.is_virtual:
        return True
    prefix = real_path(interpreter.prefix)
    return f"{real_path(distribution.location)}/".startswith(f"{prefix}/")


def stated(distribution: InstalledDistribution) -> tuple[str, str]:
    """Return name and version as the metadata write them, which need not be as normalised."""
    fields = read_fields(metadata_text(distribution))
    return fields.get("name", (distribution.name,))[0], fields.get("version", (distribution.version,))[0]


def required_by(
    distributions: Iterable[InstalledDistribution], markers: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return, for each name that something requires without an extra, the names of what requires it, sorted.

    *markers* are the interpreter's PEP 508 values. Distributions with unreadable metadata require nothing.
    """
    wanting: dict[str, set[str]] = {}
    for one in distributions:
        for name in requires(one, markers):
            wanting.setdefault(name, set()).add(one.name)
    return {name: tuple(sorted(by)) for name, by in wanting.items()}


def requires(distribution: InstalledDistribution, markers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that *distribution* requires under *markers*, without its extras, sorted."""
    try:
        stated = read_requires(distribution)
    except PybuildsyncError:
        return ()
    return tuple(sorted({one.name for one in stated if not one.marker or _applies(one.marker, markers)}))


def stated_requires(distribution: InstalledDistribution, markers: Mapping[str, str]) -> tuple[str, ...]:
    """Return what :func:`requires` does, each name as the metadata write it, sorted regardless of case."""
    names = names_required(distribution)
    return tuple(sorted((names.get(name, name) for name in requires(distribution, markers)), key=str.lower))


def names_required(distribution: InstalledDistribution) -> dict[str, str]:
    """Return what *distribution* requires, in any case: normalised names, and how its metadata write them."""
    from pybuildsync.core.requirements import project_in

    names: dict[str, str] = {}
    for text in read_fields(metadata_text(distribution)).get("requires-dist", ()):
        name = project_in(text)
        names.setdefault(normalize_name(name), name)
    return names


def _applies(marker: str, values: Mapping[str, str]) -> bool:
    try:
        return holds(marker, {**values, "extra": ""})
    except RequestError:
        return False


def editable_folder(distribution: InstalledDistribution) -> str:
    """Return the source tree that an editable installation stands for; "" for anything else."""
    if not is_editable(distribution):
        return ""
    if distribution.kind == "egg-link":
        with open(distribution.dist_info, encoding="utf-8", errors="replace") as file:
            return file.readline().strip()
    return path_of_url(str((direct_url(distribution) or {}).get("url", "")))


def path_of_url(url: str, system: str = os.name) -> str:
    """Return the local path that a ``file:`` URL names (RFC 8089); "" for any other URL.

    ``urllib.request.url2pathname`` does the same, but takes 25 ms to import.
    """
    if not url.startswith("file:"):
        return ""
    from urllib.parse import unquote, urlsplit

    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    if system == "nt":
        return path.lstrip("/").replace("/", "\\")
    return os.path.normpath(path)


def without(
    distributions: Iterable[InstalledDistribution], excluded: Iterable[str]
) -> tuple[InstalledDistribution, ...]:
    """Return *distributions* without those whose names, as typed, are *excluded*."""
    names = {normalize_name(name) for name in excluded}
    return tuple(one for one in distributions if one.name not in names)
