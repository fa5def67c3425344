"""``list``: what is installed."""

from pybuildsync.commands.options import ListOptions
from pybuildsync.commands.results import Listed, ListResult
from pybuildsync.commands.surroundings import editable_folder, look_around, required_by, without
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import installer


def run(options: ListOptions, story: Story) -> ListResult:
    """Return what is installed, by name; raises EnvironmentFault if there is no such interpreter."""
    interpreter, found = look_around(options.python, options.store, story)
    chosen = without(found, options.excluded)
    if options.not_required:
        wanted = required_by(found, dict(interpreter.target.markers))
        chosen = tuple(one for one in chosen if one.name not in wanted)
    listed = tuple(
        Listed(
            name=one.name,
            version=one.version,
            location=one.location,
            editable=editable_folder(one),
            installer=installer(one),
        )
        for one in chosen
    )
    return ListResult(distributions=tuple(one for one in listed if one.editable or not options.editable_only))
