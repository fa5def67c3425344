"""Virtual environments (PEP 405), made by hand on POSIX: a few folders, links and small files, no process.

What comes out is what ``python -m venv --without-pip`` makes; on Windows, where the launchers are part of the
interpreter, it does make it. Nothing is installed. A folder that is neither empty nor a virtual environment is never
touched. :func:`make` needs no import that a bare interpreter hasn't, given what :func:`base_of` has told before.
"""

import os
import sys

from pybuildsync.environments.activation import activation_scripts
from pybuildsync.errors import EnvironmentFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from pybuildsync.environments.interpreters import Interpreter
    from pybuildsync.environments.schemes import Scheme

    # What an environment takes from an interpreter: base executable, implementation, version as in "3.11", release as
    # in "3.11.7", and the name of the folder in `lib`.
    Base: TypeAlias = tuple[str, str, str, str, str]

_CONFIGURATION = "pyvenv.cfg"


def create(
    path: str,
    interpreter: "Interpreter",
    *,
    prompt: str = "",
    clear: bool = False,
    system_site_packages: bool = False,
    by_hand: bool = sys.platform != "win32",
) -> "Scheme":
    """Make the virtual environment *path* with *interpreter*'s base interpreter; return its scheme.

    The rest is as for :func:`make`.
    """
    from pybuildsync.environments.schemes import virtual_scheme

    base = base_of(interpreter)
    make(path, base, prompt=prompt, clear=clear, system_site_packages=system_site_packages, by_hand=by_hand)
    return virtual_scheme(os.path.abspath(path), interpreter)


def base_of(interpreter: "Interpreter") -> "Base":
    """Return what a virtual environment takes from *interpreter*."""
    from pybuildsync.environments.schemes import library_name

    target = interpreter.target
    release = ".".join(map(str, interpreter.release))
    return (interpreter.base_executable, target.implementation, target.version, release, library_name(interpreter))


def make(
    path: str,
    base: "Base",
    *,
    prompt: str = "",
    clear: bool = False,
    system_site_packages: bool = False,
    by_hand: bool = sys.platform != "win32",
) -> None:
    """Make the virtual environment *path* from *base*.

    *prompt* is what shells show, "." for the current folder's name, "" for that of *path*. With *clear* a virtual
    environment that is there is emptied first.

    Raises:
        EnvironmentFault: there is something else at *path*, or it can't be written.

    """
    root = os.path.abspath(path)
    if os.pathsep in root:
        raise EnvironmentFault(
            f"no virtual environment can be at {root}",
            why=f"the path has a {os.pathsep!r}, which separates the folders in PATH",
            hint="choose another folder",
        )
    is_new = not os.path.lexists(root)
    _make_way(root, clear=clear)
    if prompt == ".":
        prompt = os.path.basename(os.getcwd())
    try:
        if by_hand:
            _create(root, base, prompt, system_site_packages=system_site_packages)
        else:
            _create_by_venv(root, base[0], prompt, system_site_packages=system_site_packages)
    except OSError as error:
        if is_new:
            import shutil

            shutil.rmtree(root, ignore_errors=True)
        raise EnvironmentFault(
            f"the virtual environment could not be made: {root}",
            why=f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}",
            hint="choose a folder that can be written",
        ) from error


def _make_way(root: str, *, clear: bool) -> None:
    try:
        names = os.listdir(root)
    except FileNotFoundError:
        return
    except OSError as error:
        raise EnvironmentFault(
            f"no virtual environment can be made at {root}",
            why=error.strerror or str(error),
            hint="choose another folder",
        ) from error
    if not names:
        return
    if _CONFIGURATION not in names:
        raise EnvironmentFault(
            f"{root} is not empty and not a virtual environment",
            why=f"it has no {_CONFIGURATION}",
            hint="choose another folder, or empty this one",
        )
    if not clear:
        raise EnvironmentFault(
            f"there is a virtual environment already: {root}",
            hint="use it as it is, or make it anew with `--clear`",
        )
    import shutil

    # The configuration goes last: without it, what a stopped attempt leaves would not be cleared by the next.
    for name in sorted(names, key=lambda name: (name == _CONFIGURATION, name)):
        inner = os.path.join(root, name)
        if os.path.isdir(inner) and not os.path.islink(inner):
            shutil.rmtree(inner)
        else:
            os.unlink(inner)


def _create(root: str, base: "Base", prompt: str, *, system_site_packages: bool) -> None:
    executable, implementation, version, release, library = base
    os.makedirs(root, exist_ok=True)
    for folder in ("bin", "include", f"include/{library}", "lib", f"lib/{library}", f"lib/{library}/site-packages"):
        os.mkdir(f"{root}/{folder}")
    if sys.maxsize > 2**32 and sys.platform != "darwin":
        os.symlink("lib", f"{root}/lib64")
    os.symlink(executable, f"{root}/bin/python")
    names = ["python3", f"python{version}"]
    if implementation == "pypy":
        names += ["pypy", "pypy3", f"pypy{version}"]
    for name in names:
        os.symlink("python", f"{root}/bin/{name}")
    for name, text in activation_scripts(root, prompt or os.path.basename(root)):
        _write(f"{root}/bin/{name}", text)
    _write(f"{root}/.gitignore", "*\n")
    # Last: with it, this is a virtual environment.
    configuration = _configuration(root, executable, release, prompt, system_site_packages=system_site_packages)
    _write(f"{root}/{_CONFIGURATION}", configuration)


def _configuration(root: str, base: str, release: str, prompt: str, *, system_site_packages: bool) -> str:
    options = " --system-site-packages" if system_site_packages else ""
    lines = [
        f"home = {os.path.dirname(base)}",
        f"include-system-site-packages = {'true' if system_site_packages else 'false'}",
        f"version = {release}",
        *([f"prompt = {prompt!r}"] if prompt else []),
        f"executable = {base}",
        f"command = {base} -m venv --without-pip{options} {root}",
    ]
    return "\n".join([*lines, ""])


def _write(path: str, text: str) -> None:
    with open(path, "xb") as file:
        file.write(os.fsencode(text))


def _create_by_venv(root: str, base: str, prompt: str, *, system_site_packages: bool) -> None:
    import subprocess

    command = [base, "-I", "-m", "venv", "--without-pip"]
    if system_site_packages:
        command.append("--system-site-packages")
    if prompt:
        command += ["--prompt", prompt]
    run = subprocess.run([*command, root], capture_output=True, text=True, check=False)
    if run.returncode:
        raise EnvironmentFault(
            f"the virtual environment could not be made: {root}",
            why=(run.stderr or run.stdout).strip(),
            hint="see what the interpreter says above",
        )
    ignore = os.path.join(root, ".gitignore")
    if not os.path.exists(ignore):
        _write(ignore, "*\n")
