"""``install``: resolves, builds what must be built against what will run, and changes the environment in one step.

The first stage, here, finds the environment, holds it, puts right what a killed command left, and carries out a plan
that is remembered (``memory``), if there is one. Everything else is ``full_install``'s, which takes long to import.
"""

import os
import time
from binascii import crc32
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from pybuildsync.commands import memory
from pybuildsync.commands.destination import choose_destination, scheme_to_hold, schemes_of, tell_unnamed
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.placing import Surroundings, place, repeatable, settings_files
from pybuildsync.commands.remote_texts import RemoteTexts, remote_files
from pybuildsync.commands.results import InstallResult
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.watched import watch_all
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.destinations import destination_scheme
from pybuildsync.environments.installed import InstalledDistribution, describing_bytes, installed_distributions
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.recovery import recover, settle
from pybuildsync.environments.schemes import Scheme, check_changeable, is_writable_folder, real_path
from pybuildsync.environments.transaction import environment_lock
from pybuildsync.errors import EnvironmentFault, without_credentials
from pybuildsync.store.wheels import changed_file, find_wheel

_PREFIXES = ("PIP_", "PYBUILDSYNC_")


def run(
    options: InstallOptions, story: Story, *, is_writable: Callable[[str], bool] = is_writable_folder
) -> InstallResult:
    """Install what *options* ask for, wholly or not at all; *is_writable* says it of a folder.

    An environment that can't be written is only looked at, as pip does: there may be nothing to do.

    Raises:
        PybuildsyncError: it can't be; nothing has changed.

    """
    started, began = time.monotonic(), time.time_ns()
    named = remote_files(options.asked, options.build)
    with open_store(options.store) as store, RemoteTexts(options.indexes, named, story) as texts:
        interpreter = find_interpreter(options.python or None, store)
        destination = choose_destination(options, interpreter, story)
        scheme = destination_scheme(destination, interpreter)
        if options.break_system_packages:
            scheme = scheme._replace(unchangeable="")
        refusal = None if options.dry_run else _refusal(scheme, is_writable)
        only_looks = options.dry_run or refusal is not None
        if not only_looks:
            _put_right(scheme, interpreter, story)
        with _lock(scheme_to_hold(scheme, interpreter), story, only_looks=only_looks):
            recovered = None if only_looks else settle(scheme)
            if recovered is not None:
                story.tell(Recovered(str(recovered)))
            before = watch_all(_environment_paths(interpreter))
            around = Surroundings(store, interpreter, scheme, destination, refusal=refusal)
            around = _look_around(options, around, story)
            asks_anew = options.dry_run or _refreshes(options) or bool(options.report) or _hangs_on_time(options)
            asks_anew = asks_anew or (around.is_elsewhere and bool(around.there))
            question = "" if asks_anew else _question(options, around, os.environ, texts)
            result = _from_memory(options, around, question, story) if question else None
            if result is None:
                from pybuildsync.commands.full_install import install

                result = install(options, around, question, story, texts, since=began)
            if texts.digest:  # the next answer is for what is in them then
                result = result._replace(watched=(), recipe=())
            seconds = time.monotonic() - started
            if options.report:  # which is written anew each time
                return result._replace(seconds=seconds, watched=(), recipe=())
            return result._replace(seconds=seconds, watched=_watched(options, interpreter, result, before))


def _refreshes(options: InstallOptions) -> bool:
    return options.indexes.refresh or bool(options.indexes.refresh_packages)


def _hangs_on_time(options: InstallOptions) -> bool:
    """Whether the answer changes with the clock or the local time zone, which no file tells."""
    limit = options.selection.uploaded_prior_to
    return bool(limit) and not limit.endswith("Z")


def _refusal(scheme: Scheme, is_writable: Callable[[str], bool]) -> EnvironmentFault | None:
    """Return why *scheme* can only be looked at; None if it can be changed.

    Raises:
        EnvironmentFault: another tool manages it, or what a killed command left can't be put right.

    """
    try:
        check_changeable(scheme, is_writable)
    except EnvironmentFault as fault:
        if scheme.unchangeable or os.path.lexists(scheme.journal_folder):
            raise
        return fault
    return None


def _lock(scheme: Scheme, story: Story, *, only_looks: bool) -> AbstractContextManager[None]:
    return nullcontext() if only_looks else environment_lock(scheme, lambda: story.tell(WaitingForLock(scheme.data)))


