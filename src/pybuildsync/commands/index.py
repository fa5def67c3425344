"""``index versions``: which releases of a project could be installed, and which one is."""

from pybuildsync.commands.offered import open_offers
from pybuildsync.commands.options import IndexVersionsOptions, InstallOptions
from pybuildsync.commands.results import VersionsResult
from pybuildsync.commands.surroundings import look_around
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story
from pybuildsync.errors import RequestError


def run_versions(options: IndexVersionsOptions, story: Story) -> VersionsResult:
    """Return the versions of a project, newest first.

    Raises:
        RequestError: there is none.
        EnvironmentFault: there is no such interpreter.
        IndexFault: an index can't be asked.

    """
    interpreter, found = look_around(options.python, options.store, story)
    asked = InstallOptions(
        selection=options.selection,
        tags=options.tags,
        indexes=options.indexes,
        python=options.python,
        store=options.store,
    )
    name = normalize_name(options.name)
    with open_offers(asked, interpreter, story) as offers:
        versions = tuple(pick.version for pick in offers.releases(name))
    if not versions:
        raise RequestError(
            f"No matching distribution found for {options.name}",
            why="no index has a release of it that could be installed here",
            hint="check the name; pre-releases count with --pre",
        )
    here = next((one.version for one in found if one.name == name), "")
    return VersionsResult(name=options.name, versions=versions, installed=here)
