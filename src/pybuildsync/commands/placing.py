"""Where an install goes, and putting wheels there in one transaction."""

import os
import sys
from typing import Any, NamedTuple, TypeAlias

from pybuildsync.commands.memory import Evidence
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.watched import named_variables, signature
from pybuildsync.core.story import Note, Story, Warned
from pybuildsync.environments.configuration import machine
from pybuildsync.environments.installed import InstalledDistribution, requested
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.linking import LinkMode
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.schemes import Scheme
from pybuildsync.environments.transaction import apply
from pybuildsync.project.places import settings_paths
from pybuildsync.store.location import Store

Recipe: TypeAlias = tuple[Any, ...]


class Surroundings(NamedTuple):
    """Where an install goes: found, held, and put right."""

    store: Store
    interpreter: Interpreter
    scheme: Scheme
    distributions: tuple[InstalledDistribution, ...]


def place(
    options: InstallOptions, around: Surroundings, placements: tuple[Placement, ...], story: Story
) -> Recipe | None:
    """Put *placements* into the environment, which is held already, in one transaction.

    Return the recipe to do the same in another environment, None where there is none.

    Raises:
        EnvironmentFault: the environment can't be changed; it is as it was.
        RequestError: two distributions bring the same file.

    """
    placements = _as_asked(around, placements)
    if options.compile:
        placements = _with_byte_code(around, placements)
    applied = apply(
        Changes(install=placements),
        around.scheme,
        link_mode=_link_mode(options.link_mode),
        on_conflict="overwrite" if options.allow_conflicts else "refuse",
        is_locked=True,
        with_recipe=not (options.target or options.ignore_installed or any(each.direct_url for each in placements)),
    )
    for conflict in applied.conflicts:
        story.tell(Warned(str(conflict)))
    for path in applied.replaced:
        story.tell(Note(f"replaced {os.path.relpath(path, around.scheme.purelib)}, which belonged to no distribution"))
    for path in applied.outside:
        story.tell(Warned(f"{path} stays: it lies outside the environment"))
    return applied.recipe


def repeatable(around: Surroundings, recipe: Recipe | None, evidence: Evidence) -> Recipe:
    """Return *recipe* with all that tells whether it may be followed; () where there is none.

    Until when, what files must look like, which build variables count (names, prefixes) and what they are, and which
    interpreter it is for.
    """
    interpreter = around.interpreter
    if recipe is None or not interpreter.is_virtual or interpreter.system_site_packages:
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


def _as_asked(around: Surroundings, placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
    """Return *placements* with what replaces something that the user had asked for marked as such, too."""
    there = {each.name: each for each in around.distributions}
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
    """Return the files that say what an install is to do, those that would say it if they were there included."""
    return (
        *settings_paths(options.python, os.environ, ".", platform=sys.platform),
        *options.asked.requirement_files,
        *options.asked.constraint_files,
        *options.build.build_constraint_files,
    )
