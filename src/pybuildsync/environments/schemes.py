"""Install schemes: which folder takes which part of a wheel.

A :class:`Scheme` is that of an interpreter's environment (the paths of its ``sysconfig``), or of a virtual environment
that has just been made; those of other places are in ``destinations``. This module reads, and never changes anything.
The names of the five folders are those of the binary distribution format; the ban on foreign installers is PEP 668.
"""

import os
import sys
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from pybuildsync.environments.folders import folded
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.errors import EnvironmentFault

Launcher: TypeAlias = Literal["posix", "win-ia32", "win-amd64", "win-arm", "win-arm64"]

JOURNAL_FOLDER = ".pybuildsync"
LOCK_FILE = ".pybuildsync.lock"

# The keys of a wheel's `.data` folder, and so of a scheme (binary distribution format).
FOLDERS = ("purelib", "platlib", "scripts", "headers", "data")

_ACTIVATION = (
    "activate", "activate.fish", "activate.csh", "activate.nu", "Activate.ps1", "activate.bat", "deactivate.bat",
)  # fmt: skip
_INTERPRETERS = (
    "python", "python3", "pypy", "pypy3", "python3.13t", "python3.14t",
    "python.exe", "pythonw.exe", "python_d.exe", "pythonw_d.exe",
)  # fmt: skip
_LAUNCHERS: dict[str, Launcher] = {
    "win-amd64": "win-amd64",
    "win-arm64": "win-arm64",
    "win32": "win-ia32",
    "win-arm32": "win-arm",
}


class Scheme(NamedTuple):
    """Where distributions go: five absolute folders, every link in them followed, with "/" on every system.

    Below ``headers`` each distribution has a folder of its own. ``python`` is the executable that scripts start with.
    ``launcher`` is "posix" or the kind of Windows launcher that ``installer`` knows. ``lock`` is the file that whoever
    changes the environment holds. ``unchangeable`` is the reason why nothing may be changed (PEP 668), or "".
    ``protected`` are files that no distribution may place or take away: the environment's own. ``besides`` are further
    folders that distributions may be removed from, but are never placed in, and ``locks_besides`` their locks.
    """

    purelib: str
    platlib: str
    scripts: str
    headers: str
    data: str
    python: str
    launcher: Launcher
    lock: str
    unchangeable: str = ""
    protected: frozenset[str] = frozenset()
    besides: tuple[str, ...] = ()
    locks_besides: tuple[str, ...] = ()

    def folder(self, name: str) -> str:
        """Return the folder that :data:`FOLDERS` calls *name*."""
        return str(getattr(self, name))

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders, each once, in the order of :data:`FOLDERS`, those besides after them."""
        return tuple(dict.fromkeys([*[self.folder(name) for name in FOLDERS], *self.besides]))

    def with_besides(self, other: "Scheme") -> "Scheme":
        """Return the scheme that distributions may be removed from *other* with as well."""
        return self._replace(besides=other.roots, locks_besides=(other.lock,))

    @property
    def journal_folder(self) -> str:
        """The folder of the journal: in ``purelib``, under a name that no scan for distributions looks at."""
        return f"{self.purelib}/{JOURNAL_FOLDER}"


def environment_scheme(interpreter: Interpreter) -> Scheme:
    """Return the scheme of *interpreter*'s own environment."""
    folders = {name: real_path(interpreter.path(name)) for name in FOLDERS}
    unchangeable = "" if interpreter.is_virtual else interpreter.externally_managed
    python = interpreter.executable
    if interpreter.is_virtual:
        named = os.path.join(interpreter.path("scripts"), "python.exe" if sys.platform == "win32" else "python")
        python = named if os.path.lexists(named) else python
    lock_folder = real_path(interpreter.prefix) if interpreter.is_virtual else folders["purelib"]
    return Scheme(
        purelib=folders["purelib"],
        platlib=folders["platlib"],
        scripts=folders["scripts"],
        headers=folders["headers"],
        data=folders["data"],
        python=python,
        launcher=launcher_of(interpreter),
        lock=os.path.join(lock_folder, LOCK_FILE),
        unchangeable=unchangeable,
        protected=own_files(folders["scripts"], folders["data"], is_virtual=interpreter.is_virtual),
    )


