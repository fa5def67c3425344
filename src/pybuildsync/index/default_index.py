"""The default index: the one that the target interpreter's own pip would use.

It stands in no file of ours. pip keeps it in ``pip/_internal/models/index.py``; that is read from where pip is
installed, else from the wheel that ``ensurepip`` brings along, as text: nothing of pip is run unless its source has
changed its looks.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

_KIND = "defaults"
_MODULE = "pip/_internal/models/index.py"
_ADDRESS = re.compile(rb"""^PyPI = PackageIndex\(\s*["'](https?://[^"'\s]+)["']""", re.MULTILINE)
_QUESTION = """
import glob, os, sys
try:
    from pip._internal.models.index import PyPI
except ImportError:
    import ensurepip
    sys.path[:0] = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl"))
    from pip._internal.models.index import PyPI
print(PyPI.simple_url)
"""
_PATIENCE = 60.0


def default_index(store: Store, python: str, *, own: str = sys.executable) -> str:
    """Return the address of the simple repository that the pip of the interpreter at *python* takes by default.

    Where neither that interpreter nor the one it is based on has a pip, *own*, the one that runs us, is asked. What is
    found is kept in *store* for as long as the interpreter stays what it is.

    Raises:
        EnvironmentFault: no pip is found anywhere.

    """
    known = kept_default(store, python)
    if known is not None:
        return known
    for executable in dict.fromkeys((python, own)):
        found = read_default(_prefixes(executable)) or _ask(executable)
        if found:
            keep_default(store, python, found)
            return found
    raise EnvironmentFault(
        "no default index is known",
        why=f"neither {python} nor the Python that runs pybuildsync has pip or ensurepip, which would tell",
        hint="name an index: --index-url, PIP_INDEX_URL, or index-url in pip's configuration",
    )


def kept_default(store: Store, python: str) -> str | None:
    """Return the default index that *store* knows of the interpreter at *python*, as it is now; None if it doesn't."""
    return decode_value(read_record(store, _KIND, _signature(python)), _as_address)


def keep_default(store: Store, python: str, address: str) -> None:
    """Have *store* know that *address* is the default index of the interpreter at *python*, as it is now."""
    write_record(store, _KIND, _signature(python), encode_value(address))


def read_default(prefixes: Iterable[str]) -> str:
    """Return the default index of the first pip, or wheel of one, below *prefixes*; "" if there is none."""
    for prefix in prefixes:
        for library in _libraries(prefix):
            for folder in ("site-packages", "dist-packages"):
                found = _address(_read(os.path.join(library, folder, *_MODULE.split("/"))))
                if found:
                    return found
            for wheel in _bundled(os.path.join(library, "ensurepip", "_bundled")):
                found = _address(_read_member(wheel))
                if found:
                    return found
        for wheel in _bundled(os.path.join(prefix, "share", "python-wheels")):
            found = _address(_read_member(wheel))
            if found:
                return found
    return ""


def _as_address(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith("http") else None


def _signature(python: str) -> str:
    try:
        seen = os.stat(python)
    except OSError:
        return python
    return f"{python} {seen.st_mtime_ns} {seen.st_size}"


def _prefixes(python: str) -> Iterator[str]:
    """Yield the folders that *python* may be installed in: its own, that of its real file, that of a venv's base."""
    for path in dict.fromkeys((os.path.abspath(python), os.path.realpath(python))):
        folder = os.path.dirname(path)
        prefix = folder if os.path.isfile(os.path.join(folder, "pyvenv.cfg")) or os.name == "nt" else ""
        for candidate in (prefix, os.path.dirname(folder)):
            if not candidate:
                continue
            yield candidate
            for line in _read(os.path.join(candidate, "pyvenv.cfg")).decode("utf-8", "replace").splitlines():
                name, _, value = line.partition("=")
                if name.strip().lower() == "home":
                    yield from (value.strip(), os.path.dirname(value.strip()))


def _libraries(prefix: str) -> Iterator[str]:
    """Yield the folders of standard libraries below *prefix*, newest first."""
    yield os.path.join(prefix, "Lib")
    for name in ("lib", "lib64"):
        try:
            entries = os.listdir(os.path.join(prefix, name))
        except OSError:
            continue
        versions = [entry for entry in entries if re.match(r"(?:python|pypy)3", entry)]
        for entry in sorted(versions, key=lambda text: [int(part) for part in re.findall(r"\d+", text)], reverse=True):
            yield os.path.join(prefix, name, entry)


def _bundled(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names, reverse=True) if re.match(r"pip-.*\.whl\Z", name)]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _read_member(wheel: str) -> bytes:
    import zipfile

    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_MODULE)
    except (OSError, KeyError, zipfile.BadZipFile):
        return b""


def _address(source: bytes) -> str:
    found = _ADDRESS.search(source)
    return found.group(1).decode("ascii").rstrip("/") + "/simple" if found else ""


def _ask(python: str) -> str:
    """Have the interpreter import pip, for a pip whose source looks different; "" if it can't."""
    import subprocess

    try:
        answer = subprocess.run(
            [python, "-I", "-c", _QUESTION], capture_output=True, check=True, timeout=_PATIENCE, text=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer if answer.startswith("http") else ""
