"""Byte code of unpacked wheels, compiled once per Python and linked into every environment after that.

Beside a wheel's files, ``bytecode/TAG`` holds the same folders with ``__pycache__`` in them (PEP 3147). Each file is
valid for its source by modification time and size: a hard link has both, and whoever copies a source instead must keep
its time (``os.utime``) or Python compiles it again. The source's path that is compiled in is the one in the wheel;
importing puts the real one in its place. Of a wheel's ``.data`` folder, modules in ``purelib`` and ``platlib`` have
byte code, nothing else.
"""

import json
import os
from collections.abc import Iterable, Sequence
from functools import partial

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store, file_name
from pybuildsync.store.locks import in_use
from pybuildsync.store.wheels import UnpackedWheel, entry_folder
from pybuildsync.store.writing import MODE, new_temporary, remove_tree, settle, writing

# Runs in the target interpreter, 3.8 or later, with nothing but its standard library: compiles each (source, name in
# the wheel, target folder) of its input. What doesn't compile is passed over, as pip does: wheels hold files for other
# Pythons, and templates. The files are put together here (PEP 552) because py_compile of several releases doesn't
# notice when a full disk takes only a part of one.
_SCRIPT = """
import importlib.util, json, marshal, os, struct, sys
folders = set()
for source, name, folder in json.load(sys.stdin):
    target = os.path.join(folder, importlib.util.cache_from_source(name, optimization=""))
    try:
        status = os.stat(source)
        with open(source, "rb") as file:
            text = file.read()
        try:
            code = marshal.dumps(compile(text, name, "exec", dont_inherit=True, optimize=0))
        except Exception:
            continue
        if os.path.dirname(target) not in folders:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            folders.add(os.path.dirname(target))
        stamp = struct.pack("<LLL", 0, int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
        with open(target, "wb", opener=lambda path, flags: os.open(path, flags, int(sys.argv[1], 8))) as file:
            file.write(importlib.util.MAGIC_NUMBER + stamp + code)
    except OSError as error:
        json.dump([error.errno, error.strerror, target], sys.stdout)
        break
"""
_FEWEST_FOR_A_PROCESS = 50
_MOST_SAID = 2000


def bytecode_for(store: Store, unpacked: UnpackedWheel, cache_tag: str) -> str | None:
    """Return the folder with *unpacked*'s byte code for *cache_tag* (``sys.implementation.cache_tag``), None if none.

    In it, ``pkg/__pycache__/module.TAG.pyc`` belongs to the wheel's ``pkg/module.py``.
    """
    folder = _folder(store, unpacked, cache_tag)
    return folder if os.path.isdir(folder) else None


def compile_bytecode(
    store: Store, wheels: Iterable[UnpackedWheel], python: str, cache_tag: str, *, processes: int = 0
) -> tuple[str, ...]:
    """Compile the modules of *wheels* with *python*, an interpreter whose cache tag is *cache_tag*; return the folders.

    What is there already isn't compiled again. One process of *python* serves all wheels, up to *processes* (default:
    one per processor) where there is much to do.

    Raises:
        EnvironmentFault: the store can't be written, or *python* fails.

    """
    wheels = tuple(wheels)
    missing = [wheel for wheel in dict.fromkeys(wheels) if bytecode_for(store, wheel, cache_tag) is None]
    if missing:
        with in_use(store), writing(store):
            _compile(store, missing, python, cache_tag, processes or os.cpu_count() or 1)
    return tuple(_folder(store, wheel, cache_tag) for wheel in wheels)


def _folder(store: Store, wheel: UnpackedWheel, cache_tag: str) -> str:
    return f"{entry_folder(store, wheel.sha256)}/bytecode/{file_name(cache_tag)}"


def _compile(store: Store, wheels: Sequence[UnpackedWheel], python: str, cache_tag: str, processes: int) -> None:
    temporary = [new_temporary(store) for _ in wheels]
    jobs: list[tuple[int, str, str, str]] = []
    for wheel, folder in zip(wheels, temporary, strict=True):
        data = f"{wheel.dist_info.removesuffix('.dist-info')}.data/"
        modules = (f"{data}purelib/", f"{data}platlib/")
        jobs += [
            (size, f"{wheel.path}/{path}", path, folder)
            for path, size, _, _ in wheel.files
            if path.endswith(".py") and (not path.startswith(data) or path.startswith(modules))
        ]
    jobs.sort(reverse=True)
    shares = max(1, min(processes, len(jobs) // _FEWEST_FOR_A_PROCESS))
    try:
        for folder in temporary:
            os.mkdir(folder)
        if jobs:
            _run(python, [[job[1:] for job in jobs[share::shares]] for share in range(shares)])
        for wheel, folder in zip(wheels, temporary, strict=True):
            settle(folder, _folder(store, wheel, cache_tag), is_whole=lambda: True)
    except BaseException:
        for folder in temporary:
            remove_tree(folder)
        raise


def _run(python: str, shares: list[list[tuple[str, str, str]]]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(shares)) as pool:
        for unwritten in pool.map(partial(_run_one, python), shares):
            if unwritten:
                number, text, path = json.loads(unwritten)
                raise OSError(number, text, path)


def _run_one(python: str, jobs: list[tuple[str, str, str]]) -> str:
    """Compile *jobs*; return which error of the system stopped it, as JSON, "" if none."""
    import subprocess

    command = [python, "-I", "-S", "-B", "-W", "ignore", "-c", _SCRIPT, f"{MODE:o}"]
    try:
        done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, check=False, encoding="utf-8")
    except OSError as error:
        raise _failed(python, str(error)) from error
    if done.returncode:
        raise _failed(python, done.stderr or f"it ended with status {done.returncode}")
    return done.stdout


def _failed(python: str, why: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"{python} couldn't compile modules to byte code",
        why=why.strip()[-_MOST_SAID:],
        hint="--no-compile leaves that to the first import",
    )
