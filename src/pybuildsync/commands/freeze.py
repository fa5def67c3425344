"""``freeze``: what is installed, as requirement lines that give the same again.

What came from somewhere else than an index says so (PEP 610): ``NAME @ URL``; of an editable installation the
repository and the commit of its folder (``-e git+URL@COMMIT#egg=NAME``), or ``-e FOLDER`` where there is none.
"""

import os

from pybuildsync.commands.options import FreezeOptions
from pybuildsync.commands.results import FreezeResult
from pybuildsync.commands.surroundings import editable_folder, look_around, without
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import InstalledDistribution
from pybuildsync.pipeline.origins import origin_of

# What pip's freeze leaves out as well, unless asked for --all: what installs, not what runs. Environments had the
# second row from the start before Python 3.12.
_TOOLS = ("pip",)
_TOOLS_BEFORE_312 = ("distribute", "setuptools", "wheel")
_WITHOUT_SETUPTOOLS = (3, 12)


def run(options: FreezeOptions, story: Story) -> FreezeResult:
    """Return one line for each distribution, by name; raises EnvironmentFault if there is no such interpreter."""
    interpreter, found = look_around(options.python, options.store, story)
    tools = _TOOLS + (_TOOLS_BEFORE_312 if interpreter.release[:2] < _WITHOUT_SETUPTOOLS else ())
    excluded = options.excluded + (() if options.all else tools)
    return FreezeResult(lines=tuple(line for one in without(found, excluded) for line in _lines(one)))


def _lines(distribution: InstalledDistribution) -> tuple[str, ...]:
    """Return the line for *distribution*, and before it, as pip has it, why it tells a folder and not a repository."""
    folder = editable_folder(distribution)
    if folder:
        from pybuildsync.frontend.checkouts import Command
        from pybuildsync.frontend.working_copies import describe

        where, why = describe(folder, distribution.name, Command(os.environ))
        comment = (f"# {why} ({distribution.name}=={distribution.version})",) if why else ()
        return (*comment, f"-e {where}")
    origin, _ = origin_of(distribution)
    if not origin:
        return (f"{distribution.name}=={distribution.version}",)
    return (f"{distribution.name} @ {origin}",)
