"""Target folders (``--target``): what comes is put beside what is there, which stays as it is.

As pip does without ``--upgrade``, but file by file where folders are nobody's own (``bin``, ``share``, namespaces), so
that nothing is left out that isn't in the way. Reads; changes nothing.
"""

import os

from pybuildsync.environments.conflicts import content_of
from pybuildsync.environments.layouts import Layout, Placement, lay_out
from pybuildsync.environments.schemes import Scheme


def beside_what_is_there(
    placements: tuple[Placement, ...], scheme: Scheme
) -> tuple[tuple[Placement, ...], tuple[str, ...]]:
    """Return *placements* without what is in the way in the folder of *scheme*, and the paths that stay, sorted.

    A package or module of which a single file is there with other contents is left out as a whole; of what lies in
    ``bin`` and the like only that file is.
    """
    there = set(os.listdir(scheme.purelib)) if os.path.isdir(scheme.purelib) else set()
    if not there:
        return placements, ()
    found = []
    stays: set[str] = set()
    for placement in placements:
        taken = _taken(lay_out(placement, scheme), there)
        stays |= taken
        found.append(placement._replace(left_out=frozenset(taken)))
    return tuple(found), tuple(sorted(stays))


def _taken(layout: Layout, there: set[str]) -> set[str]:
    """Return the absolute paths of what in *layout* is in the way of what is *there*, by names in the folder."""
    info = layout.placement.wheel.dist_info
    taken: set[str] = set()
    for name in layout.files:
        top = name.partition("/")[0]
        path = f"{layout.folder}/{top}"
        if top in there and top != info and path not in taken and _differs(layout, f"{layout.folder}/{name}"):
            taken.add(path)
    for path in layout.elsewhere:
        if not path.startswith(f"{layout.folder}/{info}/") and _differs(layout, path):
            taken.add(path)
    return taken


def _differs(layout: Layout, path: str) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read() != content_of(layout, path)
    except FileNotFoundError:
        return os.path.islink(path)
    except OSError:  # a folder, say
        return True
