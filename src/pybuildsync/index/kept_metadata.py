"""Metadata of wheels in the store, with requirements in parsed parts: reading one takes about 30 us and no parser."""

from typing import Any

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

_FORMAT = 1
_KIND = "metadata"


def metadata_key(file: DistributionFile, stamp: str = "") -> str:
    """Return what the metadata of *file* is kept under: its hash, else address, size and *stamp*."""
    if file.hashes:
        algorithm, digest = min(file.hashes, key=lambda pair: (pair[0] != "sha256", pair[0] == "md5", pair))
        return f"{algorithm}={digest}"
    return f"{file.url} {file.size} {stamp}"


def read_metadata(store: Store, key: str) -> Metadata | None:
    """Return the metadata kept under *key*, or None."""
    return decode_value(read_record(store, _KIND, key), _metadata)


def write_metadata(store: Store, key: str, metadata: Metadata) -> None:
    """Keep *metadata*, read from a wheel, under *key*."""
    write_record(store, _KIND, key, encode_value((_FORMAT, *metadata.parts()[:-1])))


def _metadata(parts: tuple[Any, ...]) -> Metadata | None:
    form, name, version, requires, requires_python, extras = parts
    stated = (name, version, requires, requires_python, extras, Origin.WHEEL.value)
    return Metadata.from_parts(stated) if form == _FORMAT else None
