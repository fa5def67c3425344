"""Source trees out of version control: git, Mercurial, Subversion and Bazaar, by their own commands found on ``PATH``.

What is checked out, and how, is as pip has it: git clones without the contents of other revisions, submodules are
brought along, Subversion's credentials go beside the URL. No command asks anybody anything, and no credentials are
told.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pybuildsync.core.direct_references import Reference
from pybuildsync.errors import EnvironmentFault, PackageError, without_credentials

_NAMES = {"git": "git", "hg": "Mercurial", "svn": "Subversion", "bzr": "Bazaar"}
_PARTIAL_CLONE = (2, 17)  # the first git that knows them
# What pip heeds, under pip's name: there are servers that answer a partial clone wrongly.
_WHOLE_CLONES = "PIP_NO_PARTIAL_CLONE_FOR_BROKEN_GIT_SERVER"
_COMMIT = re.compile(r"[0-9a-fA-F]{40}\Z")
_MOST_SAID = 20  # lines of what a command said


class Command(NamedTuple):
    """How commands of version control are run: the environment variables, and who runs them."""

    environ: Mapping[str, str]
    run: Callable[..., "subprocess.CompletedProcess[bytes]"] = subprocess.run

    def call(self, *words: str, cwd: str | None = None, accept: Sequence[int] = (0,)) -> str:
        """Return what the command line *words* wrote to its output.

        Raises:
            EnvironmentFault: there is no such command.
            PackageError: it ended with a status that *accept* doesn't hold.

        """
        try:
            done = self.run(words, cwd=cwd, env=_quiet(self.environ), stdin=subprocess.DEVNULL, capture_output=True)
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise EnvironmentFault(
                f"{_NAMES[words[0]]} is needed, and there is no command {words[0]!r} that can be run",
                why=str(error),
                hint=f"install {_NAMES[words[0]]}, and see that {words[0]!r} is on PATH",
            ) from error
        if done.returncode not in accept:
            said = (done.stderr + done.stdout).decode("utf-8", "replace").strip().splitlines()
            raise PackageError(
                f"{_NAMES[words[0]]} has failed (exit status {done.returncode})",
                why="\n".join([f"$ {without_credentials(' '.join(_told(words)))}", *said[-_MOST_SAID:]]),
                hint="check the address, the revision, and that you may read it without being asked for a password",
            )
        return done.stdout.decode("utf-8", "surrogateescape")


def check_out(reference: Reference, folder: str, command: Command) -> str:
    """Check out *reference* into *folder*, which doesn't exist yet; return the id of the revision that is there now.

    Raises:
        EnvironmentFault: the command is missing.
        PackageError: it failed.

    """
    _WAYS[reference.vcs].check_out(reference, folder, command)
    return revision_of(reference.vcs, folder, command)


def update(reference: Reference, folder: str, command: Command) -> None:
    """Bring the checkout in *folder* to what *reference* says, if it isn't there; raises as :func:`check_out`."""
    _WAYS[reference.vcs].update(reference, folder, command)


def revision_of(vcs: str, folder: str, command: Command) -> str:
    """Return the id of the revision in *folder*: a commit for git, a changeset for Mercurial, else a number."""
    return _WAYS[vcs].revision(folder, command).strip()


def origin_of(vcs: str, folder: str, command: Command) -> str:
    """Return the URL that the checkout in *folder* is of, "" if it has none."""
    return _as_url(_WAYS[vcs].origin(folder, command).strip())


def is_fixed(reference: Reference, folder: str, commit: str, command: Command) -> bool:
    """Whether *reference* names the very *commit* in *folder*, and no branch or tag that is called like it."""
    if reference.vcs != "git" or reference.revision.lower() != commit or not _COMMIT.match(commit):
        return False
    return not _git_ref(folder, reference.revision, command)[0]


def vcs_of(folder: str) -> tuple[str, str]:
    """Return which version control *folder* is under, and the root of its checkout; ("", "") for none."""
    here = os.path.abspath(folder)
    while True:
        for vcs in _WAYS:
            if os.path.exists(os.path.join(here, f".{vcs}")):
                return vcs, here
        above = os.path.dirname(here)
        if above == here:
            return "", ""
        here = above


