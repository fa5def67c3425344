"""Looks into wheels for what only they tell (docs/matching.md, "What only a wheel tells").

They are those of a resolution: what is fetched for a look will be installed, or built with, if nothing speaks against
it.
"""

from collections.abc import Iterable

from pybuildsync.core.loop import Seen
from pybuildsync.core.resolution import Doubt
from pybuildsync.core.variants import LinkParts
from pybuildsync.pipeline.ordering import fetch_wheels
from pybuildsync.pipeline.promises import promise_in
from pybuildsync.pipeline.workshop import Workshop


def look_into(shop: Workshop, doubts: tuple[Doubt, ...]) -> tuple[Seen, ...]:
    """Return what the wheels of *doubts* tell, in their order; they are fetched for it.

    Raises:
        IndexFault: an index doesn't give a file.
        PackageError: a wheel is broken.

    """
    from pybuildsync.pipeline.linked_libraries import installed_files

    chosen = tuple(dict.fromkeys(doubt.chosen for doubt in doubts))
    wheels = dict(zip(chosen, fetch_wheels(shop, chosen), strict=True))
    seen = []
    for doubt in doubts:
        wheel = wheels[doubt.chosen]
        links = doubt.variant.links if doubt.variant is not None else ()
        missing = missing_links(links, doubt.chosen.name, installed_files(wheel))
        seen.append(Seen(promise_in(wheel.entry_points), not missing))
    return tuple(seen)


def missing_links(links: Iterable[LinkParts], owner: str, files: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the libraries, of those that *links* have of *owner*, that its *files* don't bring."""
    from pybuildsync.native.providers import Link, unmet

    return tuple(link.library for link in unmet((Link(*each) for each in links if each[2] == owner), {owner: files}))
