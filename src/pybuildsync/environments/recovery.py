"""Recovery: what becomes of a transaction that did not come to its end.

Before its commit it is undone, after it finished; both from the journal alone, and both can themselves be cut short at
any point and begun again. Nothing is removed but what the journal names, byte code without a source in folders that go,
and the journal's own folder.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from pybuildsync.environments.calls import SYSTEM, Calls
from pybuildsync.environments.folders import folded, is_inside
from pybuildsync.environments.journal import (
    COMMITTED,
    JOURNAL,
    STASH,
    UNFINISHED,
    Journal,
    decode_journal,
    read_content,
)
from pybuildsync.environments.schemes import JOURNAL_FOLDER, Scheme
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.locks import locked

_INDIRECT = re.compile(r"/(?:\.\.?)?(?:/|\Z)")


class Recovered(NamedTuple):
    """An interrupted change that was put right: undone, or finished. ``words`` say what it was to do."""

    is_undone: bool
    words: str

    def __str__(self) -> str:
        """Return a sentence for people."""
        return (
            f"an interrupted change of the environment was {'undone' if self.is_undone else 'finished'}: {self.words}"
        )


def recover(scheme: Scheme, *, waiting: Callable[[], None] | None = None, calls: Calls = SYSTEM) -> Recovered | None:
    """Put right what a killed process has left in *scheme*; return what it was, None if there was nothing.

    Costs one look at a folder if there is nothing. Waits for a process that is at work in the environment, telling
    *waiting* once.

    Raises:
        EnvironmentFault: it can't be put right: the journal is damaged, or files can't be moved.

    """
    if not os.path.lexists(scheme.journal_folder):
        return None
    with locked(scheme.lock, waiting=waiting):
        return settle(scheme, calls)


def settle(scheme: Scheme, calls: Calls = SYSTEM) -> Recovered | None:
    """Do what :func:`recover` does, under a lock that is held already.

    What another installer has put there since stays.
    """
    folder = scheme.journal_folder
    for name, is_undone in ((COMMITTED, False), (JOURNAL, True)):
        content = read_content(f"{folder}/{name}")
        if content is None:
            continue
        journal = decode_journal(content, scheme.data, folder)
        if journal is None or not _stays_inside(journal, scheme):
            raise EnvironmentFault(
                f"the environment was left half changed: {scheme.data}",
                why=f"the journal that would put it right is damaged; replaced files are kept in {folder}",
                hint="make the environment anew: `pybuildsync venv --clear`",
            )
        if is_undone:
            undo(journal, folder, calls, _come_since(journal, scheme))
        else:
            finish(journal, folder, calls)
        return Recovered(is_undone, journal.words)
    if os.path.lexists(folder):
        _clear(folder, left_stashes(scheme), calls)
    return None


def _stays_inside(journal: Journal, scheme: Scheme) -> bool:
    """Tell whether *journal* names nothing but what a transaction in *scheme* has: a damaged one could name any."""
    inside = (*scheme.roots, journal.base)
    anywhere = (*inside, *journal.besides)
    files = [f"{root}/{name}" for root, names in journal.files for name in names]
    old = [path for _, paths in journal.moves for path in paths]
    stashes = [stash.rpartition("/") for stash, _ in journal.moves]
    folders = [*journal.folders, *journal.emptied]
    return (
        bool(journal.base)
        and all(name.startswith(STASH) and folder.endswith(f"/{JOURNAL_FOLDER}") for folder, _, name in stashes)
        and all(is_inside(path, inside) for path in files)
        and all(is_inside(path, anywhere) for path in old)
        and all(
            any(f"{root}/".startswith(f"{path}/") for root in anywhere) or is_inside(path, anywhere) for path in folders
        )
        and not any(_INDIRECT.search(path) for path in (*files, *old, *folders))
    )


def left_stashes(scheme: Scheme) -> list[str]:
    """Return the stash folders in *scheme*: what a finished transaction couldn't remove (Windows) lies there."""
    return [
        f"{root}/{JOURNAL_FOLDER}/{name}"
        for root in scheme.roots
        if os.path.isdir(f"{root}/{JOURNAL_FOLDER}")
        for name in sorted(os.listdir(f"{root}/{JOURNAL_FOLDER}"))
        if name.startswith(STASH)
    ]


def _come_since(journal: Journal, scheme: Scheme) -> frozenset[str]:
    """Return the files of *journal* that another installer lists in a RECORD it wrote after the journal was written."""
    from pybuildsync.environments.folders import FolderView
    from pybuildsync.environments.installed import installed_distributions, installer, list_of_files
    from pybuildsync.environments.removals import owners

    began = _written(f"{scheme.journal_folder}/{JOURNAL}")
    found = installed_distributions((scheme.purelib, scheme.platlib), trust_names=True)
    late = [each for each in found if _written(list_of_files(each)) > began]
    others = [each for each in late if installer(each) not in ("", "pybuildsync")]
    paths = [f"{root}/{name}" for root, names in journal.files for name in names]
    return frozenset(owners(paths, others, scheme, FolderView()))


