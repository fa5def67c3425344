"""``install``: resolves, builds what must be built against what will run, and changes the environment in one step.

The first stage, here, finds the environment, holds it, puts right what a killed command left, and carries out a plan
that is remembered (``memory``), if there is one. Everything else is ``full_install``'s, which takes long to import.
"""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

from pybuildsync.commands import memory
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.results import InstallResult
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.watched import watch_all
from pybuildsync.core.story import Note, Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.linking import LinkMode
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.recovery import settle
from pybuildsync.environments.schemes import Scheme, check_changeable, environment_scheme, target_scheme
from pybuildsync.environments.transaction import apply, environment_lock
from pybuildsync.project.pip_configuration import configuration_files
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import UnpackedWheel, find_wheel

_PREFIXES = ("PIP_", "PYBUILDSYNC_")


class Surroundings(NamedTuple):
    """Where an install goes: found, held, and put right."""

    store: Store
    interpreter: Interpreter
    scheme: Scheme
    distributions: tuple[InstalledDistribution, ...]


def run(options: InstallOptions, story: Story) -> InstallResult:
    """Install what *options* ask for, wholly or not at all.

    Raises:
        PybuildsyncError: it can't be; nothing has changed.

    """
    started = time.monotonic()
    with open_store(options.store) as store:
        interpreter = find_interpreter(options.python or None, store)
        scheme = _scheme(options, interpreter)
        if not options.dry_run:
            check_changeable(scheme)
        with _lock(scheme, story, dry_run=options.dry_run):
            if not options.dry_run:
                recovered = settle(scheme)
                if recovered is not None:
                    story.tell(Recovered(str(recovered)))
            distributions = _what_is_there(options, interpreter, scheme, story)
            around = Surroundings(store, interpreter, scheme, distributions)
            question = "" if options.dry_run else _question(options, around, os.environ)
            result = _from_memory(options, around, question, story) if question else None
            if result is None:
                from pybuildsync.commands.full_install import install

                result = install(options, around, question, story)
            seconds = time.monotonic() - started
            return result._replace(seconds=seconds, watched=_watched(options, around) if result.watched else ())


def _scheme(options: InstallOptions, interpreter: Interpreter) -> Scheme:
    if options.target:
        return target_scheme(os.path.abspath(options.target), interpreter)
    scheme = environment_scheme(interpreter)
    return scheme._replace(unchangeable="") if options.break_system_packages else scheme


def _lock(scheme: Scheme, story: Story, *, dry_run: bool) -> AbstractContextManager[None]:
    return nullcontext() if dry_run else environment_lock(scheme, lambda: story.tell(WaitingForLock(scheme.data)))


def _what_is_there(
    options: InstallOptions, interpreter: Interpreter, scheme: Scheme, story: Story
) -> tuple[InstalledDistribution, ...]:
    """Return what is installed where the install goes; what is outside of the folder doesn't count for ``--target``."""
    if options.ignore_installed:
        return ()
    folders = (scheme.purelib,) if options.target else interpreter.site_packages
    found = installed_distributions(folders)
    for each in found:
        if each.broken:
            story.tell(Warned(f"{each.dist_info} is ignored: {each.broken}"))
    return tuple(each for each in found if not each.broken)


def _question(options: InstallOptions, around: Surroundings, environ: Mapping[str, str]) -> str:
    """Return all that an install's plan follows from, but for the index, as one text."""
    from pybuildsync import __version__
    from pybuildsync.frontend.build_variables import is_build_variable

    target = around.interpreter.target
    there = " ".join(f"{each.name}={each.version}" for each in around.distributions)
    variables = sorted(
        f"{name}={value}" for name, value in environ.items() if name.startswith(_PREFIXES) or is_build_variable(name)
    )
    asked = (__version__, os.getcwd(), options, around.interpreter.base_executable, target.full_version, target.markers)
    return f"{asked!r}\n{target.tags[0]} {len(target.tags)}\n{there}\n{variables!r}"


def _from_memory(options: InstallOptions, around: Surroundings, question: str, story: Story) -> InstallResult | None:
    """Carry out the plan that is remembered for *question*; None if there is none."""
    plan = memory.recall(around.store, question)
    if plan is None:
        return None
    placements = []
    for sha256, requested in plan.wheels:
        wheel = find_wheel(around.store, sha256)
        if wheel is None:
            return None
        placements.append(Placement(wheel=wheel, requested=requested))
    place(options, around, tuple(placements), story)
    return InstallResult(changes=plan.changes)


def place(options: InstallOptions, around: Surroundings, placements: tuple[Placement, ...], story: Story) -> None:
    """Put *placements* into the environment, which is held already, in one transaction.

    Raises:
        EnvironmentFault: the environment can't be changed; it is as it was.
        RequestError: two distributions bring the same file.

    """
    if options.compile:
        placements = _with_byte_code(around, placements)
    applied = apply(
        Changes(install=placements),
        around.scheme,
        link_mode=_link_mode(options.link_mode),
        on_conflict="overwrite" if options.keep_going else "refuse",
        is_locked=True,
    )
    for conflict in applied.conflicts:
        story.tell(Warned(str(conflict)))
    for path in applied.replaced:
        story.tell(Note(f"replaced {os.path.relpath(path, around.scheme.purelib)}, which belonged to no distribution"))
    for path in applied.outside:
        story.tell(Warned(f"{path} stays: it lies outside the environment"))


def _with_byte_code(around: Surroundings, placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
    from pybuildsync.store.bytecode import compile_bytecode

    target = around.interpreter.target
    tag = f"{target.implementation}-{target.version.replace('.', '')}"
    wheels: tuple[UnpackedWheel, ...] = tuple(placement.wheel for placement in placements)
    folders = compile_bytecode(around.store, wheels, around.interpreter.executable, tag)
    return tuple(each._replace(bytecode=folder) for each, folder in zip(placements, folders, strict=True))


def _link_mode(text: str) -> LinkMode:
    modes: dict[str, LinkMode] = {"reflink": "reflink", "hardlink": "hardlink", "copy": "copy"}
    return modes.get(text, "auto")


def _watched(options: InstallOptions, around: Surroundings) -> tuple[tuple[str, str], ...]:
    """Return what the answer "nothing to do" hangs on, seen while the environment is held."""
    return watch_all((*settings_files(options), *_environment_paths(around)))


def settings_files(options: InstallOptions) -> tuple[str, ...]:
    """Return the files that say what an install is to do, those that would say it if they were there included."""
    return (
        *configuration_files(os.environ, prefix=sys.prefix, platform=sys.platform),
        *options.requirement_files,
        *options.constraint_files,
        *options.build.build_constraint_files,
    )


def _environment_paths(around: Surroundings) -> tuple[str, ...]:
    interpreter = around.interpreter
    return (interpreter.executable, os.path.join(interpreter.prefix, "pyvenv.cfg"), *interpreter.site_packages)
