"""``freeze``: what is installed, as requirement lines that give the same again.

What came from somewhere else than an index says so (PEP 610): ``NAME @ URL``, ``-e FOLDER``.
"""

from collections.abc import Mapping
from typing import Any

from pybuildsync.commands.options import FreezeOptions
from pybuildsync.commands.results import FreezeResult
from pybuildsync.commands.surroundings import editable_folder, look_around, without
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import InstalledDistribution, direct_url

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
    return FreezeResult(lines=tuple(_line(one) for one in without(found, excluded)))


def _line(distribution: InstalledDistribution) -> str:
    folder = editable_folder(distribution)
    if folder:
        return f"-e {folder}"
    origin = direct_url(distribution)
    if origin is None:
        return f"{distribution.name}=={distribution.version}"
    return f"{distribution.name} @ {_url(origin)}"


def _url(origin: Mapping[str, Any]) -> str:
    """Return the URL of PEP 508 for the contents of ``direct_url.json``."""
    url = str(origin.get("url", ""))
    checkout, archive = origin.get("vcs_info"), origin.get("archive_info")
    if isinstance(checkout, dict):
        url = f"{checkout.get('vcs', 'git')}+{url}@{checkout.get('commit_id', '')}"
    fragments = []
    if isinstance(archive, dict):
        hashes = archive.get("hashes")
        if isinstance(hashes, dict) and hashes:
            fragments = [f"{algorithm}={digest}" for algorithm, digest in sorted(hashes.items())][:1]
        elif archive.get("hash"):
            fragments = [str(archive["hash"])]
    if origin.get("subdirectory"):
        fragments.append(f"subdirectory={origin['subdirectory']}")
    return url + ("#" + "&".join(fragments) if fragments else "")
