"""Isolated build environments: a virtual environment made by hand, filled by a callable that is given in.

The layout is that of the ``venv`` module (PEP 405): ``pyvenv.cfg``, a link to the base interpreter, ``site-packages``.
By hand it takes half a millisecond where the module takes 90; on Windows, where launchers are needed, the module makes
it. It never installs anything itself. Without isolation it is an environment that was there before.
"""

import os
import sys
from typing import NamedTuple

from pybuildsync.errors import EnvironmentFault
from pybuildsync.frontend.build_job import BuildPython, InstalledEnvironment, Populate


class BuildEnvironment(NamedTuple):
    """Where the parts of an environment are; all paths absolute.

    ``others`` are the folders beside ``site_packages`` that distributions are imported from, after it.
    """

    root: str
    python: str
    scripts: str
    site_packages: str
    others: tuple[str, ...] = ()


def layout(root: str, python: BuildPython, *, windows: bool) -> BuildEnvironment:
    """Return where the parts of an environment for *python* at *root* are (``sysconfig``'s scheme ``venv``)."""
    if windows:
        scripts = os.path.join(root, "Scripts")
        return BuildEnvironment(
            root=root,
            python=os.path.join(scripts, "python.exe"),
            scripts=scripts,
            site_packages=os.path.join(root, "Lib", "site-packages"),
        )
    library = f"{'pypy' if python.implementation == 'pypy' else 'python'}{python.version}"
    return BuildEnvironment(
        root=root,
        python=os.path.join(root, "bin", "python"),
        scripts=os.path.join(root, "bin"),
        site_packages=os.path.join(root, "lib", library + ("t" if python.free_threaded else ""), "site-packages"),
    )


def make_environment(root: str, python: BuildPython, unpacked: tuple[str, ...], populate: Populate) -> BuildEnvironment:
    """Make the environment at *root*, which doesn't exist yet, for *python*, and fill it with the *unpacked* wheels.

    Raises:
        EnvironmentFault: it can't be made there.

    """
    windows = sys.platform == "win32"
    found = layout(root, python, windows=windows)
    try:
        if windows:
            _make_by_module(root, python)
        else:
            _make_by_hand(found, python)
        os.makedirs(found.site_packages, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"no build environment can be made at {root}",
            why=str(error),
            hint="free some space there, or choose another folder with --cache-dir",
        ) from error
    populate(root, unpacked)
    return found


def open_environment(within: InstalledEnvironment) -> BuildEnvironment:
    """Return the environment *within*, which is there, as one to build in."""
    site_packages, *others = within.site_packages
    return BuildEnvironment(within.root, within.python, within.scripts, site_packages, tuple(others))


def _make_by_hand(found: BuildEnvironment, python: BuildPython) -> None:
    os.makedirs(found.scripts)
    names = ["python", "python3", f"python{python.version}"]
    if python.implementation == "pypy":
        names += ["pypy", "pypy3", f"pypy{python.version}"]
    os.symlink(python.executable, found.python)
    for name in names[1:]:
        os.symlink("python", os.path.join(found.scripts, name))
    with open(os.path.join(found.root, "pyvenv.cfg"), "w", encoding="utf-8") as stream:
        stream.write(
            f"home = {os.path.dirname(python.executable)}\n"
            f"implementation = {'PyPy' if python.implementation == 'pypy' else 'CPython'}\n"
            f"version = {python.full_version or python.version}\n"
            "include-system-site-packages = false\n"
        )


def _make_by_module(root: str, python: BuildPython) -> None:
    import subprocess

    subprocess.run(
        [python.executable, "-I", "-m", "venv", "--without-pip", "--copies", root], check=True, capture_output=True
    )
