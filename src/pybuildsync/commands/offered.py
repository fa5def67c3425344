"""What the indexes offer of a project that could be installed here, without resolving anything.

A release counts as it does in pip's ``index versions`` and ``list --outdated``: it isn't yanked, it has a wheel that
fits or a source that may be built, and accepts this Python. Pre-releases only count where options say so.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pybuildsync.commands.inputs import read_inputs
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.workbench import Workbench, open_workbench
from pybuildsync.core.offers import Offers, Pick
from pybuildsync.core.story import Story
from pybuildsync.core.variants import Facts
from pybuildsync.core.version_sets import is_pre_release
from pybuildsync.environments.interpreters import Interpreter


class Offered:
    """The releases that a workbench can have."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._offers = Offers(bench.goal, bench.shop.knowledge, Facts(), frozenset())

    def expect(self, projects: Iterable[str]) -> None:
        """Say that *projects* (normalised) will be asked about."""
        self._bench.shop.client.expect(projects)

    def releases(self, project: str) -> Iterator[Pick]:
        """Yield what could be installed of *project* (normalised), newest first.

        Raises:
            IndexFault: an index can't be asked.

        """
        shelf = self._offers.shelf(project, building=False)
        admitted = bool(self._bench.goal.releases.pre_releases(project))
        for position, version in enumerate(shelf.versions):
            if admitted or not is_pre_release(version):
                pick = self._offers.pick(project, position + 1, building=False)
                if isinstance(pick, Pick):
                    yield pick

    def latest(self, project: str) -> Pick | None:
        """Return what would be taken first of *project* (normalised), None for nothing; raises as `releases`."""
        found: Pick | None = None
        for pick in self.releases(project):
            if pick.file is not None or not self._bench.goal.prefer_wheels:
                return pick
            found = found or pick
        return found


@contextmanager
def open_offers(options: InstallOptions, interpreter: Interpreter, story: Story) -> Iterator[Offered]:
    """Yield what *interpreter* is offered under *options*, of which index, selection, tags and store count.

    Raises:
        UsageError: an option's value is not what it should be.

    """
    import os

    inputs = read_inputs((), (), (), os.environ)
    with (
        open_store(options.store) as store,
        open_workbench(
            store,
            interpreter,
            options=options,
            inputs=inputs,
            story=story,
            environ=os.environ,
            tags=options.tags,
        ) as bench,
    ):
        yield Offered(bench)
