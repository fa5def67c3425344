"""Where interpreters may be: ``PATH``, version managers' folders, the usual places, the Windows launcher's list.

Lists candidates, best first, from names alone; it never runs one (but for ``py -0p``, which only lists). What a
candidate really is, its probe tells (``interpreters``).
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, NoReturn

from pybuildsync.errors import EnvironmentFault

OLDEST = (3, 8)
NEWEST_GUESSED = 20  # python3.20 is the last name that is looked for

_REQUEST = re.compile(
    r"(?P<implementation>[a-z]+)?[-@]?(?P<release>[0-9]+(?:\.[0-9]+){0,2})?(?P<threads>t)?"
    r"(?P<specifier>[<>=!~].*)?",
    re.IGNORECASE,
)
_HINT = re.compile(r"(?:c?python-?|pypy-?)?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?", re.IGNORECASE)
_IMPLEMENTATIONS = {"python": "", "cpython": "cpython", "cp": "cpython", "pypy": "pypy", "pp": "pypy"}
_COMMANDS = {"": ("python",), "cpython": ("python",), "pypy": ("pypy",)}

# (variable that names the folder, folder where it is unset); each subfolder is one interpreter's prefix
_MANAGED_FOLDERS = (
    ("PYENV_ROOT", "~/.pyenv", "versions"),
    ("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python", ""),
    ("ASDF_DATA_DIR", "~/.asdf", "installs/python"),
    ("MISE_DATA_DIR", "~/.local/share/mise", "installs/python"),
)
_USUAL_FOLDERS = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")


class Request(NamedTuple):
    """What kind of interpreter is asked for: "3.12", "python3.12", "pypy3.10", "3.13t", ">=3.9".

    ``implementation`` is as in ``sys.implementation.name``, "" for any. ``release`` is a prefix of the version.
    ``specifier`` is PEP 440 text. ``free_threaded`` is true for a name with a ``t`` (PEP 703).
    """

    text: str
    implementation: str = ""
    release: tuple[int, ...] = ()
    specifier: str = ""
    free_threaded: bool = False

    def accepts(self, implementation: str, version: tuple[int, ...], *, full_version: str, free_threaded: bool) -> bool:
        """Tell whether an interpreter that is all that answers the request; *full_version* as in "3.13.0rc1"."""
        return (
            self.implementation in ("", implementation)
            and version[: len(self.release)] == self.release
            and self.free_threaded == free_threaded
            and (not self.specifier or _satisfies(full_version, self.specifier))
        )

    def could_be(self, version: tuple[int, ...]) -> bool:
        """Tell whether a candidate whose name hints at *version* (maybe empty) is worth asking."""
        length = min(len(version), len(self.release))
        if version[:length] != self.release[:length] or (len(version) > 1 and version[:2] < OLDEST):
            return False
        return not self.specifier or len(version) < 2 or self._could_satisfy(version)  # noqa: PLR2004

    def _could_satisfy(self, version: tuple[int, ...]) -> bool:
        texts = (".".join(map(str, version)), ".".join(map(str, (*version[:2], 999))))
        return any(_satisfies(text, self.specifier) for text in texts)


def parse_request(text: str) -> Request | None:
    """Return the request that *text* states; None if it states none and so must be a command or a path."""
    match = _REQUEST.fullmatch(text.replace(" ", ""))
    if match is None:
        return None
    implementation = _IMPLEMENTATIONS.get((match["implementation"] or "python").lower())
    if implementation is None or (match["threads"] and not match["release"]):
        return None
    if match["specifier"] and not _valid_specifier(match["specifier"]):
        return None
    release = match["release"] or ""
    if "." not in release and len(release) > 1:  # 312, as in the tags
        release = f"{release[0]}.{release[1:]}"
    return Request(
        text=text,
        implementation=implementation,
        release=tuple(map(int, release.split("."))) if release else (),
        specifier=match["specifier"] or "",
        free_threaded=bool(match["threads"]),
    )


def candidates(request: Request, environ: Mapping[str, str], platform: str = sys.platform) -> Iterator[str]:
    """Yield the paths of executables that may answer *request*, best first, each once.

    First ``PATH`` in its order, then version managers' folders (newest first), then the usual places, or on Windows
    those that the launcher knows.
    """
    seen: set[str] = set()
    for path in _all_candidates(request, environ, platform):
        if path not in seen:
            seen.add(path)
            yield path


def _all_candidates(request: Request, environ: Mapping[str, str], platform: str) -> Iterator[str]:
    names = _names(request, ".exe" if platform == "win32" else "")
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    for folder in folders:
        if _is_shims(folder):
            # A shim runs whatever version is switched on under its name: one of several would be asked in vain.
            is_telling = len(request.release) > 1
            yield from _present(folder, [name for name in names if ("3." in name) is is_telling])
        else:
            yield from _present(folder, names)
    for prefix in _managed_prefixes(environ):
        if request.could_be(_hint(os.path.basename(prefix))):
            yield from list(_present(os.path.join(prefix, "bin"), names))[:1]
            yield from list(_present(prefix, names))[:1]
    if platform == "win32":
        yield from _launcher_list(request, environ)
    else:
        for folder in _USUAL_FOLDERS:
            yield from _present(folder, names)


def _names(request: Request, suffix: str) -> tuple[str, ...]:
    """Return the command names to look for in one folder, the most telling first."""
    commands = _COMMANDS.get(request.implementation, ()) if request.implementation else ("python", "pypy")
    threads = "t" if request.free_threaded else ""
    names: list[str] = []
    for command in commands:
        if len(request.release) > 1:
            names.append(f"{command}{request.release[0]}.{request.release[1]}{threads}")
        names += [f"{command}3{threads}", f"{command}{threads}", f"{command}3", command]
        if len(request.release) <= 1:
            names += [
                f"{command}3.{minor}{threads}"
                for minor in range(NEWEST_GUESSED, OLDEST[1] - 1, -1)
                if request.could_be((3, minor))
            ]
    return tuple(dict.fromkeys(name + suffix for name in names))


def _present(folder: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            yield path


def _is_shims(folder: str) -> bool:
    path = folder.rstrip("/\\")
    return os.path.basename(path) == "shims" and os.path.isdir(os.path.dirname(path))


def _managed_prefixes(environ: Mapping[str, str]) -> Iterator[str]:
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")
    for variable, default, below in _MANAGED_FOLDERS:
        folder = environ.get(variable) or default.replace("~", home, 1)
        folder = os.path.join(folder, *below.split("/")) if below else folder
        try:
            entries = os.listdir(folder)
        except OSError:
            continue
        for name in sorted(entries, key=lambda name: (_hint(name), name), reverse=True):
            yield os.path.join(folder, name)


def _hint(name: str) -> tuple[int, ...]:
    match = _HINT.match(name)
    return tuple(int(part) for part in match.groups() if part) if match else ()


def _launcher_list(request: Request, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what the Windows launcher knows."""
    import subprocess

    try:
        run = subprocess.run(["py", "-0p"], capture_output=True, text=True, timeout=30, check=False, env=environ)  # noqa: S607
    except (OSError, subprocess.TimeoutExpired):
        return
    yield from launcher_paths(run.stdout, request)


def launcher_paths(text: str, request: Request) -> Iterator[str]:
    r"""Yield the executables that *request* could mean in *text*, the output of ``py -0p``.

    Its lines are such as `` -V:3.12 *        C:\Python312\python.exe``; older launchers write ``-3.12-64``.
    """
    for line in text.splitlines():
        match = re.match(r"\s*-(?:V:)?(\S+?)(?:-\d\d)?\s+(?:\*\s+)?(.+\.exe)\s*$", line, re.IGNORECASE)
        if match and request.could_be(_hint(match[1])):
            yield match[2]


def _valid_specifier(text: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def _satisfies(version: str, specifier: str) -> bool:
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(specifier).contains(version.rstrip("+"), prereleases=True)


def refuse(path: str, why: str, named_by: str = "") -> NoReturn:
    """Raise EnvironmentFault: the candidate at *path*, *named_by* a variable or by nobody, is of no use, and *why*."""
    raise EnvironmentFault(
        f"{path} is not a usable interpreter",
        why=f"{why} ({named_by})" if named_by else why,
        hint=f"unset {named_by.partition('=')[0]} or recreate the environment"
        if named_by
        else "create the environment anew, or give another interpreter",
    )
