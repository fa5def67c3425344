"""Recipes: a transaction written down for every environment like the one that it was made in.

:func:`write_recipe` turns a plan that has been carried out into built-in values that ``marshal`` writes; :func:`follow`
carries them out elsewhere with nothing imported but what a bare interpreter has, since the modules that plan take
longer to import than the links to make. It is the same transaction (``transaction``): under the environment's lock, the
journal first, RECORD files last, one commit; what stops it before the commit is undone.

An environment is like another if its site-packages folder has the same entries, its distributions say the same of
themselves, and nothing is where something is to be made. So nothing is ever replaced, and nothing moved aside.
"""

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from pybuildsync.environments.layouts import Generated, Layout
    from pybuildsync.environments.linking import LinkMode
    from pybuildsync.environments.planning import Plan
    from pybuildsync.environments.schemes import Scheme

    Recipe: TypeAlias = tuple[Any, ...]
    System: TypeAlias = Any  # the module `os`, or what stands in for it
    Texts: TypeAlias = tuple[list[tuple[str, bytes, int, bool]], list[tuple[str, tuple[bytes | int, ...]]]]

_DAY = 24 * 60 * 60
_HERE = "."  # stands for the environment's folder in the journal
_JOURNAL, _COMMITTED, _UNFINISHED = "journal", "committed", "journal.new"
_LONGEST_SHEBANG = 127
_folded = str.lower if sys.platform == "darwin" else str  # as in `folders`, whose imports take too long
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def fingerprint(dist_info: str) -> str | None:
    """Return what tells the distribution in the folder *dist_info* from others of its name and version; None if unsure.

    METADATA, the build record, and the digests in RECORD of all files but scripts, whose first lines differ by place.
    """
    from _imp import source_hash  # siphash, built in

    parts = []
    for name in ("METADATA", "RECORD", "pybuildsync.json"):
        try:
            with open(f"{dist_info}/{name}", "rb", buffering=0) as file:
                parts.append(file.read())
        except FileNotFoundError:
            parts.append(b"")
        except OSError:
            return None
    if not (parts[0] and parts[1]):
        return None
    parts[1] = b"\n".join([line for line in parts[1].split(b"\n") if line[:3] != b"../"])
    return str(source_hash(0, b"\0".join(parts)).hex())


def write_recipe(plan: "Plan", scheme: "Scheme", mode: "LinkMode") -> "Recipe | None":
    """Return the recipe of *plan*, which has just been carried out in *scheme* with *mode*; None where there is none.

    There is none for what replaces or removes something, puts anything into a folder of site-packages that was there
    before, reaches out of the environment's folder, or can't be linked.
    """
    from pybuildsync.environments.journal import encode_journal

    journal = plan.journal
    data = scheme.data
    root = os.path.dirname(os.path.dirname(scheme.python))
    inside = (*scheme.roots, *journal.folders, scheme.lock)
    if (
        mode != "hardlink"
        or os.link not in os.supports_dir_fd
        or journal.moves or plan.removed or plan.conflicts or plan.replaced or plan.outside
        or scheme.purelib != scheme.platlib
        or scheme.python != f"{root}/bin/python"
        or os.path.realpath(root) != data
        or not all(f"{path}/".startswith(f"{data}/") for path in inside)
    ):  # fmt: skip
        return None
    new = frozenset(journal.folders)
    tops = {name.partition("/")[0] for layout in plan.layouts for name in (*layout.dirs, *layout.files)}
    tops |= {path[len(scheme.purelib) + 1 :].partition("/")[0] for path in new if path.startswith(f"{scheme.purelib}/")}
    files_on_top = {name for layout in plan.layouts for name in layout.files if "/" not in name}
    beside = {folder: names for folder, names in journal.files if folder not in new and folder != scheme.purelib}
    entries = _entries(scheme.purelib, tops)
    if (
        entries is None
        or not all(f"{scheme.purelib}/{name}" in new for name in tops - files_on_top)
        or any(folder.startswith(f"{scheme.purelib}/") for folder in beside)
    ):
        return None
    there = {scheme.purelib, *beside, *[os.path.dirname(folder) for folder in new]} - new

    def short(path: str) -> str:
        return path[len(data) + 1 :]

    texts = _texts(plan.layouts, scheme.python, (root, data))
    if texts is None:
        return None
    written, records = texts
    sources = [layout.placement.wheel.path for layout in plan.layouts]
    here = journal._replace(
        base=_HERE,
        folders=tuple(_HERE + path[len(data) :] for path in journal.folders),
        files=tuple((_HERE + folder[len(data) :], names) for folder, names in journal.files),
    )
    return (
        short(scheme.purelib),
        short(scheme.lock),
        short(scheme.journal_folder),
        entries,
        tuple(sorted(map(short, there))),
        tuple(sorted((short(folder), names) for folder, names in beside.items())),
        tuple(os.path.dirname(source) + "/manifest" for source in sources),
        encode_journal(here),
        tuple(map(short, journal.folders)),
        tuple((source, layout.files) for source, layout in zip(sources, plan.layouts, strict=True)),
        tuple((source, short(path)) for layout in plan.layouts for source, path in layout.linked),
        tuple([(short(path), *rest) for path, *rest in written]),
        tuple([(short(path), parts) for path, parts in records]),
    )


