"""Layouts: what one wheel becomes in one environment, before anything is touched.

Follows the binary distribution format ("Installing a wheel"): the root goes to ``purelib`` or ``platlib``, the parts of
``{name}-{version}.data`` to the folders they are named after, entry points become scripts, RECORD lists it all. Reads
the scripts in the wheel to rewrite their first lines; changes nothing.
"""

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from pybuildsync.environments.records import content_hash, record_text
from pybuildsync.environments.schemes import FOLDERS, Scheme
from pybuildsync.environments.scripts import adapt_script, read_entry_points, render_entry_point
from pybuildsync.errors import PackageError
from pybuildsync.store.wheels import UnpackedWheel

if TYPE_CHECKING:
    from pybuildsync.environments.records import RecordRow

_EXECUTABLE = 0o777
_REGULAR = 0o666

_LAUNCHER = re.compile(r"(?:\.exe|-script\.py|\.pya)$", re.IGNORECASE)

# What an installer writes; a wheel that has them anyway doesn't decide.
_WRITTEN_HERE = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")


class Placement(NamedTuple):
    """One wheel to install and how.

    ``requested``: the user named it (REQUESTED). ``direct_url`` is the text of ``direct_url.json`` (PEP 610), "" for
    what came from an index. ``bytecode`` is a folder of byte-compiled files, laid out as in the wheel
    (``package/__pycache__/module.cpython-311.pyc``), "" for none. ``left_out`` are absolute paths that don't come:
    entries of the folder that the wheel's root goes to, with all that is in them, and single files elsewhere.
    """

    wheel: UnpackedWheel
    requested: bool = False
    direct_url: str = ""
    installer: str = "pybuildsync"
    bytecode: str = ""
    left_out: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """Name and version, for people."""
        return f"{self.wheel.project} {self.wheel.version}"


class Generated(NamedTuple):
    """A file written anew: absolute ``path``, ``content``, and ``mode`` as far as the umask grants it."""

    path: str
    content: bytes
    mode: int = _REGULAR


class Layout(NamedTuple):
    """What goes where.

    ``folder`` takes ``dirs`` (parents first) and ``files``, both relative with "/", under the names they have in the
    wheel. ``linked`` are (source, destination) pairs of absolute paths for the rest of the wheel and byte code.
    ``generated`` are scripts and records; ``record`` is RECORD, which comes last.
    """

    placement: Placement
    folder: str
    dirs: tuple[str, ...]
    files: tuple[str, ...]
    linked: tuple[tuple[str, str], ...]
    generated: tuple[Generated, ...]
    record: Generated

    @property
    def elsewhere(self) -> list[str]:
        """The absolute paths of all files but ``files``."""
        return [
            *[destination for _, destination in self.linked],
            *[generated.path for generated in self.generated],
            self.record.path,
        ]


def lay_out(placement: Placement, scheme: Scheme) -> Layout:
    """Return what *placement* becomes in *scheme*.

    Raises:
        PackageError: an entry point can't be a script, or a data folder is none that the format knows.

    """
    wheel = placement.wheel
    folder = scheme.purelib if wheel.root_is_purelib else scheme.platlib
    info = f"{folder}/{wheel.dist_info}"
    # The format's name of the folder; pip takes any that ends so.
    data = tuple(f"{name}/" for name in wheel.dirs if name.endswith(".data") and "/" not in name)
    skipped = {f"{wheel.dist_info}/{name}" for name in _WRITTEN_HERE}

    rows: list[RecordRow] = [(name, digest, size) for name, size, digest, _ in wheel.files if name not in skipped]
    dirs = wheel.dirs
    linked: list[tuple[str, str]] = []
    generated = _entry_point_scripts(wheel, scheme)
    extra: list[RecordRow] = []
    if data:
        rows = [row for row in rows if not row[0].startswith(data)]
        dirs = tuple(name for name in dirs if not f"{name}/".startswith(data))
        taken = {script.path for script in generated}
        for source, destination, digest, size, content in _data_files(wheel, scheme, data, taken):
            if destination in placement.left_out:
                continue
            if content is not None:
                generated.append(Generated(destination, content, _EXECUTABLE))
                continue
            linked.append((source, destination))
            extra.append((_relative(destination, folder), digest, size))
    if placement.left_out:
        generated = [script for script in generated if script.path not in placement.left_out]
        rows = [row for row in rows if f"{folder}/{row[0].partition('/')[0]}" not in placement.left_out]
        dirs = tuple(name for name in dirs if f"{folder}/{name.partition('/')[0]}" not in placement.left_out)
    files = tuple([row[0] for row in rows])
    rows += extra
    if placement.bytecode:
        for source, destination in _byte_code(placement, scheme, folder, data):
            linked.append((source, destination))
            rows.append((_relative(destination, folder), "", ""))
    generated.append(Generated(f"{info}/INSTALLER", f"{placement.installer}\n".encode()))
    if placement.requested:
        generated.append(Generated(f"{info}/REQUESTED", b""))
    if placement.direct_url:
        generated.append(Generated(f"{info}/direct_url.json", placement.direct_url.encode()))
    rows += [(_relative(file.path, folder), content_hash(file.content), len(file.content)) for file in generated]
    rows.append((f"{wheel.dist_info}/RECORD", "", ""))
    return Layout(
        placement=placement,
        folder=folder,
        dirs=dirs,
        files=files,
        linked=tuple(linked),
        generated=tuple(generated),
        record=Generated(f"{info}/RECORD", record_text(rows)),
    )


