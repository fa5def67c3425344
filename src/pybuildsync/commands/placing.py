"""Where an install goes, and putting wheels there in one transaction."""

import os
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from pybuildsync.commands.memory import Evidence
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.watched import named_variables, signature
from pybuildsync.core.story import Note, Story, Warned
from pybuildsync.environments.configuration import machine
from pybuildsync.environments.destinations import Destination, user_scheme
from pybuildsync.environments.installed import InstalledDistribution, requested
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.linking import LinkMode
from pybuildsync.environments.planning import Changes, Rewritten
from pybuildsync.environments.schemes import Scheme, real_path
from pybuildsync.environments.scripts import read_entry_points
from pybuildsync.environments.target_folders import beside_what_is_there
from pybuildsync.environments.transaction import apply
from pybuildsync.errors import EnvironmentFault
from pybuildsync.project.file_locations import is_url
from pybuildsync.project.places import settings_paths, site_file
from pybuildsync.store.location import Store

Recipe: TypeAlias = tuple[Any, ...]


class Surroundings(NamedTuple):
    """Where an install goes: found, held, and put right.

    ``distributions`` are those that count as installed; ``there`` are those in the very place, which give way to what
    comes under their names. ``is_elsewhere`` if the interpreter doesn't import from the place by itself: then nothing
    that is installed there is disturbed by what is here, and nothing here by what comes. ``refusal`` is why the place,
    which can't be written, and so isn't held either, is only looked at; it matters once something has to change.
    """

    store: Store
    interpreter: Interpreter
    scheme: Scheme
    destination: Destination = Destination()
    distributions: tuple[InstalledDistribution, ...] = ()
    there: tuple[InstalledDistribution, ...] = ()
    is_elsewhere: bool = False
    refusal: EnvironmentFault | None = None

    def check_changeable(self) -> None:
        """Raise EnvironmentFault if nothing may be changed here."""
        if self.refusal is not None:
            raise self.refusal


def place(
    options: InstallOptions,
    around: Surroundings,
    placements: tuple[Placement, ...],
    story: Story,
    rewritten: tuple[Rewritten, ...] = (),
) -> Recipe | None:
    """Put *placements*, and what is *rewritten*, into the environment, which is held already, in one transaction.

    Return the recipe to do the same in another environment, None where there is none.

    Raises:
        EnvironmentFault: the environment can't be changed; it is as it was.
        RequestError: two distributions bring the same file.

    """
    around.check_changeable()
    placements = _as_asked(around, placements)
    if options.compile:
        placements = _with_byte_code(around, placements)
    if around.destination.target and not options.upgrade:
        placements, names = beside_what_is_there(placements, around.scheme)
        tell_names(names, story)
    hiding = _hiding(around, placements)
    scheme = around.scheme.with_besides(user_scheme(around.interpreter)) if hiding else around.scheme
    applied = apply(
        Changes(install=placements, remove=hiding, rewrite=rewritten),
        scheme,
        link_mode=_link_mode(options.link_mode),
        on_conflict="overwrite" if options.allow_conflicts else "refuse",
        is_locked=True,
        with_recipe=not (
            around.destination != Destination()
            or options.ignore_installed
            or any(each.direct_url for each in placements)
        ),
    )
    for conflict in applied.conflicts:
        story.tell(Warned(str(conflict)))
    for path in applied.replaced:
        story.tell(Note(f"replaced {os.path.relpath(path, around.scheme.purelib)}, which belonged to no distribution"))
    for path in applied.outside:
        story.tell(Warned(f"{path} stays: it lies outside the environment"))
    if not (options.no_warn_script_location or options.target or options.prefix):
        _tell_unreachable(around, placements, story)
    return applied.recipe


def tell_names(paths: Iterable[str], story: Story) -> None:
    """Tell, in pip's words, which *paths* of a target folder stay as they are."""
    for path in paths:
        story.tell(Warned(f"Target directory {path} already exists. Specify --upgrade to force replacement."))


