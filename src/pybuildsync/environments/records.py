"""RECORD as it is written at installation (recording installed projects specification).

Turns rows into text; never looks at the files they name. Reading is the part of ``installed``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeAlias

    # Path (relative to the folder of the dist-info folder, with "/"), hash ("sha256=..." or ""), size (bytes, or "").
    RecordRow: TypeAlias = tuple[str, str, int | str]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def record_text(rows: "Iterable[RecordRow]") -> bytes:
    """Return the RECORD of *rows*, in their order, each path quoted where CSV needs it."""
    text = [f"{path},{digest},{size}\n" for path, digest, size in rows]
    whole = "".join(text)
    if whole.count(",") != 2 * len(text) or whole.count("\n") != len(text) or '"' in whole or "\r" in whole:
        whole = "".join([f"{_quoted(path)},{digest},{size}\n" for path, digest, size in rows])
    return whole.encode("utf-8", "surrogateescape")


def _quoted(path: str) -> str:
    if any(special in path for special in '",\n\r'):
        return '"' + path.replace('"', '""') + '"'
    return path


def content_hash(content: bytes) -> str:
    """Return the hash of *content* as RECORD has it: "sha256=" and URL-safe base64 without padding."""
    from binascii import b2a_base64

    digest = b2a_base64(_sha256()(content).digest(), newline=False).rstrip(b"=")
    return "sha256=" + digest.translate(_URL_SAFE).decode("ascii")


def _sha256() -> "Callable[[bytes], Any]":
    """Return the constructor; that of the interpreter itself, as hashlib takes 3 ms to import."""
    for name in ("_sha2", "_sha256"):
        try:
            made: Callable[[bytes], Any] = __import__(name).sha256
        except ImportError:
            continue
        return made
    from hashlib import sha256

    return sha256
