"""The rules for a member of an sdist's archive: what may be written where, decided before anything is written.

Pure: it sees names, sizes and link targets, never a file. Follows the source distribution format (PEP 625, PEP 721) and
rules of our own, which don't depend on the patch release of Python that runs us:

- no absolute path, no ``..``, no drive; no name that is a file and a folder, or a link and anything else;
- a link's target may climb only at its start and stays inside the root folder, and nothing is written through a link.
  The folders above a link are therefore real, its leading ``..`` mean what they say, and by induction no chain of
  links leads outside;
- bounds on the number of members, on each member's size and on the whole.
"""

import unicodedata
from typing import Final, Literal, NamedTuple, NoReturn

from pybuildsync.errors import PackageError

Kind = Literal["file", "folder", "link"]

_ABOVE: Final = {"link": "it would be written through a link", "file": "one of its folders is a file"}
_LONGEST: Final = 4096  # characters of a path
_SHOWN: Final = 300  # of it in an error
_TWICE: Final = frozenset({("file", "file"), ("folder", "folder")})


class UnpackLimits(NamedTuple):
    """How much an archive may hold: members, bytes of one member, bytes of all, bytes of one tar header."""

    members: int = 500_000
    member_bytes: int = 4 << 30
    total_bytes: int = 16 << 30
    header_bytes: int = 16 << 20


def member_problem(name: str, *, windows: bool) -> str:
    """Say what is wrong with a member's path, "" if nothing: what no unpacked file may be called."""
    if not name or "\0" in name:
        return "it has no usable name"
    if len(name) > _LONGEST:
        return "its path is too long"
    if name.startswith("/") or (windows and name.startswith("\\")):
        return "its path is absolute"
    if ".." in name.split("/") or (windows and ".." in name.split("\\")):
        return "its path leads out of the archive"
    if windows and (":" in name or "\\" in name):
        return "its path names a drive, a stream or another folder on Windows"
    return ""


def link_problem(name: str, target: str) -> str:
    """Say what is wrong with the symbolic link *name* (normalised, root folder first) to *target*, "" if nothing."""
    if not target or target.startswith(("/", "\\")) or ":" in target.split("/", maxsplit=1)[0]:
        return f"it links to {target!r}, which is not a path inside the archive"
    parts = [part for part in target.replace("\\", "/").split("/") if part not in ("", ".")]
    climbs = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    if ".." in parts[climbs:]:
        return f"it links to {target!r}, which climbs through another folder"
    if climbs > name.count("/") - 1:
        return f"it links to {target!r}, which leads out of the root folder"
    return ""


class MemberRules:
    """The rules over one archive, and what was seen of it so far.

    ``kinds`` says of every path, folded, what it is.
    """

    def __init__(self, *, archive: str, limits: UnpackLimits, windows: bool) -> None:
        self.archive = archive
        self.limits = limits
        self.windows = windows
        self.kinds: dict[str, Kind] = {}
        self._roots: dict[str, None] = {}
        self._members = 0
        self._total = 0

    def refuse(self, name: str, why: str) -> NoReturn:
        """Raise the PackageError that names the archive and the member."""
        why = f"{name[:_SHOWN]}: {why}"
        raise PackageError(f"{self.archive} is not safe to unpack", why=why, hint="tell its author")

    def accept(self, name: str, size: int, kind: Kind, *, link: str = "") -> str:
        """Return the path of the member *name*, normalised; "" for the archive's own entry (``./``).

        *size* is in bytes, *link* a symbolic link's target.

        Raises:
            PackageError: the member breaks a rule.

        """
        path = normal_path(name)
        problem = member_problem(name, windows=self.windows) if path or kind != "folder" else ""
        if problem:
            self.refuse(repr(name), problem)
        self._count(name, size)
        if path:
            self._place(path, kind)
            if kind == "link" and (problem := link_problem(path, link)):
                self.refuse(path, problem)
        return path

    def _count(self, name: str, size: int) -> None:
        self._members += 1
        self._total += size
        if self._members > self.limits.members:
            self.refuse(name, f"the archive has more than {self.limits.members} members")
        if size < 0:
            self.refuse(name, f"it says that it has {size} bytes")
        if size > self.limits.member_bytes:
            self.refuse(name, f"{size} bytes, more than the {self.limits.member_bytes} that one file may have")
        if self._total > self.limits.total_bytes:
            self.refuse(name, f"the archive has more than {self.limits.total_bytes} bytes")

    def _place(self, path: str, kind: Kind) -> None:
        if "/" not in path and kind != "folder":
            raise PackageError(
                f"{self.archive} has no root folder",
                why=f"{path} stands beside it or instead of it; an sdist has one folder, NAME-VERSION, at its top",
                hint="make the archive with `python -m build --sdist`",
            )
        self._roots[path.split("/", 1)[0]] = None
        key = folded(path)
        above = key.rpartition("/")[0]
        while above:
            found = self.kinds.setdefault(above, "folder")
            if found in _ABOVE:
                self.refuse(path, _ABOVE[found])
            above = above.rpartition("/")[0]
        before = self.kinds.get(key)
        if before is not None and (before, kind) not in _TWICE:
            self.refuse(path, f"a {before} before it has the same name")
        self.kinds[key] = kind

    def root(self) -> str:
        """Return the one root folder's name.

        Raises:
            PackageError: there is none, or more than one.

        """
        if len(self._roots) != 1:
            found = ", ".join(sorted(self._roots)[:5]) or "nothing"
            raise PackageError(
                f"{self.archive} has not one root folder",
                why=f"at its top stand: {found}; an sdist has one folder there, NAME-VERSION",
                hint="make the archive with `python -m build --sdist`",
            )
        return next(iter(self._roots))


def normal_path(name: str) -> str:
    """Return *name* without empty and ``.`` parts."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def folded(path: str) -> str:
    """Return what two names share that some file system takes for one."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
