"""Validators of files without hashes in the store: by them a server is asked whether a file is still the same."""

from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.index.addresses import split_credentials
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

_KIND = "metadata"


class Validators(NamedTuple):
    """What a server gave along with a file, "" for what it didn't, and the SHA-256 of what it was then."""

    etag: str
    last_modified: str
    sha256: str


def read_validators(store: Store, file: DistributionFile) -> Validators | None:
    """Return what is kept for *file*, or None."""
    return decode_value(read_record(store, _KIND, _key(file)), _validators)


def write_validators(store: Store, file: DistributionFile, validators: Validators) -> None:
    """Keep *validators* for *file*."""
    write_record(store, _KIND, _key(file), encode_value(tuple(validators)))


def _validators(parts: tuple[str, str, str]) -> Validators | None:
    return Validators(*parts) if all(isinstance(part, str) for part in parts) else None


def _key(file: DistributionFile) -> str:
    return f"file {split_credentials(file.url)[0]}"
