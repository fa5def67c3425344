"""Wheels that were built here, by build key and by nothing else.

A build key is the digest of everything that went into a build (docs/matching.md); a wheel built otherwise is another
wheel. The store is asked for the key of a build that is about to run: it never offers what nobody asked for.
"""

import os
from contextlib import suppress
from typing import NamedTuple, Protocol

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store, file_name, kind_folder
from pybuildsync.store.locks import in_use
from pybuildsync.store.sealing import decode_value, encode_value, mark_used, read_sealed, seal
from pybuildsync.store.writing import flush, new_entry, write_file


class BuiltWheel(NamedTuple):
    """A built wheel: ``wheel_path`` is its archive, ``sha256`` its hex digest, ``result`` what its builder adds."""

    key: str
    wheel_path: str
    sha256: str
    filename: str
    result: bytes


class BuiltWheels(Protocol):
    """Where built wheels are kept: this machine's store, or one that several share."""

    def find(self, key: str) -> BuiltWheel | None:
        """Return the wheel built with the build key *key*, None if none is kept."""
        ...

    def save(self, key: str, wheel_path: str, result: bytes) -> BuiltWheel:
        """Keep a copy of the wheel at *wheel_path*, with *result*, under *key*; return what is kept under it."""
        ...


class StoredWheels(NamedTuple):
    """The built wheels of a store on this machine."""

    store: Store

    def find(self, key: str) -> BuiltWheel | None:
        """See :class:`BuiltWheels`; what isn't whole isn't found."""
        folder = self._folder(key)
        read = read_sealed(f"{folder}/result")
        if read is None:
            return None
        data, is_first_today = read

        def built(parts: tuple[str, str, int, bytes]) -> BuiltWheel | None:
            filename, sha256, size, result = parts
            path = f"{folder}/{filename}"
            with suppress(OSError):
                if os.stat(path).st_size == size:
                    return BuiltWheel(key, path, sha256, filename, result)
            return None

        found = decode_value(data, built)
        if found is not None and is_first_today:
            mark_used(f"{folder}/result")
        return found

    def save(self, key: str, wheel_path: str, result: bytes) -> BuiltWheel:
        """See :class:`BuiltWheels`; of two builds with one key the first is kept.

        Raises:
            EnvironmentFault: the store can't be written, or *wheel_path* not read.

        """
        import shutil

        filename = os.path.basename(wheel_path)
        try:
            sha256, size = _digest(wheel_path)
        except OSError as error:
            raise EnvironmentFault(f"the built wheel {wheel_path} can't be read", why=str(error)) from error
        final = self._folder(key)
        with in_use(self.store), new_entry(self.store, final, is_whole=lambda: self.find(key) is not None) as folder:
            shutil.copyfile(wheel_path, f"{folder}/{filename}")
            flush(f"{folder}/{filename}")
            write_file(f"{folder}/result", seal(encode_value((filename, sha256, size, result))))
        return self.find(key) or BuiltWheel(key, f"{final}/{filename}", sha256, filename, result)

    def _folder(self, key: str) -> str:
        return f"{kind_folder(self.store, 'built')}/{file_name(key)}"


def _digest(path: str) -> tuple[str, int]:
    import hashlib

    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()
