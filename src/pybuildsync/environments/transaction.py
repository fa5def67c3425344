"""Transactions: an environment goes from one state to another, or stays as it was.

Everything that is needed is in the store, the journal is written, then: what goes or is replaced is moved aside,
folders are made, files linked, scripts and records written, the journal committed, what was moved aside removed. An
exception or a signal before the commit undoes it all at once; after ``kill -9`` the next command does (``recovery``).
A lock keeps other processes of pybuildsync out meanwhile. Never downloads, never decides what is installed.

One process links: threads don't help with system calls this short, and forking while others download is not safe.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

from pybuildsync.environments.calls import SYSTEM, Calls
from pybuildsync.environments.conflicts import Conflict, OnConflict
from pybuildsync.environments.folders import missing_folders
from pybuildsync.environments.interruptions import held_signals
from pybuildsync.environments.journal import commit_journal, write_journal
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.linking import LinkMode, choose_mode, place, write
from pybuildsync.environments.planning import Changes, Plan, plan_changes
from pybuildsync.environments.recipes import write_recipe
from pybuildsync.environments.recovery import Recovered, finish, remove_emptied, settle
from pybuildsync.environments.schemes import Scheme, check_changeable
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.locks import locked
from pybuildsync.store.wheels import UnpackedWheel


class Applied(NamedTuple):
    """What a transaction did besides what was asked.

    ``recovered`` was put right first. ``conflicts`` were allowed: the later distribution won. ``replaced`` are files
    that were there and belonged to no distribution. ``outside`` are files that a removed distribution lists and that
    stay, as they lie outside the environment or are its own. ``recipe`` does the same in an environment like this one
    (``recipes``), if there is one.
    """

    recovered: Recovered | None = None
    conflicts: tuple[Conflict, ...] = ()
    replaced: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    recipe: tuple[Any, ...] | None = None


@contextmanager
def environment_lock(scheme: Scheme, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the environment of *scheme* alone, so that what is planned for it still fits when it is carried out.

    What else distributions are removed from is held after it, by everybody: so nobody waits for another in a circle.
    """
    with ExitStack() as stack:
        for lock in (scheme.lock, *scheme.locks_besides):
            stack.enter_context(locked(lock, waiting=waiting))
        yield


def apply(
    changes: Changes,
    scheme: Scheme,
    *,
    link_mode: LinkMode = "auto",
    on_conflict: OnConflict = "refuse",
    waiting: Callable[[], None] | None = None,
    is_locked: bool = False,
    with_recipe: bool = False,
    calls: Calls = SYSTEM,
) -> Applied:
    """Carry out *changes* in *scheme*, wholly or not at all.

    *waiting* is called once if another process has to be waited for; with *is_locked* the caller holds
    :func:`environment_lock`. *on_conflict* is for different files of one path in two distributions (``conflicts``).
    *with_recipe* asks for the recipe.

    Raises:
        EnvironmentFault: the environment may not or can't be changed; it is as it was.
        RequestError: distributions conflict; nothing has been touched.
        PackageError: a wheel can't be installed as it is; nothing has been touched.

    """
    check_changeable(scheme)
    with nullcontext() if is_locked else environment_lock(scheme, waiting), held_signals() as check:
        recovered = settle(scheme, calls)
        if not any(changes):
            return Applied(recovered=recovered)
        plan = plan_changes(changes, scheme, on_conflict)
        mode: LinkMode | None = None
        try:
            mode = _carry_out(plan, scheme, link_mode, calls, check)
        except BaseException as error:
            # Before the commit this undoes; if the very commit was the last that worked, it finishes.
            settled = settle(scheme, calls)
            if settled is None:
                remove_emptied(plan.journal.folders[::-1], calls)
            if not isinstance(error, OSError):
                raise
            if settled is None or settled.is_undone:
                raise _fault(error, scheme) from error
        else:
            with suppress(OSError):  # the new state holds; the next command clears away what is left
                finish(plan.journal, scheme.journal_folder, calls)
        recipe = write_recipe(plan, scheme, mode) if with_recipe and mode and not plan.rewritten else None
    return Applied(recovered, plan.conflicts, plan.replaced, plan.outside, recipe)


def populate(unpacked: tuple[UnpackedWheel, ...], scheme: Scheme) -> None:
    """Put wheels into the new, empty environment of *scheme*, which is thrown away if this fails: no journal, no lock.

    Where two have the same file, the later one wins.

    Raises:
        EnvironmentFault: the folder can't be written.
        PackageError: an entry point of a wheel can't be a script.

    """
    plan = plan_changes(Changes(install=tuple(Placement(wheel=wheel) for wheel in unpacked)), scheme, "overwrite")
    try:
        _make(plan, scheme, "auto", SYSTEM, lambda: None)
    except OSError as error:
        raise _fault(error, scheme) from error


def _carry_out(plan: Plan, scheme: Scheme, mode: LinkMode, calls: Calls, check: Callable[[], None]) -> LinkMode:
    """Do what *plan* says; return how files were linked."""
    journal = plan.journal
    for folder in missing_folders(scheme.journal_folder):
        calls.mkdir(folder)
    write_journal(journal, scheme.journal_folder, calls)
    for stash, paths in journal.moves:
        for folder in missing_folders(stash):
            calls.mkdir(folder)
        for number, path in enumerate(paths):
            calls.rename(path, f"{stash}/{number}")
        check()
    mode = _make(plan, scheme, mode, calls, check)
    commit_journal(scheme.journal_folder, calls)
    return mode


def _make(plan: Plan, scheme: Scheme, mode: LinkMode, calls: Calls, check: Callable[[], None]) -> LinkMode:
    """Make the folders and files of *plan*, RECORD files last: what has one is whole. Return how they were linked."""
    for folder in plan.journal.folders:
        with suppress(FileExistsError):
            calls.mkdir(folder)
    first = next((f"{layout.placement.wheel.path}/{name}" for layout in plan.layouts for name in layout.files), "")
    mode = choose_mode(mode, first, scheme.purelib) if first else mode
    for layout in plan.layouts:
        check()
        place(layout, mode, calls)
    for layout in plan.layouts:
        write(layout.record, calls)
    for file in plan.rewritten:
        write(file, calls)
    check()
    return mode


_NEXT_STEPS = {
    errno.ENOSPC: "free space on the device",
    errno.EDQUOT: "free space: your quota is used up",
    errno.EROFS: "make an environment of your own: `pybuildsync venv`",
    errno.EACCES: "make an environment of your own: `pybuildsync venv`",
    errno.EPERM: "make an environment of your own: `pybuildsync venv`",
}


def _fault(error: OSError, scheme: Scheme) -> EnvironmentFault:
    where = error.filename2 or error.filename
    return EnvironmentFault(
        f"the environment could not be changed and is as it was: {scheme.data}",
        why=f"{error.strerror or error}{f': {os.fsdecode(where)}' if where else ''}",
        hint=_NEXT_STEPS.get(error.errno or 0, "remove the cause and run the command again"),
    )
