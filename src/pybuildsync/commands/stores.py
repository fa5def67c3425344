"""The store that a command works with."""

from collections.abc import Iterator
from contextlib import contextmanager

from pybuildsync.commands.options import StoreOptions
from pybuildsync.store.location import Store, default_root, temporary_folder
from pybuildsync.store.locks import in_use


@contextmanager
def open_store(options: StoreOptions) -> Iterator[Store]:
    """Yield the store that *options* name: a folder, the default one, or one that is gone with the command.

    The last command to leave a store clears away what interrupted ones have begun there.
    """
    if options.no_cache:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="pybuildsync-", ignore_cleanup_errors=True) as folder:
            yield Store(folder)
    else:
        store = Store(store_root(options))
        try:
            with in_use(store):
                yield store
        finally:
            if _is_littered(store):
                from pybuildsync.store.upkeep import sweep

                sweep(store)


def _is_littered(store: Store) -> bool:
    import os

    try:
        with os.scandir(temporary_folder(store)) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def store_root(options: StoreOptions) -> str:
    """Return the folder of the store, absolute."""
    import os

    if options.cache_dir:
        return os.path.abspath(os.path.expanduser(options.cache_dir))
    return default_root()
