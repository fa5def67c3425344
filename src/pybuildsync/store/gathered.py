"""Byte code that the Pythons of builds have written, gathered for the next build with the same tools.

Unlike what :mod:`pybuildsync.store.bytecode` compiles it needn't be whole: it is what builds happened to import, and
what they had time to compile ahead. Beside a wheel's files, ``gathered/PYTHON`` holds ``NUMBER-SIZE.TAG.pyc``: for the
file of that number in the wheel's list, with the cache tag of PEP 3147. PYTHON is implementation and full version, on
which the magic number depends. One with another size than its name says was cut short by a power cut and isn't used.
Whether one is valid is for Python to say, by the source's time and size (PEP 552); one that isn't is written anew by
the build, and gathered instead.

Only what belongs to a wheel's own, unchanged file is taken. It never compiles anything.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from pybuildsync.store.location import Store, file_name
from pybuildsync.store.locks import in_use
from pybuildsync.store.wheels import UnpackedWheel, entry_folder
from pybuildsync.store.writing import MODE

_KEPT = re.compile(r"([0-9]+)-([0-9]+)\.([a-z]+-?[0-9]+[a-z]*)\.pyc\Z")
_WRITTEN = re.compile(r"([^.]+)\.([a-z]+-?[0-9]+[a-z]*)\.pyc\Z")
_HEADER = 16
_LONG = 0xFFFFFFFF


class _Kept(NamedTuple):
    path: str
    size: int
    time: int  # of its last change, in ns


def find_gathered(store: Store, wheel: UnpackedWheel, python: str) -> Iterator[tuple[str, str]]:
    """Yield (path, place) of the byte code kept of *wheel* for *python*, in the order of the wheel's files.

    The place is relative to the folder that takes the wheel's files, with ``/``.
    """
    kept = _kept(store, wheel, python)
    for number, tag in sorted(kept):
        if number < len(wheel.files):
            yield kept[number, tag].path, _place(wheel.files[number][0], tag)


def gather(store: Store, wheel: UnpackedWheel, folder: str, python: str) -> int:
    """Move to *store* the byte code that *python* has written beside the files of *wheel* in *folder*; return how many.

    *folder* is what took the wheel's files, and goes away after this; nothing may run in it any more. What can't be
    moved is left: it only saves time.
    """
    numbers = {path: number for number, (path, _, _, _) in enumerate(wheel.files) if path.endswith(".py")}
    folders = sorted({path.rpartition("/")[0] for path in numbers})
    taken = 0
    with suppress(OSError), in_use(store):
        kept = _kept(store, wheel, python)
        for inside in folders:
            for path, tag, entry in _written(folder, inside):
                number = numbers.get(path)
                if number is None:
                    continue
                status = entry.stat()
                old = kept.get((number, tag))
                if old is not None and (old.size, old.time) == (status.st_size, status.st_mtime_ns):
                    continue
                if not _belongs(entry.path, f"{wheel.path}/{path}", f"{folder}/{path}"):
                    continue
                _move(entry.path, f"{_folder(store, wheel, python)}/{number}-{status.st_size}.{tag}.pyc", old)
                taken += 1
    return taken


def _folder(store: Store, wheel: UnpackedWheel, python: str) -> str:
    return f"{entry_folder(store, wheel.sha256)}/gathered/{file_name(python)}"


def _place(source: str, tag: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}{'/' if folder else ''}__pycache__/{name.removesuffix('.py')}.{tag}.pyc"


def _kept(store: Store, wheel: UnpackedWheel, python: str) -> dict[tuple[int, str], _Kept]:
    """Return what is kept and whole, by number and cache tag."""
    found: dict[tuple[int, str], _Kept] = {}
    with suppress(FileNotFoundError), os.scandir(_folder(store, wheel, python)) as entries:
        for entry in entries:
            known = _KEPT.match(entry.name)
            status = entry.stat()
            if known and status.st_size == int(known[2]):
                found[int(known[1]), known[3]] = _Kept(entry.path, status.st_size, status.st_mtime_ns)
    return found


def _written(folder: str, inside: str) -> "Iterator[tuple[str, str, os.DirEntry[str]]]":
    """Yield (source, cache tag, entry) of the byte code beside the sources in the folder *inside* of *folder*."""
    start = f"{inside}/" if inside else ""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(f"{folder}/{start}__pycache__") as entries:
        for entry in entries:
            known = _WRITTEN.match(entry.name)
            if known and entry.is_file(follow_symlinks=False):
                yield f"{start}{known[1]}.py", known[2], entry


def _belongs(compiled: str, own: str, beside: str) -> bool:
    """Say whether the byte code *compiled* is of the wheel's *own* source, and that the one *beside* it still."""
    with open(compiled, "rb") as file:
        header = file.read(_HEADER)
    status = os.stat(own)
    words = [int.from_bytes(header[start : start + 4], "little") for start in (4, 8, 12)]
    if header[2:4] != b"\r\n" or words != [0, int(status.st_mtime) & _LONG, status.st_size & _LONG]:
        return False
    try:
        if os.path.samefile(own, beside):
            return True
        with open(own, "rb") as one, open(beside, "rb") as other:
            return one.read() == other.read()
    except FileNotFoundError:  # the build has removed it
        return False


def _move(compiled: str, final: str, old: _Kept | None) -> None:
    folder = os.path.dirname(final)
    if not os.path.isdir(folder):
        # Not the wheel's own folder, should that have gone: then this fails.
        with suppress(FileExistsError):
            os.mkdir(os.path.dirname(folder))
        with suppress(FileExistsError):
            os.mkdir(folder)
    os.chmod(compiled, MODE)
    os.replace(compiled, final)
    if old is not None and old.path != final:
        with suppress(FileNotFoundError):
            os.unlink(old.path)