def _put_right(scheme: Scheme, interpreter: Interpreter, story: Story) -> None:
    """Put right what a killed command left in what counts as installed beside *scheme*, which is not held yet."""
    for other in schemes_of(interpreter):
        if other.lock != scheme.lock:
            recovered = recover(other, waiting=partial(story.tell, WaitingForLock(interpreter.prefix)))
            if recovered is not None:
                story.tell(Recovered(str(recovered)))


def _look_around(options: InstallOptions, around: Surroundings, story: Story) -> Surroundings:
    """Return *around* with what is installed.

    What counts is what the interpreter imports from, for ``--prefix`` and ``--root`` as well, as in pip; for
    ``--target`` what is in the folder, unless ``--upgrade`` replaces it in any case.
    """
    scheme, destination = around.scheme, around.destination
    place = (scheme.purelib, scheme.platlib)
    counts = _sound(place if destination.target else around.interpreter.site_packages, story)
    is_elsewhere = bool(destination.target) or not _is_own(scheme, around.interpreter)
    there = counts if destination.target or not (is_elsewhere or destination.user) else _sound(place, story)
    if options.ignore_installed or (destination.target and options.upgrade):
        counts = ()
    return around._replace(distributions=counts, there=there, is_elsewhere=is_elsewhere)


def _is_own(scheme: Scheme, interpreter: Interpreter) -> bool:
    return scheme.purelib in [real_path(folder) for folder in interpreter.site_packages]


def _sound(folders: tuple[str, ...], story: Story) -> tuple[InstalledDistribution, ...]:
    found = installed_distributions(folders)
    for each in found:
        if each.broken:
            story.tell(Warned(f"{each.dist_info} is ignored: {each.broken}"))
    return tuple(each for each in found if not each.broken)


def _question(options: InstallOptions, around: Surroundings, environ: Mapping[str, str], texts: RemoteTexts) -> str:
    """Return all that an install's plan follows from, but for the index, as one text.

    Raises:
        PybuildsyncError: a requirement file that is named by URL can't be had.

    """
    from pybuildsync import __version__
    from pybuildsync.frontend.build_variables import is_build_variable

    target = around.interpreter.target
    # What each says of itself counts: two of one version may be built against other things.
    there = " ".join(f"{each.name}={each.version}={crc32(describing_bytes(each)):08x}" for each in around.distributions)
    variables = sorted(
        f"{name}={value}" for name, value in environ.items() if name.startswith(_PREFIXES) or is_build_variable(name)
    )
    # The environment is described by what is in it: another one that is like it is the same question.
    likewise = options._replace(python="")
    base = around.interpreter.base_executable
    elsewhere = texts.read_ahead(environ) if texts.named else ""
    asked = (__version__, os.getcwd(), likewise, base, target.full_version, target.markers, elsewhere)
    return without_credentials(f"{asked!r}\n{target.tags[0]} {len(target.tags)}\n{there}\n{variables!r}")


def _from_memory(options: InstallOptions, around: Surroundings, question: str, story: Story) -> InstallResult | None:
    """Carry out the plan that is remembered for *question*; None if there is none."""
    plan = memory.recall(around.store, question)
    if plan is None:
        return None
    placements = []
    for sha256, requested in plan.wheels:
        wheel = find_wheel(around.store, sha256)
        if wheel is None or (plan.verifies and changed_file(wheel)):
            return None
        placements.append(Placement(wheel=wheel, requested=requested))
    tell_unnamed(options, around.interpreter, story)
    recipe = place(options, around, tuple(placements), story)
    places = {each.name: each.location for each in around.distributions}
    satisfied = tuple(each._replace(location=places.get(each.name, around.scheme.purelib)) for each in plan.satisfied)
    again = () if plan.verifies else repeatable(around, recipe, plan.evidence)
    return InstallResult(changes=plan.changes, satisfied=satisfied, recipe=again, ignored=plan.ignored)


def _watched(
    options: InstallOptions, interpreter: Interpreter, result: InstallResult, before: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return what the answer "nothing to do" hangs on; () where *result* has none.

    *before* is how the environment looked before it was read. Where nothing has been placed that is what counts: other
    installers don't heed our lock.
    """
    if not result.watched:
        return ()
    included = [path for path, _ in result.watched if path]
    is_as_it_was = all(change.kind == "keep" for change in result.changes)
    environment = before if is_as_it_was else watch_all(_environment_paths(interpreter))
    return (*watch_all((*settings_files(options), *included)), *environment)


def _environment_paths(interpreter: Interpreter) -> tuple[str, ...]:
    return (interpreter.executable, os.path.join(interpreter.prefix, "pyvenv.cfg"), *interpreter.site_packages)