def repeatable(around: Surroundings, recipe: Recipe | None, evidence: Evidence) -> Recipe:
    """Return *recipe* with all that tells whether it may be followed; () where there is none.

    Until when, what files must look like, which build variables count (names, prefixes) and what they are, and which
    interpreter it is for.
    """
    interpreter = around.interpreter
    if recipe is None or not interpreter.is_virtual or interpreter.system_site_packages:
        return ()
    if os.path.exists(site_file(interpreter.prefix)):  # the next environment may have none, or another
        return ()
    from pybuildsync.frontend.build_variables import NAMES, PREFIXES

    names = tuple(name for each in NAMES.values() for name in each)
    base = interpreter.base_executable
    return (
        evidence.expires,
        evidence.watched,
        (names, PREFIXES, named_variables(os.environ, names, PREFIXES)),
        (base, signature(base), machine()),
        recipe,
    )


def _hiding(around: Surroundings, placements: tuple[Placement, ...]) -> tuple[InstalledDistribution, ...]:
    """Return the user's own distributions that would hide what is placed into the environment: they go, as in pip.

    Raises:
        EnvironmentFault: what is placed for the user would be hidden by what a virtual environment has.

    """
    interpreter, destination = around.interpreter, around.destination
    names = {each.wheel.project for each in placements}
    if not interpreter.user_site or around.is_elsewhere:
        return ()
    if not destination.user:
        users = around.distributions if not interpreter.is_virtual else ()
        return tuple(each for each in users if each.location == interpreter.user_site and each.name in names)
    if interpreter.is_virtual:
        first = interpreter.path("purelib"), interpreter.path("platlib")
        for each in around.distributions:
            if each.location in first and each.name in names:
                raise EnvironmentFault(
                    f"Will not install to the user site because it will lack sys.path precedence to {each.name} "
                    f"in {each.location}",
                    hint="leave out --user",
                )
    return ()


def _tell_unreachable(around: Surroundings, placements: tuple[Placement, ...], story: Story) -> None:
    """Tell which commands are now in a folder that a shell doesn't look into."""
    folder = around.scheme.scripts
    wheels = [each.wheel for each in placements if "console_scripts" in each.wheel.entry_points]
    if not wheels or folder == real_path(os.path.dirname(around.scheme.python)):
        return
    on_path = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part]
    if folder in on_path or folder in map(real_path, on_path):
        return
    points = [point for each in wheels for point in read_entry_points(each.entry_points, each.project)]
    found = [point.name for point in points if point.kind == "console"]
    if found:
        names = sorted(found)
        words = f"script {names[0]} is" if len(names) == 1 else f"scripts {', '.join(names[:-1])} and {names[-1]} are"
        story.tell(
            Note(f"The {words} installed in '{folder}' which is not on PATH (--no-warn-script-location: don't tell)")
        )


def _as_asked(around: Surroundings, placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
    """Return *placements* with what replaces something that the user had asked for marked as such, too."""
    there = {each.name: each for each in around.there}
    return tuple(
        each._replace(requested=True)
        if not each.requested and each.wheel.project in there and requested(there[each.wheel.project])
        else each
        for each in placements
    )


def _with_byte_code(around: Surroundings, placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
    from pybuildsync.store.bytecode import compile_bytecode

    target = around.interpreter.target
    tag = f"{target.implementation}-{target.version.replace('.', '')}"
    wheels = tuple(placement.wheel for placement in placements)
    folders = compile_bytecode(around.store, wheels, around.interpreter.executable, tag)
    return tuple(each._replace(bytecode=folder) for each, folder in zip(placements, folders, strict=True))


def _link_mode(text: str) -> LinkMode:
    modes: dict[str, LinkMode] = {"reflink": "reflink", "hardlink": "hardlink", "copy": "copy"}
    return modes.get(text, "auto")


def settings_files(options: InstallOptions) -> tuple[str, ...]:
    """Return the files that say what an install is to do, those that would say it if they were there included.

    Not what is named by URL: once it was read, it is known whether it is a file, and which.
    """
    named = (
        *options.asked.requirement_files,
        *options.asked.constraint_files,
        *options.build.build_constraint_files,
    )
    paths = settings_paths(options.python, os.environ, ".", platform=sys.platform)
    return (*paths, *[each for each in named if not is_url(each)])
