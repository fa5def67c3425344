"""Small worlds to install into: interpreters that need not run, wheels by hand, trees to compare, calls that fail."""

import hashlib
import os
import signal
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pybuildsync.core.facts import Metadata
from pybuildsync.core.targets import Target
from pybuildsync.environments.calls import SYSTEM, Calls
from pybuildsync.environments.destinations import Destination, destination_scheme
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.schemes import LOCK_FILE, Scheme, virtual_scheme
from pybuildsync.store.wheels import UnpackedWheel

Tree: TypeAlias = dict[str, tuple[str, int, bytes | str]]

PLATFORM = "manylinux_2_36_x86_64"


def make_interpreter(prefix: str = "/usr", *, tag: str = "cp311-cp311", **fields: object) -> Interpreter:
    """Return an interpreter at *prefix* as ``find_interpreter`` would; *fields* replace its own."""
    implementation = "pypy" if tag.startswith("pp") else "cpython"
    values: dict[str, Any] = {
        "executable": f"{prefix}/bin/python3",
        "prefix": prefix,
        "base_prefix": prefix,
        "base_executable": f"{prefix}/bin/python3.11",
        "target": Target(
            implementation=implementation,
            version="3.11",
            full_version="3.11.7",
            tags=(f"{tag}-{PLATFORM}",),
            markers=(),
        ),
        "release": (3, 11, 7),
        "paths": (
            ("data", prefix),
            ("headers", f"{prefix}/include/python3.11"),
            ("platlib", f"{prefix}/lib/python3.11/site-packages"),
            ("purelib", f"{prefix}/lib/python3.11/site-packages"),
            ("scripts", f"{prefix}/bin"),
        ),
        "site_packages": (f"{prefix}/lib/python3.11/site-packages",),
        "externally_managed": "",
        "is_virtual": False,
    }
    return Interpreter(**{**values, **fields})


def make_environment(root: Path) -> Scheme:
    """Make the folders of a virtual environment at *root*; return its scheme."""
    scheme = virtual_scheme(str(root), make_interpreter())
    for folder in (scheme.purelib, scheme.scripts):
        os.makedirs(folder, exist_ok=True)
    (root / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (root / "bin" / "python").write_text("")
    return scheme


def target_scheme(folder: Path | str) -> Scheme:
    """Return the scheme of ``--target`` *folder*."""
    return destination_scheme(Destination(target=str(folder)), make_interpreter())


def record_hash(content: bytes) -> str:
    """Return the hash of *content* as RECORD has it."""
    return "sha256=" + urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def make_wheel(
    store: Path,
    name: str,
    version: str = "1.0",
    files: Mapping[str, str] | None = None,
    *,
    entry_points: str = "",
    executable: tuple[str, ...] = (),
    root_is_purelib: bool = True,
) -> UnpackedWheel:
    """Unpack a wheel of *files* (path to text) in *store*, as the store would: read-only, with a manifest."""
    dist_info = f"{name}-{version}.dist-info"
    texts = {f"{name}/__init__.py": f"version = {version!r}\n"} if files is None else dict(files)
    texts[f"{dist_info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    texts[f"{dist_info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: {str(root_is_purelib).lower()}\n"
    if entry_points:
        texts[f"{dist_info}/entry_points.txt"] = entry_points
    digest = hashlib.sha256(repr((name, version, sorted(texts.items()))).encode()).hexdigest()
    folder = store / digest
    rows = []
    dirs: dict[str, None] = {}
    for path, text in sorted(texts.items()):
        content = text.encode()
        parts = path.split("/")[:-1]
        dirs.update(dict.fromkeys("/".join(parts[: end + 1]) for end in range(len(parts))))
        file = folder / path
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o555 if path in executable else 0o444)
        rows.append((path, len(content), record_hash(content), path in executable))
    return UnpackedWheel(
        path=str(folder),
        sha256=digest,
        project=name.lower().replace("_", "-"),
        version=version,
        dist_info=dist_info,
        root_is_purelib=root_is_purelib,
        dirs=tuple(dirs),
        files=tuple(rows),
        entry_points=entry_points,
        metadata=Metadata(name=name, version=version),
    )


def placed(*wheels: UnpackedWheel) -> tuple[Placement, ...]:
    """Return plain placements of *wheels*."""
    return tuple(Placement(wheel=wheel) for wheel in wheels)


def installed(scheme: Scheme, *names: str) -> tuple[InstalledDistribution, ...]:
    """Return what is installed in *scheme*, or of that what is called one of *names*."""
    found = installed_distributions((scheme.purelib, scheme.platlib))
    return tuple(distribution for distribution in found if not names or distribution.name in names)


def tree(root: str | Path) -> Tree:
    """Return everything below *root*: kind, permission bits, content or target. The lock file doesn't count."""
    found: Tree = {}
    top = str(root)
    for folder, dirs, files in os.walk(top):
        for name in [*dirs, *files]:
            path = os.path.join(folder, name)
            shown = os.path.relpath(path, top)
            mode = os.lstat(path).st_mode & 0o777
            if os.path.islink(path):
                found[shown] = ("link", 0, os.readlink(path))
            elif os.path.isdir(path):
                found[shown] = ("folder", mode, "")
            elif name != LOCK_FILE:
                with open(path, "rb") as file:
                    found[shown] = ("file", mode, file.read())
    return found


def counting(before: Callable[[int], None], after: Callable[[int], None] = lambda _: None) -> Calls:
    """Return the system calls with *before* and *after* called around each, with its number from 0."""
    number = -1

    def wrapped(call: Callable[..., None]) -> Callable[..., None]:
        def counted(*arguments: object, **options: object) -> None:
            nonlocal number
            number += 1
            at = number
            before(at)
            try:
                call(*arguments, **options)
            finally:
                after(at)

        return counted

    return Calls(**{name: wrapped(getattr(SYSTEM, name)) for name in Calls._fields})


def stopping(at: int, stop: Callable[[], None], *, is_after: bool = False) -> Calls:
    """Return the system calls with *stop* called before (or after) the one numbered *at*, and before no other."""

    def perhaps(number: int) -> None:
        if number == at:
            stop()

    return counting(lambda _: None, perhaps) if is_after else counting(perhaps)


class Killed(BaseException):
    """Stands for the end of the process."""


def dying(at: int, *, is_after: bool = False) -> Calls:
    """Return the system calls of a process that ends before (or after) the call numbered *at*.

    From then on nothing works any more, so that whatever cleans up changes nothing. A process that ends before a write
    has written half of it.
    """
    number = -1

    def wrapped(name: str) -> Callable[..., None]:
        call = getattr(SYSTEM, name)

        def mortal(*arguments: Any, **options: Any) -> None:  # noqa: ANN401
            nonlocal number
            number += 1
            if number < at or (number == at and is_after):
                try:
                    call(*arguments, **options)
                finally:
                    if number == at:
                        raise Killed
            else:
                if number == at and name == "write":
                    path, content, *_ = arguments
                    call(path, content[: len(content) // 2])
                raise Killed

        return mortal

    return Calls(**{name: wrapped(name) for name in Calls._fields})


def is_killed(work: Callable[[], object]) -> bool:
    """Do *work*; tell whether :func:`dying` has ended it."""
    try:
        work()
    except Killed:
        return True
    return False


def in_child(work: Callable[[], object]) -> int:
    """Do *work* in a forked process; return its wait status: 0 if it came to its end, else the signal or 256."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def kill_this_process() -> None:
    """End the process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)