def _quiet(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* without what would lead git to another repository, and so that nobody is asked anything."""
    kept = {name: value for name, value in environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "HGPLAIN": "1"}


def _told(words: Sequence[str]) -> list[str]:
    """Return *words* as they may be printed."""
    return ["****" if before == "--password" else word for before, word in zip(("", *words), words, strict=False)]


def _as_url(text: str) -> str:
    """Return the URL for what a checkout says of its origin: a URL, a path, or ``user@host:path``."""
    if not text or re.match(r"[\w+.-]+://", text):
        return text
    if os.path.exists(text):
        from pathlib import Path

        return Path(os.path.abspath(text)).as_uri()
    short = re.fullmatch(r"(\w+@)?([^/:]+):(\w[^:]*)", text)
    return f"ssh://{short[1] or ''}{short[2]}/{short[3]}" if short else ""


# git


def _git_check_out(reference: Reference, folder: str, command: Command) -> None:
    partial = ["--filter=blob:none"] if _clones_partially(command) else []
    command.call("git", "clone", *partial, "--quiet", reference.url, folder)
    if reference.revision:
        commit, is_branch = _git_resolve(reference, folder, command)
        if not is_branch:
            if commit != _git_revision(folder, command).strip():
                command.call("git", "checkout", "-q", commit, cwd=folder)
        elif _git_branch(folder, command) != reference.revision:
            tracked = f"origin/{reference.revision}"
            command.call("git", "checkout", "-q", "-b", reference.revision, "--track", tracked, cwd=folder)
    _git_submodules(folder, command)


def _git_update(reference: Reference, folder: str, command: Command) -> None:
    if reference.revision and _git_revision(folder, command).strip() == reference.revision:
        return
    command.call("git", "fetch", "--tags", "-q", cwd=folder)
    commit = _git_resolve(reference, folder, command)[0] if reference.revision else "HEAD"
    if not reference.revision:
        upstream = command.call("git", "rev-parse", "-q", "--verify", "origin/HEAD^{commit}", cwd=folder, accept=(0, 1))
        commit = upstream.strip() or commit
    command.call("git", "reset", "--hard", "-q", commit, cwd=folder)
    _git_submodules(folder, command)


def _git_resolve(reference: Reference, folder: str, command: Command) -> tuple[str, bool]:
    """Return the commit that a revision names, fetched if need be, and whether it is a branch of the origin."""
    revision = reference.revision
    commit, is_branch = _git_ref(folder, revision, command)
    if commit:
        return commit, is_branch
    if revision.startswith("refs/") or (_COMMIT.match(revision) and not _git_has(folder, revision, command)):
        command.call("git", "fetch", "-q", reference.url, revision, cwd=folder)
        return command.call("git", "rev-parse", "FETCH_HEAD", cwd=folder).strip(), False
    return revision, False


def _git_ref(folder: str, revision: str, command: Command) -> tuple[str, bool]:
    """Return the commit of the branch or tag *revision*, "" if there is none, and whether it is a branch."""
    said = command.call("git", "show-ref", revision, cwd=folder, accept=(0, 1))
    refs = {name: commit for commit, _, name in (line.partition(" ") for line in said.split("\n") if line)}
    branch = refs.get(f"refs/remotes/origin/{revision}")
    return (branch, True) if branch else (refs.get(f"refs/tags/{revision}", ""), False)


def _git_has(folder: str, commit: str, command: Command) -> bool:
    found = command.call("git", "cat-file", "-t", commit, cwd=folder, accept=(0, 1, 128))
    return found.strip() == "commit"


def _git_branch(folder: str, command: Command) -> str:
    name = command.call("git", "symbolic-ref", "-q", "HEAD", cwd=folder, accept=(0, 1)).strip()
    return name.removeprefix("refs/heads/")


def _git_revision(folder: str, command: Command) -> str:
    return command.call("git", "rev-parse", "HEAD", cwd=folder)


def _git_origin(folder: str, command: Command) -> str:
    said = command.call("git", "config", "--get-regexp", r"remote\..*\.url", cwd=folder, accept=(0, 1))
    remotes = [line.partition(" ")[::2] for line in said.splitlines()]
    return dict(remotes).get("remote.origin.url", remotes[0][1] if remotes else "")


def _git_submodules(folder: str, command: Command) -> None:
    if os.path.exists(os.path.join(folder, ".gitmodules")):
        command.call("git", "submodule", "update", "--init", "--recursive", "-q", cwd=folder)


def _clones_partially(command: Command) -> bool:
    if command.environ.get(_WHOLE_CLONES, "").lower() in ("1", "y", "yes", "t", "true", "on"):
        return False
    found = re.match(r"git version (\d+)\.(\d+)", command.call("git", "version"))
    return found is not None and (int(found[1]), int(found[2])) >= _PARTIAL_CLONE


# Mercurial, Subversion, Bazaar


def _hg_check_out(reference: Reference, folder: str, command: Command) -> None:
    command.call("hg", "--noninteractive", "clone", "--noupdate", "--quiet", reference.url, folder)
    _hg_switch(reference, folder, command)


def _hg_update(reference: Reference, folder: str, command: Command) -> None:
    command.call("hg", "--noninteractive", "pull", "--quiet", cwd=folder)
    _hg_switch(reference, folder, command)


def _hg_switch(reference: Reference, folder: str, command: Command) -> None:
    revision = [f"--rev={reference.revision}"] if reference.revision else []
    command.call("hg", "--noninteractive", "update", "--quiet", *revision, cwd=folder)


def _hg_revision(folder: str, command: Command) -> str:
    return command.call("hg", "parents", "--template={node}", cwd=folder)


def _hg_origin(folder: str, command: Command) -> str:
    return command.call("hg", "showconfig", "paths.default", cwd=folder, accept=(0, 1))


def _svn_check_out(reference: Reference, folder: str, command: Command) -> None:
    url, options = _svn_options(reference)
    command.call("svn", "checkout", "--quiet", *options, url, folder)


def _svn_update(reference: Reference, folder: str, command: Command) -> None:
    command.call("svn", "update", "--quiet", *_svn_options(reference)[1], folder)


def _svn_options(reference: Reference) -> tuple[str, list[str]]:
    """Return the URL without credentials, and the options that hold them and the revision; ssh keeps a user's name."""
    from urllib.parse import unquote

    options = ["--non-interactive", *(["-r", reference.revision] if reference.revision else [])]
    scheme, mark, rest = reference.url.partition("://")
    authority, slash, path = rest.partition("/")
    userinfo, at, host = authority.rpartition("@")
    if not at or scheme == "svn+ssh":
        return reference.url, options
    user, colon, password = userinfo.partition(":")
    options += ["--username", unquote(user)] if user else []
    options += ["--password", unquote(password)] if colon else []
    return f"{scheme}{mark}{host}{slash}{path}", options


def _svn_revision(folder: str, command: Command) -> str:
    found = re.findall(r'\srevision="(\d+)"', command.call("svn", "info", "--xml", folder))
    return str(max(map(int, found), default=0))


def _svn_origin(folder: str, command: Command) -> str:
    found = re.search(r"<url>(.*)</url>", command.call("svn", "info", "--xml", folder))
    return found[1] if found else ""


def _bzr_check_out(reference: Reference, folder: str, command: Command) -> None:
    command.call("bzr", "checkout", "--lightweight", "--quiet", *_bzr_revision_option(reference), reference.url, folder)


def _bzr_update(reference: Reference, folder: str, command: Command) -> None:
    command.call("bzr", "update", "-q", *_bzr_revision_option(reference), cwd=folder)


def _bzr_revision_option(reference: Reference) -> list[str]:
    return ["-r", reference.revision] if reference.revision else []


def _bzr_revision(folder: str, command: Command) -> str:
    return command.call("bzr", "revno", cwd=folder).splitlines()[-1]


def _bzr_origin(folder: str, command: Command) -> str:
    for line in command.call("bzr", "info", cwd=folder).splitlines():
        for label in ("checkout of branch: ", "parent branch: "):
            if line.strip().startswith(label):
                return line.strip().removeprefix(label)
    return ""


class _Way(NamedTuple):
    """How one version control does it; *origin* and *revision* print it."""

    check_out: Callable[[Reference, str, Command], None]
    update: Callable[[Reference, str, Command], None]
    revision: Callable[[str, Command], str]
    origin: Callable[[str, Command], str]


_WAYS = {
    "git": _Way(_git_check_out, _git_update, _git_revision, _git_origin),
    "hg": _Way(_hg_check_out, _hg_update, _hg_revision, _hg_origin),
    "svn": _Way(_svn_check_out, _svn_update, _svn_revision, _svn_origin),
    "bzr": _Way(_bzr_check_out, _bzr_update, _bzr_revision, _bzr_origin),
}
