"""``cache``: where the store is, how large, and what may go."""

from collections.abc import Callable

from pybuildsync.commands.options import CacheOptions
from pybuildsync.commands.results import CacheFolder, CacheRemoved, CacheSize
from pybuildsync.commands.stores import store_root
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story, WaitingForLock
from pybuildsync.store.location import Store


def run_dir(options: CacheOptions, _story: Story) -> CacheFolder:
    """Return where the store is."""
    return CacheFolder(path=store_root(options.store))


def run_size(options: CacheOptions, _story: Story) -> CacheSize:
    """Return what the store holds."""
    from pybuildsync.store.upkeep import size

    root = store_root(options.store)
    return CacheSize(path=root, kinds=size(Store(root)))


def run_prune(options: CacheOptions, story: Story) -> CacheRemoved:
    """Remove what is old or left over; raises EnvironmentFault if it can't be."""
    from pybuildsync.store.upkeep import prune

    root = store_root(options.store)
    removed = prune(Store(root), waiting=_teller(root, story))
    return CacheRemoved(path=root, files=removed.files, size=removed.bytes)


def run_clean(options: CacheOptions, story: Story) -> CacheRemoved:
    """Remove everything, or what is of the projects named; raises EnvironmentFault if it can't be."""
    from pybuildsync.store.upkeep import clean

    root = store_root(options.store)
    names = tuple(normalize_name(project) for project in options.projects)
    removed = clean(Store(root), names, waiting=_teller(root, story))
    return CacheRemoved(path=root, files=removed.files, size=removed.bytes)


def _teller(root: str, story: Story) -> Callable[[], None]:
    def tell() -> None:
        story.tell(WaitingForLock(f"the cache {root}"))

    return tell
