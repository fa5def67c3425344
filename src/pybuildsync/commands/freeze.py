"""``freeze``: what is installed, as requirement lines that give the same again.

What came from somewhere else than an index says so (PEP 610): ``NAME @ URL``; of an editable installation the
repository and the commit of its folder (``-e git+URL@COMMIT#egg=NAME``), or ``-e FOLDER`` where there is none.
"""

import os

from pybuildsync.commands.options import FreezeOptions
from pybuildsync.commands.results import FreezeResult
from pybuildsync.commands.surroundings import Within, editable_folder, look_around, stated
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import InstalledDistribution
from pybuildsync.pipeline.origins import origin_of

# What pip's freeze leaves out as well, unless asked for --all: what installs, not what runs. Environments had the
# second row from the start before Python 3.12.
_TOOLS = ("pip",)
_TOOLS_BEFORE_312 = ("distribute", "setuptools", "wheel")
_WITHOUT_SETUPTOOLS = (3, 12)


def run(options: FreezeOptions, story: Story) -> FreezeResult:
    """Return one line for each distribution, by name, those that requirement files name in their order first.

    Raises:
        RequestError: a requirement file can't be read, or options don't go together.
        EnvironmentFault: there is no such interpreter.

    """
    within = Within(local=options.local, user=options.user, paths=options.paths)
    interpreter, found = look_around(options.python, options.store, story, within)
    tools = _TOOLS + (_TOOLS_BEFORE_312 if interpreter.release[:2] < _WITHOUT_SETUPTOOLS else ())
    names = {one.name: stated(one)[0] for one in found}
    blocks = {
        one.name: _lines(one, names[one.name])
        for one in sorted(found, key=lambda one: names[one.name].lower())
        if not (options.exclude_editable and editable_folder(one))
    }
    excluded = {*map(normalize_name, options.excluded), *(() if options.all else tools)}
    lines: list[str] = []
    if options.requirement_files:
        from pybuildsync.commands.freezing import lines_in_order

        lines += lines_in_order(options.requirement_files, blocks, story)
    return FreezeResult(lines=(*lines, *(line for name in blocks if name not in excluded for line in blocks[name])))


def _lines(distribution: InstalledDistribution, name: str) -> tuple[str, ...]:
    """Return the line for *distribution*, called *name*.

    Before it stands, as pip has it, why it tells a folder and not a repository.
    """
    folder = editable_folder(distribution)
    if folder:
        from pybuildsync.frontend.checkouts import Command
        from pybuildsync.frontend.working_copies import describe

        where, why = describe(folder, name, Command(os.environ))
        comment = (f"# {why} ({name}=={distribution.version})",) if why else ()
        return (*comment, f"-e {where}")
    origin, _ = origin_of(distribution)
    if not origin:
        return (f"{name}=={distribution.version}",)
    return (f"{name} @ {origin}",)
