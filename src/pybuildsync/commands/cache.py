"""``cache``: where the store is, how large, and what may go; pip's own subcommands beside ours."""

from collections.abc import Callable

from pybuildsync.commands.options import CacheOptions
from pybuildsync.commands.results import (
    CacheFilesRemoved,
    CacheFolder,
    CacheInfo,
    CacheRemoved,
    CacheSize,
    CacheWheels,
)
from pybuildsync.commands.stores import store_root
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story, WaitingForLock, Warned
from pybuildsync.store.location import Store, kind_folder


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


def run_info(options: CacheOptions, _story: Story) -> CacheInfo:
    """Return what the store holds, as pip divides it: what is from elsewhere, and wheels that were built here."""
    from pybuildsync.store.upkeep import built_wheels, size

    store = Store(store_root(options.store))
    kinds = [(files, total) for kind, files, total in size(store) if kind != "built"]
    wheels = built_wheels(store)
    return CacheInfo(
        path=store.root,
        files=sum(files for files, _ in kinds),
        size=sum(total for _, total in kinds),
        wheels_path=kind_folder(store, "built"),
        wheels=len(wheels),
        wheels_size=sum(total for _, total in wheels),
    )


def run_list(options: CacheOptions, _story: Story) -> CacheWheels:
    """Return the wheels in the store that were built here, those that the pattern means."""
    from pybuildsync.store.upkeep import built_wheels

    return CacheWheels(wheels=built_wheels(Store(store_root(options.store)), options.pattern or "*"))


def run_remove(options: CacheOptions, story: Story) -> CacheFilesRemoved:
    """Remove the wheels that the pattern means; "*" stands for all there is. Raises EnvironmentFault if it can't be."""
    from pybuildsync.store.upkeep import remove_built

    if options.pattern == "*":
        return run_purge(options, story)
    root = store_root(options.store)
    removed = remove_built(Store(root), options.pattern, waiting=_teller(root, story))
    if not removed.files:
        story.tell(Warned(f'No matching packages for pattern "{options.pattern}"'))
    return CacheFilesRemoved(path=root, files=removed.files, size=removed.bytes)


def run_purge(options: CacheOptions, story: Story) -> CacheFilesRemoved:
    """Remove everything; raises EnvironmentFault if it can't be."""
    removed = run_clean(options._replace(projects=()), story)
    if not removed.files:
        story.tell(Warned("No matching packages"))
    return CacheFilesRemoved(path=removed.path, files=removed.files, size=removed.size)


def _teller(root: str, story: Story) -> Callable[[], None]:
    def tell() -> None:
        story.tell(WaitingForLock(f"the cache {root}"))

    return tell