def virtual_scheme(root: str, interpreter: Interpreter) -> Scheme:
    """Return the scheme of the virtual environment *root* as ``venv.create`` makes it from *interpreter*.

    It need not exist yet.
    """
    root = real_path(root)
    if sys.platform == "win32":
        libraries, scripts, python = (
            f"{root}/Lib/site-packages",
            f"{root}/Scripts",
            "python.exe",
        )
    else:
        libraries = f"{root}/lib/{library_name(interpreter)}/site-packages"
        scripts, python = f"{root}/bin", "python"
    return Scheme(
        purelib=libraries,
        platlib=libraries,
        scripts=scripts,
        headers=f"{root}/include/site/python{interpreter.target.version}",
        data=root,
        python=os.path.normpath(f"{scripts}/{python}"),
        launcher=launcher_of(interpreter),
        lock=os.path.join(root, LOCK_FILE),
        protected=own_files(scripts, root),
    )


def library_name(interpreter: Interpreter) -> str:
    """Return the folder in ``lib`` that is *interpreter*'s on POSIX: ``python3.11``, ``python3.13t``, ``pypy3.10``."""
    target = interpreter.target
    name = "pypy" if target.implementation == "pypy" else "python"
    free_threaded = target.implementation == "cpython" and target.tags[0].split("-")[1].rstrip("d").endswith("t")
    return f"{name}{target.version}{'t' if free_threaded else ''}"


def is_writable_folder(folder: str) -> bool:
    """Tell whether this process may place files in *folder*."""
    return os.access(folder, os.W_OK | os.X_OK)


def check_changeable(scheme: Scheme, is_writable: Callable[[str], bool] = is_writable_folder) -> None:
    """Return if distributions may be installed into and removed from *scheme*; *is_writable* says it of a folder.

    Raises:
        EnvironmentFault: another tool manages the environment, or its folder can't be written.

    """
    if scheme.unchangeable:
        raise EnvironmentFault(
            "this environment is managed by another tool",
            why=scheme.unchangeable,
            hint="make an environment of your own: `pybuildsync venv`",
            pip=("externally-managed-environment", "This environment is externally managed"),
        )
    folder = unwritable_folder(scheme, is_writable)
    if folder:
        raise EnvironmentFault(
            f"the environment can't be changed: {scheme.purelib}",
            why=f"{folder} is not writable",
            hint="make an environment of your own: `pybuildsync venv`",
        )


def unwritable_folder(scheme: Scheme, is_writable: Callable[[str], bool] = is_writable_folder) -> str:
    """Return the folder that keeps distributions from being placed in *scheme*; "" if there is none."""
    for folder in dict.fromkeys((scheme.purelib, scheme.platlib)):
        there = folder
        while not os.path.isdir(there) and os.path.dirname(there) != there:
            there = os.path.dirname(there)
        if not is_writable(there):
            return there
    return ""


def real_path(path: str) -> str:
    """Return *path* with every link followed and "/" on every system."""
    return os.path.realpath(path).replace(os.sep, "/")


def untouchable(scheme: Scheme) -> frozenset[str]:
    """Return the (folded) paths that nothing is placed at or taken from: what is protected, and the lock."""
    return frozenset(map(folded, (*scheme.protected, scheme.lock.replace(os.sep, "/"))))


def own_files(scripts: str, data: str, *, is_virtual: bool = True) -> frozenset[str]:
    """Return what an environment can't do without: its interpreters and, if *is_virtual*, what makes it one."""
    names = [
        *(_ACTIVATION if is_virtual else ()),
        *_INTERPRETERS,
        *[f"{name}3.{minor}" for name in ("python", "pypy") for minor in range(8, 30)],
    ]
    return frozenset([f"{data}/pyvenv.cfg", *[f"{scripts}/{name}" for name in names]])


def launcher_of(interpreter: Interpreter) -> Launcher:
    """Return the kind of launcher that scripts for *interpreter* start with."""
    platform = interpreter.target.platform.replace("_", "-") if sys.platform == "win32" else ""
    return _LAUNCHERS.get(platform, "posix")