def _written(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def undo(journal: Journal, folder: str, calls: Calls, staying: frozenset[str]) -> None:
    """Bring back what was before the transaction of *journal*, whose files are in *folder*; *staying* stays as it is.

    Raises:
        EnvironmentFault: something could not be brought back; the journal stays for another try.

    """
    failed: list[str] = []
    moved = {folded(path): f"{stash}/{number}" for stash, paths in journal.moves for number, path in enumerate(paths)}
    for root, names in journal.files:
        for name in names:
            path = f"{root}/{name}"
            if path in staying:
                continue
            stashed = moved.get(folded(path)) if moved else None
            # Where something was moved aside, what is here is new as long as the old one is still aside.
            if stashed is None or os.path.lexists(stashed):
                _attempt(calls.unlink, path, failed)
    remove_emptied(journal.folders[::-1], calls)
    for stash, paths in reversed(journal.moves):
        for number in range(len(paths) - 1, -1, -1):
            stashed = f"{stash}/{number}"
            if os.path.lexists(stashed) and paths[number] not in staying:
                _bring_back(stashed, paths[number], failed, calls)
    if failed:
        raise EnvironmentFault(
            f"the environment could not be brought back to what it was: {journal.base}",
            why="\n".join(failed[:10]),
            hint="remove the cause and run any command on the environment: it tries again",
        )
    with suppress(OSError):
        calls.unlink(f"{folder}/{JOURNAL}")
    _clear(folder, [stash for stash, _ in journal.moves], calls)
    # The journal's own folder stood in them until now.
    remove_emptied(journal.folders[::-1], calls)


def finish(journal: Journal, folder: str, calls: Calls) -> None:
    """Do away with what the committed transaction of *journal* has replaced. Files in use (Windows) stay aside."""
    for stash, paths in journal.moves:
        for number in range(len(paths)):
            _discard(f"{stash}/{number}", calls)
    remove_emptied(journal.emptied, calls)
    with suppress(OSError):
        calls.unlink(f"{folder}/{COMMITTED}")
    _clear(folder, [stash for stash, _ in journal.moves], calls)


def _attempt(call: Callable[[str], None], path: str, failed: list[str]) -> None:
    try:
        call(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        pass
    except OSError as error:
        if not os.path.isdir(path):  # macOS has PermissionError for unlinking a folder
            failed.append(f"{path}: {error.strerror or error}")


def _bring_back(stashed: str, path: str, failed: list[str], calls: Calls) -> None:
    try:
        calls.rename(stashed, path)
    except OSError as error:
        failed.append(f"{path}: {error.strerror or error} (kept in {stashed})")


def _discard(path: str, calls: Calls) -> None:
    """Remove the stashed *path*, a file or a folder that only has empty folders in it."""
    try:
        calls.unlink(path)
    except FileNotFoundError:
        return
    except OSError:
        if os.path.isdir(path):
            for inner in os.listdir(path):
                _discard(f"{path}/{inner}", calls)
            with suppress(OSError):
                calls.rmdir(path)
        elif os.name == "nt":  # read-only files can't be removed there
            with suppress(OSError):
                os.chmod(path, 0o600)
                calls.unlink(path)


def remove_emptied(folders: Iterable[str], calls: Calls = SYSTEM) -> None:
    """Remove those of *folders* that are empty, or hold nothing but byte code without a source."""
    for folder in folders:
        try:
            calls.rmdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            if _has_only_orphans(folder):
                cache = f"{folder}/__pycache__"
                with suppress(OSError):
                    for name in os.listdir(cache):
                        calls.unlink(f"{cache}/{name}")
                    calls.rmdir(cache)
                    calls.rmdir(folder)


def _has_only_orphans(folder: str) -> bool:
    try:
        if os.path.islink(folder) or os.listdir(folder) != ["__pycache__"]:
            return False
        return all(name.endswith(".pyc") for name in os.listdir(f"{folder}/__pycache__"))
    except OSError:
        return False


def _clear(folder: str, stashes: Iterable[str], calls: Calls) -> None:
    """Remove the journal's *folder* and the *stashes* as far as they are empty; what is in use is left for later."""
    with suppress(OSError):
        calls.unlink(f"{folder}/{UNFINISHED}")
    for stash in stashes:
        with suppress(OSError):
            for name in os.listdir(stash):
                _discard(f"{stash}/{name}", calls)
            calls.rmdir(stash)
        with suppress(OSError):
            calls.rmdir(os.path.dirname(stash))
    with suppress(OSError):
        calls.rmdir(folder)
