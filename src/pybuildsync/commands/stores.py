"""The store that a command works with."""

from collections.abc import Iterator
from contextlib import contextmanager

from pybuildsync.commands.options import StoreOptions
from pybuildsync.store.location import Store, default_root
from pybuildsync.store.locks import in_use


@contextmanager
def open_store(options: StoreOptions) -> Iterator[Store]:
    """Yield the store that *options* name: a folder, the default one, or one that is gone with the command."""
    if options.no_cache:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="pybuildsync-", ignore_cleanup_errors=True) as folder:
            yield Store(folder)
    else:
        store = Store(store_root(options))
        with in_use(store):
            yield store


def store_root(options: StoreOptions) -> str:
    """Return the folder of the store, absolute."""
    import os

    if options.cache_dir:
        return os.path.abspath(os.path.expanduser(options.cache_dir))
    return default_root()
