"""Which file of a release fits a target: the best compatible wheel, else the sdist.

Wheel file names follow the binary distribution format; of several compatible wheels the one with the best tag wins,
then the highest build number. Of several that are equal even so, one on this machine goes first, else the one that is
listed last, as in pip.
"""

from functools import lru_cache

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.targets import Target

# Characters: no file system takes names beyond 255. A set of tags stands for as many as its cube.
_LONGEST = 255


class TagRanks:
    """How well a wheel's tags fit a target: lower is better."""

    def __init__(self, target: Target) -> None:
        self._ranks = {tag: rank for rank, tag in enumerate(target.tags)}
        self._known: dict[str, int] = {}

    def rank(self, filename: str) -> int:
        """Return the rank of the wheel called *filename*, -1 if it doesn't fit."""
        stem = filename[:-4]
        at = len(stem)
        for _ in range(3):
            at = stem.rfind("-", 0, at)
        triple = stem[at + 1 :]
        rank = self._known.get(triple)
        if rank is None:
            tags = expand_tags(triple) if len(triple) <= _LONGEST else ()
            found = [self._ranks[tag] for tag in tags if tag in self._ranks]
            rank = self._known[triple] = min(found, default=-1)
        return rank


@lru_cache(maxsize=4096)
def expand_tags(triple: str) -> tuple[str, ...]:
    """Return every tag in a compressed tag set such as ``py2.py3-none-any`` (PEP 425)."""
    interpreters, abis, platforms = triple.lower().split("-")
    return tuple(
        f"{interpreter}-{abi}-{platform}"
        for interpreter in interpreters.split(".")
        for abi in abis.split(".")
        for platform in platforms.split(".")
    )


def build_number(filename: str) -> tuple[int, str]:
    """Return the build tag of a wheel's file name as it sorts: () sorts first where there is none (PEP 427)."""
    parts = filename[:-4].split("-")
    if len(parts) != 6:  # noqa: PLR2004 - name, version, build, three tags
        return (-1, "")
    digits = len(parts[2]) - len(parts[2].lstrip("0123456789"))
    return (int(parts[2][:digits][:_LONGEST] or -1), parts[2][digits:])


def best_wheel(files: tuple[DistributionFile, ...], ranks: TagRanks) -> DistributionFile | None:
    """Return the wheel among *files* that fits best, or None."""
    best: DistributionFile | None = None
    best_key: tuple[int, int, str, bool] = (0, 0, "", False)
    for file in files:
        if not file.is_wheel:
            continue
        rank = ranks.rank(file.filename)
        if rank < 0:
            continue
        number = build_number(file.filename)
        key = (-rank, *number, is_here(file))
        if best is None or key >= best_key:
            best, best_key = file, key
    return best


def best_sdist(files: tuple[DistributionFile, ...]) -> DistributionFile | None:
    """Return the sdist among *files*, ``.tar.gz`` before ``.zip`` (PEP 527, PEP 625), or None; equal ones as wheels."""
    sdists = [file for file in reversed(files) if not file.is_wheel]
    return max(sdists, key=lambda file: (not file.filename.endswith(".zip"), is_here(file)), default=None)


def is_here(file: DistributionFile) -> bool:
    """Whether *file* lies on this machine."""
    return file.url.startswith("file:")
