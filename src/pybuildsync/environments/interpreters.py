"""Interpreters: what a Python is, where it installs to, which wheels fit it.

Asks each base interpreter once (``interpreter_answers``), and keeps the answer in the store under its path, size and
time. A virtual environment (PEP 405) is its base interpreter with other paths, so a new one costs no process. Never
changes anything but the store. Tags are those of the platform compatibility tags specification (PEP 425), paths those
of ``sysconfig``, the ban on foreign installers that of PEP 668.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from pybuildsync.core.targets import Target
from pybuildsync.environments.configuration import ELSEWHERE, machine, read_configuration, sees_system_packages
from pybuildsync.environments.interpreter_discovery import OLDEST, Request, candidates, parse_request, refuse
from pybuildsync.environments.user_site import is_disguised, user_base
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

Stamp: TypeAlias = tuple[int, int, int, str]
"""Of an executable: its time of change and its size; that of our packaging; :func:`machine`."""

_FORMAT = 2
_IN_FOLDER = (
    ("Scripts/python.exe", "python.exe", "bin/python.exe")
    if sys.platform == "win32"
    else ("bin/python", "bin/python3", "bin/pypy3")
)


class Interpreter(NamedTuple):
    """One Python and the environment it belongs to.

    ``executable`` is as asked for, absolute; ``base_executable`` is the one behind a virtual environment, with every
    link followed. ``release`` is as in (3, 11, 7). ``paths`` are (name, folder) pairs of the install scheme, sorted by
    name: ``data``, ``headers`` (below which each distribution gets a folder of its own), ``include``, ``platinclude``,
    ``platlib``, ``platstdlib``, ``purelib``, ``scripts``, ``stdlib``. ``prefix_paths`` are the same for another prefix,
    with :data:`ELSEWHERE` in its place; ``user_paths`` for the user alone (PEP 370). ``site_packages`` are the folders
    that distributions are imported from, in import order; ``user_site`` is the user's one of them, "" where the user's
    are not imported. ``externally_managed`` is what PEP 668 has us say before refusing, or "".
    """

    executable: str
    prefix: str
    base_prefix: str
    base_executable: str
    target: Target
    release: tuple[int, int, int]
    paths: tuple[tuple[str, str], ...]
    site_packages: tuple[str, ...]
    externally_managed: str
    is_virtual: bool
    system_site_packages: bool = False
    prefix_paths: tuple[tuple[str, str], ...] = ()
    user_paths: tuple[tuple[str, str], ...] = ()
    user_site: str = ""

    def path(self, name: str) -> str:
        """Return the folder called *name* in ``paths``; KeyError if there is none."""
        return dict(self.paths)[name]


def find_interpreter(spec: str | None, store: Store, *, environ: Mapping[str, str] | None = None) -> Interpreter:
    """Return the interpreter that *spec* names, with the user's own packages where it sees them.

    *spec* is a path of an executable or of an environment's folder, a command on ``PATH``, or a request such as "3.12",
    "python3.12", "pypy3.10", "3.13t", ">=3.9". None means: the active environment (``VIRTUAL_ENV``, ``CONDA_PREFIX``),
    else the virtual environment that runs us, else ``python3`` on ``PATH``. *environ* stands in for ``os.environ``.

    Raises:
        EnvironmentFault: nothing answers *spec*, or what does cannot be run or is older than 3.8.

    """
    environ = os.environ if environ is None else environ
    return with_user_site(_find(spec, store, environ), environ)


def with_user_site(interpreter: Interpreter, environ: Mapping[str, str]) -> Interpreter:
    """Return *interpreter* with the paths of the user that *environ* tells of (PEP 370, as ``site`` has it)."""
    paths = dict(interpreter.user_paths)
    base = user_base(environ, paths.pop("framework", ""), interpreter.target.version)
    here = tuple((name, path.replace(ELSEWHERE, base, 1)) for name, path in paths.items())
    is_seen = interpreter.system_site_packages if interpreter.is_virtual else True
    if not here or not is_seen or environ.get("PYTHONNOUSERSITE") or is_disguised():
        return interpreter._replace(user_paths=here)
    site = os.path.normpath(dict(here)["purelib"])
    first = len({interpreter.path("platlib"), interpreter.path("purelib")}) if interpreter.is_virtual else 0
    folders = interpreter.site_packages
    return interpreter._replace(
        user_paths=here,
        user_site=site,
        site_packages=tuple(dict.fromkeys((*folders[:first], site, *folders[first:]))),
    )


def _find(spec: str | None, store: Store, environ: Mapping[str, str]) -> Interpreter:
    if spec is None:
        for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
            if environ.get(variable):
                return _at_path(environ[variable], store, named_by=f"{variable}={environ[variable]}")
        if sys.prefix != sys.base_prefix:
            return _at_path(sys.executable, store)
        return _by_request("python3", store, environ)
    if _is_path(spec):
        return _at_path(os.path.expanduser(spec), store)
    return _by_request(spec, store, environ)


def _is_path(spec: str) -> bool:
    return os.sep in spec or "/" in spec or (parse_request(spec) is None and os.path.exists(spec))


def _by_request(spec: str, store: Store, environ: Mapping[str, str]) -> Interpreter:
    request = parse_request(spec)
    if request is None:
        import shutil

        command = shutil.which(spec, path=environ.get("PATH", ""))
        if command is None:
            raise EnvironmentFault(
                f"there is no interpreter {spec!r}",
                why="it is neither a path, nor a command on PATH, nor a version",
                hint='give a path, a folder with an environment, or a version such as "3.12"',
            )
        return _at_path(command, store)
    for path in candidates(request, environ):
        try:
            found = _at_path(path, store)
        except EnvironmentFault:
            continue
        if _answers(found, request):
            return found
    raise EnvironmentFault(
        f"there is no interpreter for {spec!r}",
        why=_what_there_is(store, environ),
        hint="3.8 is the oldest that is supported" if request.release[1:] and request.release[:2] < OLDEST
        else "install one, or give the path of one",
    )  # fmt: skip


def _answers(found: Interpreter, request: Request) -> bool:
    target = found.target
    return request.accepts(
        target.implementation,
        found.release,
        full_version=target.full_version,
        free_threaded=target.tags[0].split("-")[1].rstrip("d").endswith("t"),
    )


def _what_there_is(store: Store, environ: Mapping[str, str]) -> str:
    """Return one line for each interpreter that a version could have named, with what is wrong with it, if anything."""
    lines: dict[str, str] = {}
    everything = Request(text="", specifier=">=3")
    for path in candidates(everything, environ):
        try:
            found = _at_path(path, store)
        except EnvironmentFault as fault:
            lines.setdefault(os.path.realpath(path), f"{path}: {fault.why}".splitlines()[0])
        else:
            target = found.target
            lines.setdefault(found.base_executable, f"{target.implementation} {target.full_version}: {path}")
    return "\n".join(["what there is:", *lines.values()]) if lines else "none on PATH, none in the usual folders"


def _at_path(path: str, store: Store, *, named_by: str = "", followed: bool = False) -> Interpreter:
    executable = _executable(os.path.abspath(path), named_by)
    config_folder, config = read_configuration(executable)
    base = os.path.realpath(executable) if config is None else _base_of(executable, config_folder, config)
    facts = _facts(base, store)
    real = str(facts["executable"])
    if not followed and not _same_file(real, base):
        # A wrapper: a version manager's shim, a launcher. What it runs today it may not run tomorrow.
        return _at_path(real, store, followed=True)
    return _from_facts(facts, executable, base, config_folder if config else "", config or {})


def _executable(path: str, named_by: str) -> str:
    """Return the executable that *path* is, or that lies in the environment *path*."""
    if not os.path.isdir(path):
        if not os.path.exists(path):
            refuse(path, "there is no such file", named_by)
        return path
    for inside in _IN_FOLDER:
        executable = os.path.join(path, *inside.split("/"))
        if os.path.exists(executable):
            return executable
    if os.path.lexists(executable := os.path.join(path, *_IN_FOLDER[0].split("/"))):
        refuse(executable, f"it is a broken link to {os.path.realpath(executable)}", named_by)
    return refuse(path, f"the folder holds no {_IN_FOLDER[0]}", named_by)


def _base_of(executable: str, folder: str, config: Mapping[str, str]) -> str:
    """Return the base interpreter's executable: what the environment's links to, else what its ``home`` holds."""
    real = os.path.realpath(executable)
    if not real.startswith(os.path.realpath(folder) + os.sep) and sys.platform != "win32":
        return real
    version = (config.get("version") or config.get("version_info") or "").split(".")
    suffix = ".exe" if sys.platform == "win32" else ""
    names = [
        os.path.basename(executable),
        f"python{'.'.join(version[:2])}{suffix}",
        f"python3{suffix}",
        f"python{suffix}",
    ]
    for name in names:
        path = os.path.join(config["home"], name)
        if os.path.exists(path):
            return os.path.realpath(path)
    return refuse(executable, f"the interpreter that it was made from is gone: {config['home']}")


def _same_file(one: str, other: str) -> bool:
    return one == other or os.path.realpath(one) == os.path.realpath(other)


def _facts(base: str, store: Store) -> dict[str, Any]:
    """Return what the probe says of the executable *base*, from the store where nothing has changed since."""
    try:
        stat = os.stat(base)
    except OSError as error:
        refuse(base, error.strerror or str(error))
    packaging = _packaging_folder()
    stamp = (stat.st_mtime_ns, stat.st_size, _modified(packaging + "/tags.py"), machine())
    known = kept_facts(store, base, stamp)
    if known is not None:
        return known
    from pybuildsync.environments.interpreter_answers import ask

    facts = ask(base, packaging)
    facts["managed_modified"] = _modified(facts["managed_path"])
    if _same_file(facts["executable"], base):
        keep_facts(store, base, stamp, facts)
    return facts


def keep_facts(store: Store, base: str, stamp: Stamp, facts: dict[str, Any]) -> None:
    """Have *store* know the *facts* of the executable *base* for as long as all is as *stamp* says."""
    write_record(store, "interpreters", base, encode_value((_FORMAT, stamp, facts)))


def kept_facts(store: Store, base: str, stamp: Stamp) -> dict[str, Any] | None:
    """Return the facts that *store* knows of the executable *base* where all is as *stamp* says; else None."""

    def facts_of(parts: tuple[int, Stamp, dict[str, Any]]) -> dict[str, Any] | None:
        number, kept_stamp, facts = parts
        is_current = (number, kept_stamp) == (_FORMAT, stamp)
        return facts if is_current and facts["managed_modified"] == _modified(facts["managed_path"]) else None

    return decode_value(read_record(store, "interpreters", base), facts_of)


def _modified(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _packaging_folder() -> str:
    """Return the folder of the ``packaging`` that we would import, without importing it."""
    for entry in sys.path:
        folder = os.path.join(entry, "packaging")
        if os.path.exists(os.path.join(folder, "tags.py")):
            return folder
    return ""


def _from_facts(
    facts: Mapping[str, Any], executable: str, base: str, folder: str, config: Mapping[str, str]
) -> Interpreter:
    target = Target(
        implementation=facts["implementation"],
        version=facts["version"],
        full_version=facts["full_version"],
        tags=facts["tags"],
        markers=facts["markers"],
    )
    if not folder:
        paths, site_packages = facts["paths"], facts["site_packages"]
        prefix_paths = facts["prefix_paths"]
    else:
        headers = dict(facts["venv_paths"])["headers"]
        prefix_paths = facts["prefix_paths"] + (("headers", headers),)
        paths = tuple((name, path.replace(ELSEWHERE, folder, 1)) for name, path in facts["venv_paths"])
        inside = dict(paths)
        site_packages = (inside["platlib"], inside["purelib"])
    shared = bool(folder) and sees_system_packages(config)
    if shared:
        site_packages += facts["site_packages"]
    return Interpreter(
        executable=executable,
        prefix=folder or facts["prefix"],
        base_prefix=facts["base_prefix"],
        base_executable=base,
        target=target,
        release=facts["release"],
        paths=paths,
        site_packages=tuple(dict.fromkeys(site_packages)),
        externally_managed="" if folder else facts["managed"],
        is_virtual=bool(folder),
        system_site_packages=shared,
        prefix_paths=prefix_paths,
        user_paths=facts["user_paths"],
    )