def _texts(layouts: "Sequence[Layout]", python: str, places: tuple[str, str]) -> "Texts | None":
    """Return what is written: (path, content without its ``#!python``, mode, whether it has one); and the RECORD files.

    These are in parts: a number stands for digest and size of the file written with that number. None if one of
    *places* stands anywhere else in a file.
    """
    head = b"#!" + os.fsencode(python)
    records: list[tuple[str, tuple[bytes | int, ...]]] = []
    written: list[tuple[str, bytes, int, bool]] = []
    for layout in layouts:
        parts: list[bytes | int] = [layout.record.content]
        for file in layout.generated:
            is_script = file.content.startswith(head)
            content = file.content[len(head) :] if is_script else file.content
            is_bound = any(os.fsencode(place) in content for place in places)
            if is_bound or (is_script and not _cut(parts, file, len(written))):
                return None
            written.append((file.path, content, file.mode, is_script))
        records.append((layout.record.path, tuple(parts)))
    return written, records


def _entries(purelib: str, new: "set[str]") -> tuple[tuple[str, str], ...] | None:
    """Return the entries that *purelib* had before *new* came, with the fingerprints of distributions."""
    entries = []
    for name in sorted(set(os.listdir(purelib)) - new):
        seen: str | None = ""
        if name.endswith((".egg-info", ".egg-link", ".egg")) or name.startswith(("~", ".")):
            return None
        if name.endswith(".dist-info"):
            seen = fingerprint(f"{purelib}/{name}")
        if seen is None:
            return None
        entries.append((name, seen))
    return tuple(entries)


def _cut(parts: "list[bytes | int]", file: "Generated", number: int) -> bool:
    """Put *number* in the place of the digest and size of *file* in the last of *parts*; False if not found once."""
    name = os.fsencode(file.path[file.path.rindex("/") :])
    row = name + _digest_and_size(file.content)
    before, found, after = parts[-1].partition(row) if isinstance(parts[-1], bytes) else (b"", b"", b"")
    if not found or row in after:
        return False
    parts[-1:] = [before + name, number, after]
    return True


def _digest_and_size(content: bytes) -> bytes:
    from pybuildsync.environments.records import content_hash

    return f",{content_hash(content)},{len(content)}\n".encode()


