"""Destinations: the schemes of an install that is told to go elsewhere than into the interpreter's own environment.

``--target`` (a folder), ``--prefix`` (``lib``, ``bin``, ... below another folder), ``--user`` (PEP 370) and ``--root``
(any of these, below a folder that stands for ``/``). The folders are those that ``sysconfig`` names, as pip takes them.
This module reads, and never changes anything.
"""

import os
import sys
from typing import NamedTuple

from pybuildsync.environments.configuration import ELSEWHERE
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.schemes import (
    FOLDERS,
    LOCK_FILE,
    Scheme,
    environment_scheme,
    own_files,
    real_path,
)


class Destination(NamedTuple):
    """Where an install goes: into ``target``, below ``prefix``, to the ``user``, or, with none, to the environment.

    ``root`` stands for ``/`` or, on Windows, for the drive. All are paths, "" for not given; they need not exist.
    """

    target: str = ""
    prefix: str = ""
    root: str = ""
    user: bool = False


def destination_scheme(destination: Destination, interpreter: Interpreter) -> Scheme:
    """Return the scheme of *destination*; scripts run with *interpreter*.

    What lies in an environment (its own folder, or that of another ``pyvenv.cfg``) is held by the lock of that
    environment and keeps its protected files. Any other lock lies in the folder for temporary files, so that nothing
    but the distributions is left. What is for the user alone is managed by whoever manages the environment (PEP 668).
    """
    own = environment_scheme(interpreter)
    if destination == Destination():
        return own
    named = _folders(destination, interpreter)
    if destination.root:
        named = {name: below(destination.root, path) for name, path in named.items()}
    folders = {name: real_path(path) for name, path in named.items()}
    scheme = own._replace(
        purelib=folders["purelib"],
        platlib=folders["platlib"],
        scripts=folders["scripts"],
        headers=folders["headers"],
        data=folders["data"],
        unchangeable=own.unchangeable if destination.user and not destination.root else "",
    )
    if scheme.purelib == own.purelib:
        return scheme
    if os.path.exists(f"{scheme.data}/pyvenv.cfg"):
        lock = os.path.join(scheme.data, LOCK_FILE)
        return scheme._replace(lock=lock, protected=own_files(scheme.scripts, scheme.data))
    return scheme._replace(lock=_lock_elsewhere(scheme.purelib), protected=frozenset())


def user_scheme(interpreter: Interpreter) -> Scheme:
    """Return the scheme of what *interpreter*'s user has for himself."""
    return destination_scheme(Destination(user=True), interpreter)


def below(root: str, path: str) -> str:
    """Return *path* as it is where *root* stands for ``/`` (or for its drive)."""
    return os.path.join(os.path.abspath(root), os.path.splitdrive(os.path.abspath(path))[1].lstrip("/\\"))


def _folders(destination: Destination, interpreter: Interpreter) -> dict[str, str]:
    """Return the folders by name, before links are followed."""
    if destination.target:
        top = os.path.abspath(destination.target)
        return {
            "purelib": top, "platlib": top, "data": top,
            "scripts": os.path.join(top, "bin"),
            "headers": os.path.join(top, "include", _headers_in_target(interpreter)),
        }  # fmt: skip
    if destination.prefix:
        top = os.path.abspath(destination.prefix)
        named = {name: path.replace(ELSEWHERE, top, 1) for name, path in interpreter.prefix_paths}
    else:
        named = dict(interpreter.user_paths if destination.user else interpreter.paths)
    return {name: named[name] for name in FOLDERS}


def _headers_in_target(interpreter: Interpreter) -> str:
    """Return where pip has headers in ``include``: as ``posix_home`` says, or as it does in virtual environments."""
    if interpreter.is_virtual:
        return os.path.join("site", f"python{interpreter.target.version}")
    return "pypy" if interpreter.target.implementation == "pypy" else "python"


def _lock_elsewhere(folder: str) -> str:
    from hashlib import sha256

    owner = f"-{os.getuid()}" if sys.platform != "win32" else ""
    name = f"pybuildsync{owner}-{sha256(os.fsencode(folder)).hexdigest()[:16]}.lock"
    return os.path.join(_temporary_folder(), name)


def _temporary_folder() -> str:
    if sys.platform == "win32":
        return os.environ.get("TEMP") or os.environ.get("TMP") or os.path.expanduser("~")
    return os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - a name of the user's own, opened without following links
