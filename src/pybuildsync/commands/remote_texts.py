"""What of a command's requirement files lies elsewhere: each text is fetched once, when it is asked for.

A remembered answer hangs on what was in them, and nothing on this machine shows whether that has changed: so they are
fetched again, and compared. Loads nothing of the network before there is something to fetch.
"""

import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pybuildsync.commands.options import AskedOptions, BuildOptions, IndexOptions
from pybuildsync.core.story import Story
from pybuildsync.project.file_locations import is_remote

if TYPE_CHECKING:
    from pybuildsync.index.texts import Texts


def remote_files(asked: AskedOptions, build: BuildOptions) -> tuple[str, ...]:
    """Return which of the files that the options name are URLs to be fetched."""
    named = (*asked.requirement_files, *asked.constraint_files, *build.build_constraint_files)
    return tuple(each for each in named if is_remote(each))


class RemoteTexts:
    """The texts by URL of one command; a context manager.

    They come by the connections of *options*; *named* are the URLs that the command names, whose credentials count for
    all that is on their servers.
    """

    def __init__(self, options: IndexOptions, named: Iterable[str], story: Story) -> None:
        self.named = tuple(named)
        self._options = options
        self._story = story
        self._texts: Texts | None = None
        self._known: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        if self._texts is not None:
            self._texts.close()

    def fetch(self, url: str) -> str:
        """Return the text at *url*; raises as :meth:`pybuildsync.index.texts.Texts.fetch`."""
        if url not in self._known:
            if self._texts is None:
                from pybuildsync.commands.index_settings import connection_settings
                from pybuildsync.index.texts import Texts

                settings = connection_settings(self._options, self.named)
                self._texts = Texts(settings, story=self._story, environ=os.environ)
            self._known[url] = self._texts.fetch(url)
        return self._known[url]

    @property
    def digest(self) -> str:
        """Return what tells all that was fetched so far from everything else; "" where that is nothing."""
        if not self._known:
            return ""
        from hashlib import sha256

        return sha256(repr(sorted(self._known.items())).encode("utf-8", "surrogateescape")).hexdigest()

    def read_ahead(self, environ: Mapping[str, str]) -> str:
        """Fetch what the command names and what that includes; return the :attr:`digest` of it.

        Raises:
            PybuildsyncError: something of it can't be had, or is no requirement file.

        """
        from pybuildsync.project.lock_files import is_lock_file, split_extras
        from pybuildsync.project.requirement_files import read_requirement_file

        for url in self.named:
            place, _ = split_extras(url)
            if is_lock_file(place):
                self.fetch(place)
            else:
                read_requirement_file(url, environ=environ, fetch=self.fetch)
        return self.digest
