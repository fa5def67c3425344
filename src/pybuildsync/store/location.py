"""Where the store is and where in it each kind of thing lies.

One folder per kind, with the number of the kind's format in its name: another release of pybuildsync with another
format uses a folder of its own beside it. Keys become file names that every file system takes.
"""

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

VARIABLE = "PYBUILDSYNC_CACHE_DIR"

RECORDS = ("listings", "metadata", "interpreters", "masks", "defaults", "builds", "plans")
# Whoever changes what is written under a kind raises its number here.
FORMATS = {
    **dict.fromkeys(RECORDS, 1),
    **dict.fromkeys(("archives", "wheels", "built", "checkouts"), 1),
    **dict.fromkeys(("answers", "bases", "recipes"), 1),  # the command line's first stages keep these
}

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_.")
_TEXTS = tuple(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in range(256))
_LONGEST_NAME = 180
_KEPT_OF_LONG = 100


class Store(NamedTuple):
    """A store: ``root`` is its folder, which comes into being with the first thing kept."""

    root: str


def default_root(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Return the folder of the store: ``$PYBUILDSYNC_CACHE_DIR``, else ``pybuildsync`` in the user's cache folder.

    That is ``$XDG_CACHE_HOME`` where it is an absolute path (XDG base directory specification) or ``~/.cache``, on
    macOS ``~/Library/Caches``, on Windows ``%LOCALAPPDATA%``.
    """
    chosen = environ.get(VARIABLE)
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    home = environ.get("USERPROFILE" if platform == "win32" else "HOME") or os.path.expanduser("~")
    if platform == "win32":
        return os.path.join(
            environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "pybuildsync", "cache"
        )
    if platform == "darwin":
        return os.path.join(home, "Library", "Caches", "pybuildsync")
    wanted = environ.get("XDG_CACHE_HOME", "")
    return os.path.join(wanted if os.path.isabs(wanted) else os.path.join(home, ".cache"), "pybuildsync")


def kind_folder(store: Store, kind: str) -> str:
    """Return the folder of *kind*, a key of :data:`FORMATS`; it need not exist."""
    return f"{store.root}/{kind}-{FORMATS[kind]}"


def temporary_folder(store: Store) -> str:
    """Return the folder of what isn't finished yet; it need not exist."""
    return f"{store.root}/unfinished"


def file_name(key: str) -> str:
    """Return the file name for *key*: different keys have different names, also where case doesn't count.

    Lower-case letters, digits and ``-_.`` stand for themselves, the rest as ``%xx``; the start keeps clear of device
    names and hidden files. Of a long key the end stays readable, behind a digest of the whole.
    """
    text = "".join([_TEXTS[byte] for byte in key.encode("utf-8", "surrogateescape")])
    if len(text) <= _LONGEST_NAME:
        return f"={text}="
    import hashlib

    digest = hashlib.sha256(text.encode("ascii")).hexdigest()
    return f"~{digest}~{text[-_KEPT_OF_LONG:]}="


def end_of_key(name: str) -> str:
    """Return what follows the last ``/`` in the key whose file name is *name*, as it stands in the file name."""
    return name[1:-1].rpartition("%2f")[2]