def _entry_point_scripts(wheel: UnpackedWheel, scheme: Scheme) -> list[Generated]:
    if not wheel.entry_points:
        return []
    scripts = []
    for point in read_entry_points(wheel.entry_points, f"{wheel.project} {wheel.version}"):
        name, content = render_entry_point(point, scheme.python, scheme.launcher)
        scripts.append(Generated(f"{scheme.scripts}/{name}", content, _EXECUTABLE))
    return scripts


def _data_files(
    wheel: UnpackedWheel, scheme: Scheme, data: tuple[str, ...], taken: set[str]
) -> Iterable[tuple[str, str, str, int, bytes | None]]:
    """Yield source, destination, hash, size and new content (None: as it is) of the files in the *data* folders.

    A script at a path in *taken* is made by an entry point as well and left to that, and so are the launchers that
    setuptools has put beside such a one (``NAME.exe``, ``NAME-script.py``), as in pip.
    """
    for name, size, digest, executable in wheel.files:
        if not name.startswith(data):
            continue
        _, kind, rest = name.split("/", 2) if name.count("/") > 1 else (name, "", "")
        if kind not in FOLDERS:
            raise PackageError(
                f"{wheel.project} {wheel.version} has a file that belongs nowhere: {name}",
                why=f"a wheel's data folder has {', '.join(FOLDERS)} (binary distribution format)",
                hint="tell the authors of the distribution; an older release may do",
            )
        source = f"{wheel.path}/{name}"
        target = scheme.folder(kind)
        if kind == "headers":
            target = f"{target}/{wheel.dist_info.split('-')[0]}"
        destination = f"{target}/{rest}"
        if kind != "scripts":
            yield source, destination, digest, size, None
        elif _LAUNCHER.sub("", destination) not in taken:
            yield source, destination, digest, size, _script_content(source, scheme, executable=executable)


def _byte_code(placement: Placement, scheme: Scheme, folder: str, data: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """Yield source and destination of the byte code of what comes; for modules in *data* folders it goes with them."""
    for name in _walk(placement.bytecode):
        path = f"{folder}/{name}"
        if data and name.startswith(data):
            _, kind, rest = name.split("/", 2)
            path = f"{scheme.folder(kind)}/{rest}"
        if placement.left_out:
            above, _, base = path.rpartition("/__pycache__/")
            module = f"{above}/{base.partition('.')[0]}.py"
            top = f"{folder}/{module[len(folder) + 1 :].partition('/')[0]}"
            if module in placement.left_out or top in placement.left_out:
                continue
        yield f"{placement.bytecode}/{name}", path


def _script_content(source: str, scheme: Scheme, *, executable: bool) -> bytes | None:
    """Return the content of the script *source* where it can't be linked: first line rewritten, or not executable."""
    with open(source, "rb", buffering=0) as file:
        if executable and file.read(8) != b"#!python":
            return None
        file.seek(0)
        content = file.read()
    return adapt_script(content, scheme.python) or content


def _relative(path: str, folder: str) -> str:
    """Return *path* as RECORD of a distribution in *folder* has it: relative with "/", or absolute on another drive."""
    if path.startswith(f"{folder}/"):
        return path[len(folder) + 1 :]
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # Windows: two drives
        return path


def _walk(folder: str) -> Iterable[str]:
    """Yield the files in *folder*, relative with "/", sorted."""
    for name, is_folder in sorted((entry.name, entry.is_dir()) for entry in os.scandir(folder)):
        if is_folder:
            yield from (f"{name}/{inner}" for inner in _walk(f"{folder}/{name}"))
        else:
            yield name