def follow(recipe: "Recipe", root: str, system: "System" = os) -> bool:
    """Carry out *recipe* in the virtual environment *root*, absolute, whose ``bin/python`` runs its scripts.

    Return False, with nothing changed, where the environment or the store isn't as it must be, or is in use by another
    process. Whoever calls holds the store. A signal that comes meanwhile undoes what was done and then does its work.
    *system* stands in for ``os`` in all that changes the environment.
    """
    import fcntl

    data = os.path.realpath(root)
    try:
        descriptor = os.open(f"{data}/{recipe[1]}", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return False
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return _is_like(recipe, data, root) and _has_wheels(recipe) and _change(recipe, data, root, system)
    finally:
        os.close(descriptor)  # and with it the lock


def _is_like(recipe: "Recipe", data: str, root: str) -> bool:
    purelib, _, _, entries, there, beside, *_ = recipe
    python = f"{root}/bin/python"
    if len(python) > _LONGEST_SHEBANG - 20 or not python.isascii() or " " in python or "\t" in python or "\n" in python:
        return False
    folders: tuple[str, ...] = recipe[8]
    outer = [f"{data}/{folder}" for folder in folders if not folder.startswith(f"{purelib}/")]
    try:
        return (
            all(os.path.realpath(f"{data}/{folder}") == f"{data}/{folder}" for folder in there if folder)
            and sorted(os.listdir(f"{data}/{purelib}")) == [name for name, _ in entries]
            and all(not seen or fingerprint(f"{data}/{purelib}/{name}") == seen for name, seen in entries)
            and not any(_has_any(f"{data}/{folder}", names) for folder, names in beside)
            and not any(map(os.path.lexists, outer))
        )
    except OSError:
        return False


def _has_any(folder: str, names: "Sequence[str]") -> bool:
    return not {*map(_folded, names)}.isdisjoint(map(_folded, os.listdir(folder)))


def _has_wheels(recipe: "Recipe") -> bool:
    """Tell whether all wheels are there and have been used within a day: else somebody must look into them first."""
    now = time.time()
    try:
        return all(abs(now - os.stat(manifest).st_mtime) <= _DAY for manifest in recipe[6])
    except OSError:
        return False


def _change(recipe: "Recipe", data: str, root: str, system: "System") -> bool:
    signal = __import__("_signal")  # what `signal` is made of, without the enumerations, which take 3 ms
    noted: list[int] = []
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    before = {number: signal.getsignal(number) for number in numbers}
    held = {number: handler for number, handler in before.items() if handler not in (None, signal.SIG_IGN)}
    for number in held:
        signal.signal(number, lambda number, _: noted.append(number))
    try:
        return _make(recipe, data, root, noted, system)
    except BaseException as error:
        _put_right(recipe, data)
        if not isinstance(error, OSError | InterruptedByNote):
            raise
        return False
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(noted):
            signal.raise_signal(number)


class InterruptedByNote(BaseException):
    """A signal has been noted; it follows."""


def _make(recipe: "Recipe", data: str, root: str, noted: list[int], system: "System") -> bool:
    purelib, _, journal_folder, _, _, _, _, journal, folders, links, linked, written, records = recipe
    folder = f"{data}/{journal_folder}"
    system.mkdir(folder)
    _write(system, f"{folder}/{_UNFINISHED}", journal)
    system.rename(f"{folder}/{_UNFINISHED}", f"{folder}/{_JOURNAL}")
    for name in folders:
        system.mkdir(f"{data}/{name}")
    _link(links, f"{data}/{purelib}", noted, system)
    for source, name in linked:
        system.link(source, f"{data}/{name}")
    head = b"#!" + os.fsencode(f"{root}/bin/python")
    rows: dict[int, bytes] = {}
    for number, (name, rest, mode, is_script) in enumerate(written):
        content = head + rest if is_script else rest
        if is_script:
            if content.find(b"\n") >= _LONGEST_SHEBANG:
                raise OSError
            rows[number] = _digest_and_size(content)
        _write(system, f"{data}/{name}", content, mode)
    for name, parts in records:
        _write(system, f"{data}/{name}", b"".join([part if isinstance(part, bytes) else rows[part] for part in parts]))
    if noted:
        raise InterruptedByNote
    system.rename(f"{folder}/{_JOURNAL}", f"{folder}/{_COMMITTED}")
    try:
        system.unlink(f"{folder}/{_COMMITTED}")
        system.rmdir(folder)
    except OSError:
        pass  # the new state holds; the next command clears away what is left
    return True


def _link(links: "tuple[tuple[str, tuple[str, ...]], ...]", folder: str, noted: list[int], system: "System") -> None:
    link = system.link
    there = system.open(folder, os.O_RDONLY)
    try:
        for source, names in links:
            if noted:
                raise InterruptedByNote
            here = system.open(source, os.O_RDONLY)
            try:
                for name in names:
                    link(name, name, src_dir_fd=here, dst_dir_fd=there)
            finally:
                os.close(here)
    finally:
        os.close(there)


def _write(system: "System", path: str, content: bytes, mode: int = 0o666) -> None:
    descriptor = system.open(path, _NEW, mode)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[system.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _put_right(recipe: "Recipe", data: str) -> None:
    """Undo, or finish, what was begun, from its journal. What can't be put right the next command meets and tells."""
    from pybuildsync.environments.recovery import settle
    from pybuildsync.environments.schemes import Scheme
    from pybuildsync.errors import PybuildsyncError

    purelib = f"{data}/{recipe[0]}"
    scheme = Scheme(
        purelib=purelib, platlib=purelib, scripts=purelib, headers=purelib, data=data,
        python="", launcher="posix", lock="",
    )  # fmt: skip
    try:
        settle(scheme)
    except PybuildsyncError:
        return
