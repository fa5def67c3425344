"""Checkouts that people work in: those of editable installations, kept under ``--src`` from one install to the next.

As pip has it: what is there and of the same repository is brought to the revision that is asked for; anything else is
left alone, for its owner to decide.
"""

import os
from urllib.parse import quote, unquote

from pybuildsync.core.direct_references import Reference
from pybuildsync.errors import EnvironmentFault, PybuildsyncError
from pybuildsync.frontend.checkouts import Command, check_out, origin_of, revision_of, update, vcs_of


def obtain(reference: Reference, folder: str, command: Command) -> None:
    """Have the checkout of *reference* in *folder*.

    Raises:
        EnvironmentFault: something else is in that folder, or the command is missing.
        PackageError: the command failed.

    """
    if not os.path.exists(folder):
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        check_out(reference, folder, command)
        return
    if not os.path.exists(os.path.join(folder, f".{reference.vcs}")):
        raise _in_the_way(folder, "it is no checkout", reference)
    origin = origin_of(reference.vcs, folder, command)
    if _plain(origin) != _plain(reference.url):
        raise _in_the_way(folder, f"it is a checkout of {origin or 'nothing that has a URL'}", reference)
    update(reference, folder, command)


def intent(reference: Reference, folder: str) -> str:
    """Return what is to be done to have the checkout of *reference* in *folder*, in words."""
    at = f" at {reference.revision}" if reference.revision else ""
    if os.path.exists(folder):
        return f"updating {folder}{at}"
    return f"checking out {reference.shown}{at} into {folder}"


def describe(folder: str, name: str, command: Command) -> tuple[str, str]:
    """Return what stands behind ``-e`` to get the checkout around *folder*, of the project *name*, and a comment on it.

    A URL of version control; or the folder itself where there is none, and then the comment says why.
    """
    vcs, root = vcs_of(folder)
    if not vcs:
        return folder, "Editable install with no version control"
    try:
        origin = origin_of(vcs, folder, command)
        commit = revision_of(vcs, folder, command)
    except PybuildsyncError as error:
        return folder, f"Editable install of which {vcs} tells nothing: {error.what}"
    if not origin:
        return folder, f"Editable {vcs.capitalize()} install with no remote"
    below = os.path.relpath(_project_root(folder, root), root)
    url = origin if origin.startswith(f"{vcs}+") else f"{vcs}+{origin}"
    subdirectory = "" if below == os.curdir else f"&subdirectory={below.replace(os.sep, '/')}"
    return f"{url}@{quote(commit, '/')}#egg={name.replace('-', '_')}{subdirectory}", ""


def _project_root(folder: str, root: str) -> str:
    """Return the folder of the project that *folder*, in the checkout *root*, belongs to."""
    here = os.path.abspath(folder)
    while here != root:
        if any(os.path.exists(os.path.join(here, name)) for name in ("pyproject.toml", "setup.py")):
            return here
        here = os.path.dirname(here)
    return root


def _plain(url: str) -> str:
    """Return *url* as two of one repository are compared."""
    return unquote(url).rstrip("/")


def _in_the_way(folder: str, why: str, reference: Reference) -> EnvironmentFault:
    return EnvironmentFault(
        f"{folder} is in the way of the checkout of {reference.shown}",
        why=why,
        hint="move it away, or check out elsewhere with --src",
    )
