"""``install``: resolves, builds what must be built against what will run, and changes the environment in one step.

The first stage, here, finds the environment, holds it, puts right what a killed command left, and carries out a plan
that is remembered (``memory``), if there is one. Everything else is ``full_install``'s, which takes long to import.
"""

import os
import time
from binascii import crc32
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from pybuildsync.commands import memory
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.placing import Surroundings, place, repeatable, settings_files
from pybuildsync.commands.results import InstallResult
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.watched import watch_all
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.recovery import settle
from pybuildsync.environments.schemes import Scheme, check_changeable, environment_scheme, target_scheme
from pybuildsync.environments.transaction import environment_lock
from pybuildsync.errors import without_credentials
from pybuildsync.store.wheels import find_wheel

_PREFIXES = ("PIP_", "PYBUILDSYNC_")


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
            asks_anew = options.dry_run or options.indexes.refresh
            question = "" if asks_anew else _question(options, around, os.environ)
            result = _from_memory(options, around, question, story) if question else None
            if result is None:
                from pybuildsync.commands.full_install import install

                result = install(options, around, question, story)
            seconds = time.monotonic() - started
            return result._replace(seconds=seconds, watched=_watched(options, around, result.watched))


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
    there = " ".join(f"{each.name}={each.version}={_own_words(each.dist_info)}" for each in around.distributions)
    variables = sorted(
        f"{name}={value}" for name, value in environ.items() if name.startswith(_PREFIXES) or is_build_variable(name)
    )
    # The environment is described by what is in it: another one that is like it is the same question.
    likewise = options._replace(python="")
    base = around.interpreter.base_executable
    asked = (__version__, os.getcwd(), likewise, base, target.full_version, target.markers)
    return without_credentials(f"{asked!r}\n{target.tags[0]} {len(target.tags)}\n{there}\n{variables!r}")


def _own_words(dist_info: str) -> str:
    """Return a digest of what a distribution says of itself: two of one version may be built against other things."""
    digest = 0
    for name in ("METADATA", "pybuildsync.json"):
        try:
            with open(os.path.join(dist_info, name), "rb") as file:
                digest = crc32(file.read(), digest)
        except OSError:
            continue
    return f"{digest:08x}"


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
    recipe = place(options, around, tuple(placements), story)
    return InstallResult(changes=plan.changes, recipe=repeatable(around, recipe, plan.evidence))


def _watched(
    options: InstallOptions, around: Surroundings, marked: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return what the answer "nothing to do" hangs on, seen while it is held; () where none is *marked*."""
    if not marked:
        return ()
    included = [path for path, _ in marked if path]
    return watch_all((*settings_files(options), *included, *_environment_paths(around)))


def _environment_paths(around: Surroundings) -> tuple[str, ...]:
    interpreter = around.interpreter
    return (interpreter.executable, os.path.join(interpreter.prefix, "pyvenv.cfg"), *interpreter.site_packages)
