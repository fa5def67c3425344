"""``list``: what is installed, and, where that is asked for, what an index has newer."""

from pybuildsync.commands.options import InstallOptions, ListOptions
from pybuildsync.commands.results import Listed, ListResult
from pybuildsync.commands.surroundings import Within, editable_folder, look_around, required_by, stated, without
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import InstalledDistribution, installer, read_text
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.errors import RequestError


def run(options: ListOptions, story: Story) -> ListResult:
    """Return what is installed, by name; with ``outdated`` or ``uptodate`` only what is that.

    Raises:
        RequestError: options don't go together.
        EnvironmentFault: there is no such interpreter.
        IndexFault: an index can't be asked.

    """
    if options.outdated and options.uptodate:
        raise RequestError("Options --outdated and --uptodate cannot be combined.", hint="leave one of them out")
    within = Within(local=options.local, user=options.user, paths=options.paths)
    interpreter, found = look_around(options.python, options.store, story, within)
    chosen = found
    if options.not_required:
        wanted = required_by(found, dict(interpreter.target.markers))
        chosen = tuple(one for one in chosen if one.name not in wanted)
    chosen = without(chosen, options.excluded)
    listed = tuple(one for one in map(_listed, chosen) if _is_wanted(one, options))
    if options.outdated or options.uptodate:
        listed = _compared(listed, options, interpreter, story)
    return ListResult(distributions=listed, outdated=options.outdated)


def _listed(distribution: InstalledDistribution) -> Listed:
    name, version = stated(distribution)
    wheel = read_fields(read_text(distribution, "WHEEL"))
    return Listed(
        name=name,
        version=distribution.version,
        location=distribution.location,
        editable=editable_folder(distribution),
        installer=installer(distribution),
        stated_version=version,
        build=wheel.get("build", ("",))[0],
    )


def _is_wanted(one: Listed, options: ListOptions) -> bool:
    return options.include_editable if one.editable else not options.editable_only


def _compared(
    listed: tuple[Listed, ...], options: ListOptions, interpreter: Interpreter, story: Story
) -> tuple[Listed, ...]:
    """Return those of *listed* that are outdated, or up to date, each with the newest that could be installed."""
    from pybuildsync.commands.offered import open_offers
    from pybuildsync.core.version_sets import order_key

    asked = InstallOptions(
        selection=options.selection, indexes=options.indexes, python=options.python, store=options.store
    )
    found: list[Listed] = []
    with open_offers(asked, interpreter, story) as offers:
        offers.expect(normalize_name(one.name) for one in listed)
        for one in listed:
            latest = offers.latest(normalize_name(one.name))
            if latest is None:
                continue
            here, there = order_key(one.version), order_key(latest.version)
            if here < there if options.outdated else here == there:
                found.append(one._replace(latest=latest.version, filetype="wheel" if latest.file else "sdist"))
    return tuple(found)
