"""The law of everything that is read from outside.

It gives a result or a PybuildsyncError, never another exception; said twice, it is the same; nothing is written but in
the folder that was named.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from typing import NamedTuple

from pybuildsync.errors import PybuildsyncError

_CANARY = b"nobody writes here"


class Family(NamedTuple):
    """One kind of input: ``read`` takes the bytes and an empty folder of its own and returns what was understood.

    ``seeds`` are sound inputs; ``tokens`` are pieces that mean something in them.
    """

    name: str
    read: Callable[[bytes, str], object]
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...]


def examine(family: Family, data: bytes) -> object:
    """Have *family* read *data* twice and return the answer, after all that the law says of it has been checked."""
    with tempfile.TemporaryDirectory() as made:
        world = os.path.realpath(made)
        with open(f"{world}/canary", "xb") as file:
            file.write(_CANARY)
        answers = []
        before = os.getcwd()
        os.mkdir(f"{world}/here")  # where what is named without a folder leads
        os.chdir(f"{world}/here")
        try:
            for _ in range(2):
                os.mkdir(f"{world}/own")
                answers.append(_answer(family, data, f"{world}/own"))
                assert sorted(os.listdir(world)) == ["canary", "here", "own"]
                assert os.listdir(f"{world}/here") == []
                _remove(f"{world}/own")
        finally:
            os.chdir(before)
        with open(f"{world}/canary", "rb") as file:
            assert file.read() == _CANARY
        assert answers[0] == answers[1]
        return answers[0]


def _answer(family: Family, data: bytes, folder: str) -> object:
    try:
        return family.read(data, folder)
    except PybuildsyncError as error:
        return type(error), str(error)


def _remove(folder: str) -> None:
    def make_writable(_function: object, path: str, _error: object) -> None:
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
        os.chmod(path, stat.S_IRWXU)
        os.rmdir(path) if os.path.isdir(path) else os.unlink(path)

    shutil.rmtree(folder, onerror=make_writable)


def tree(folder: str) -> dict[str, bytes]:
    """Return the files below *folder* by relative path; links by their targets."""
    found = {}
    for here, folders, files in os.walk(folder):
        for name in [*files, *folders]:
            path = os.path.join(here, name)
            if os.path.islink(path):
                found[os.path.relpath(path, folder)] = b"-> " + os.fsencode(os.readlink(path))
            elif name in files:
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found
