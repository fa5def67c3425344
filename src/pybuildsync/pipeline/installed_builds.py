"""Builds in an environment that is there, with what is installed in it (``--no-build-isolation``).

What they were built with must be what runs: a distribution that is needed to build, as it is installed, counts as a
distribution of an environment of the build's own would (docs/builds.md, "Without isolation"). Never installs anything.
"""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pybuildsync.core.goal import Goal
from pybuildsync.core.installed_builds import needed_of
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.variants import Ingredient
from pybuildsync.core.version_sets import accepts
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions, read_record_file
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.errors import RequestError
from pybuildsync.frontend.build_job import InstalledEnvironment


class Within(NamedTuple):
    """The environment that builds run in, and what is installed in it; ``checked`` refuses sources that need others."""

    environment: InstalledEnvironment
    distributions: tuple[InstalledDistribution, ...]
    checked: bool = False


def within(interpreter: Interpreter, *, checked: bool) -> Within:
    """Return the environment of *interpreter* as one to build in; *checked* as for :class:`Within`."""
    folders = tuple(folder for folder in interpreter.site_packages if os.path.isdir(folder))
    environment = InstalledEnvironment(
        python=interpreter.executable,
        scripts=interpreter.path("scripts"),
        site_packages=folders or (interpreter.path("purelib"),),
        root=interpreter.prefix if interpreter.is_virtual else "",
    )
    return Within(environment, tuple(each for each in installed_distributions(folders) if not each.broken), checked)


def ingredients(place: Within, goal: Goal) -> tuple[Ingredient, ...]:
    """Return all that is installed where *goal* has sources built, with the hashes of wheels that are known."""
    from pybuildsync_hooks.environment import collect_distributions

    hashes = {each.name: each.sha256 for each in collect_distributions(place.environment.site_packages)}
    keys = {each.name: each.variant.key for each in goal.builds_with or () if each.variant is not None}
    return tuple(
        Ingredient(each.name, each.version, hashes.get(each.name, ""), keys.get(each.name, ""))
        for each in place.distributions
    )


def needed_names(goal: Goal, requirements: Iterable[Requirement]) -> frozenset[str]:
    """Return the names of what is installed where *goal* has sources built that *requirements* ask for and bring in."""
    return frozenset(each.name for each in needed_of(goal.builds_with or (), requirements, MarkerAnswers(goal.target)))


def files_of(place: Within, names: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the files of the distributions called *names*, as their RECORDs list them."""
    for each in place.distributions:
        if each.name in names:
            yield each.name, tuple(path for path, _, _ in read_record_file(each))


def check_present(place: Within, goal: Goal, title: str, requirements: Iterable[Requirement]) -> None:
    """Make sure that the build *requirements* of the source called *title* are installed, as pip does.

    Raises:
        RequestError: one is missing, or is there in another version; the words are pip's.

    """
    versions = {each.name: each.version for each in place.distributions}
    markers = MarkerAnswers(goal.target)
    asked = sorted((str(each), each) for each in requirements if markers.hold(each.marker))
    wrong = [
        f"{each.name}=={versions[each.name]} is incompatible with {text}"
        for text, each in asked
        if each.name in versions and each.specifier and not accepts(each.specifier, versions[each.name])
    ]
    missing = [repr(text) for text, each in asked if each.name not in versions]
    start = f"Some build dependencies for {title}"
    if wrong:
        told = f"{start} conflict with the backend dependencies: {', '.join(wrong)}."
    elif missing:
        told = f"{start} are missing: {', '.join(missing)}."
    else:
        return
    raise RequestError(
        told.removesuffix("."), hint="install them first, or leave out --no-build-isolation", pip=(told,)
    )
