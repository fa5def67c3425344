"""A note on names that are taken and are on more than one index: anybody may offer a newer release on one of them.

Indexes have the same rank, as in pip, so whoever uploads a private name to a public index is asked for it ("dependency
confusion"). Only tells; ``--index-strategy`` decides.
"""

from collections.abc import Iterable

from pybuildsync.commands.options import IndexOptions
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.solver.wording import enumerate_words
from pybuildsync.core.story import Note, Story
from pybuildsync.index.client import IndexClient

_NAMED = 10  # projects that one note names


def tell_several(chosen: Iterable[Chosen], client: IndexClient, options: IndexOptions, story: Story) -> None:
    """Tell *story* which of the *chosen* come from an index and are on others as well, by the indexes that have them.

    Nothing where *options* choose a strategy: then it is known.
    """
    if options.index_strategy:
        return
    found: dict[tuple[str, ...], list[str]] = {}
    for name in sorted({each.name for each in chosen if _is_listed(each)}):
        indexes = client.indexes_with(name)
        if len(indexes) > 1:
            found.setdefault(indexes, []).append(name)
    for indexes, names in found.items():
        told = names if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} others"]
        verb = "is" if len(names) == 1 else "are"
        story.tell(
            Note(
                f"{enumerate_words(told)} {verb} on more than one index: {enumerate_words(indexes)}\n"
                "  the best version of all is taken; to have only the first one count: --index-strategy first-index"
            )
        )


def _is_listed(chosen: Chosen) -> bool:
    """Whether *chosen* comes from a listing: it is neither installed nor given by its address."""
    pick = chosen.pick
    source = pick.variant.source if pick.variant is not None else pick.source
    file = source.file if source is not None else pick.file
    return not pick.installed and file is not None and bool(file.listed_at)
