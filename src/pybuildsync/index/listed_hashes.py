"""Hashes as indexes list them: in the fragments of links, in attributes, in JSON. What can't be checked is left out."""

import re
from collections.abc import Iterable, Mapping

HASHES = {"sha256": 64, "sha512": 128, "sha384": 96, "sha224": 56, "sha1": 40, "md5": 32}

_SHA256 = HASHES["sha256"]
_HEX = re.compile(r"[0-9a-f]+\Z")


def read_hashes(fragment: str) -> tuple[tuple[str, str], ...]:
    """Return the hashes in *fragment*, ``ALGORITHM=HEX`` joined by ``&``; what can't be a hash is left out.

    A SHA-256 of the right length counts even if it isn't hexadecimal: then no file will match it.
    """
    if fragment[:7] == "sha256=" and len(fragment) == 7 + _SHA256 and fragment[7:].isalnum():
        return (("sha256", fragment[7:].lower()),)
    pairs = (part.partition("=") for part in fragment.split("&"))
    return _valid((name, digest) for name, _, digest in pairs)


def read_digests(hashes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the hashes in the dictionary *hashes* of a JSON page; mostly that is one SHA-256."""
    digest = hashes.get("sha256", "")
    if len(hashes) == 1 and len(digest) == _SHA256 and digest.isalnum():
        return (("sha256", digest.lower()),)
    return _valid(hashes.items())


def _valid(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return those of *pairs* that are an algorithm we know and a digest of its length, in lower case."""
    lower = ((name.lower(), digest.lower()) for name, digest in pairs)
    return tuple((name, digest) for name, digest in lower if len(digest) == HASHES.get(name, -1) and _HEX.match(digest))
