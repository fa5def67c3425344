"""Checkouts: git for real, the others by the command lines that they are given."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from commands.repositories import commit, git, make_repository

from pybuildsync.core.direct_references import parse_reference
from pybuildsync.errors import EnvironmentFault, PackageError
from pybuildsync.frontend.checkouts import Command, check_out, is_fixed, origin_of, revision_of, update, vcs_of
from pybuildsync.frontend.working_copies import describe, intent, obtain

SVN_INFO = '<entry revision="12"><url>https://x.example/a</url><commit revision="7"></commit></entry>'
SVN_OPTIONS = "--non-interactive -r 12 --username us@er --password pass"
BZR_INFO = "Lightweight checkout (format: 2a)\nLocation:\n  checkout of branch: bzr+ssh://x.example/a\n"


@dataclass
class Recorded:
    """Commands that are written down instead of run; ``says`` are the outputs, by what a command line has in it."""

    says: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    environs: list[dict[str, str]] = field(default_factory=list)
    status: int = 0

    def __call__(
        self, words: tuple[str, ...], *, cwd: str | None, env: dict[str, str], **_more: object
    ) -> "subprocess.CompletedProcess[bytes]":
        """Write a command line down."""
        self.lines.append(" ".join(words) + (f" in {cwd}" if cwd else ""))
        self.environs.append(env)
        said = next((text for part, text in self.says.items() if part in self.lines[-1]), "")
        return subprocess.CompletedProcess(words, self.status, said.encode(), b"it went wrong")


def command() -> Command:
    """Return real commands."""
    return Command(os.environ)


@pytest.mark.parametrize(
    ("url", "lines", "commit_id"),
    [
        (
            "hg+https://x.example/a@v1",
            [
                "hg --noninteractive clone --noupdate --quiet https://x.example/a /there",
                "hg --noninteractive update --quiet --rev=v1 in /there",
                "hg parents --template={node} in /there",
            ],
            "abc",
        ),
        (
            "svn+https://us%40er:pass@x.example/a@12",
            [
                f"svn checkout --quiet {SVN_OPTIONS} https://x.example/a /there",
                "svn info --xml /there",
            ],
            "12",
        ),
        (
            "svn+ssh://user@x.example/a",
            ["svn checkout --quiet --non-interactive svn+ssh://user@x.example/a /there", "svn info --xml /there"],
            "12",
        ),
        (
            "bzr+https://x.example/a@3",
            ["bzr checkout --lightweight --quiet -r 3 https://x.example/a /there", "bzr revno in /there"],
            "3",
        ),
        (
            "git+https://x.example/a",
            [
                "git version",
                "git clone --filter=blob:none --quiet https://x.example/a /there",
                "git rev-parse HEAD in /there",
            ],
            "def",
        ),
    ],
)
def test_checking_out(url: str, lines: list[str], commit_id: str) -> None:
    """The command lines of each, and the revision that they tell; nobody is asked anything."""
    run = Recorded(
        {
            "parents": "abc",
            "info": SVN_INFO,
            "revno": "note\n3\n",
            "version": "git version 2.39.5",
            "rev-parse": "def\n",
        }
    )
    assert check_out(parse_reference(url), "/there", Command({"GIT_DIR": "/x", "HOME": "/h"}, run)) == commit_id
    assert run.lines == lines
    assert run.environs[0] == {"HOME": "/h", "GIT_TERMINAL_PROMPT": "0", "HGPLAIN": "1"}


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        (
            "hg+https://x.example/a",
            ["hg --noninteractive pull --quiet in /there", "hg --noninteractive update --quiet in /there"],
        ),
        ("svn+https://x.example/a@12", ["svn update --quiet --non-interactive -r 12 /there"]),
        ("bzr+https://x.example/a", ["bzr update -q in /there"]),
    ],
)
def test_updating(url: str, lines: list[str]) -> None:
    """The command lines that bring a checkout to a revision."""
    run = Recorded()
    update(parse_reference(url), "/there", Command({}, run))
    assert run.lines == lines


def test_where_checkouts_are_from() -> None:
    """URLs, as the commands tell them."""
    run = Recorded({"showconfig": "https://x.example/a\n", "svn info": SVN_INFO, "bzr info": BZR_INFO})
    found = {vcs: origin_of(vcs, "/there", Command({}, run)) for vcs in ("hg", "svn", "bzr")}
    assert found == {"hg": "https://x.example/a", "svn": "https://x.example/a", "bzr": "bzr+ssh://x.example/a"}
    silent = Command({}, Recorded())
    assert {origin_of(vcs, "/there", silent) for vcs in ("git", "hg", "svn", "bzr")} == {""}


@pytest.mark.parametrize(
    ("environ", "version", "flag"),
    [
        ({}, "git version 2.39.5", True),
        ({}, "git version 2.16.1", False),
        ({}, "git version", False),
        ({"PIP_NO_PARTIAL_CLONE_FOR_BROKEN_GIT_SERVER": "1"}, "git version 2.39.5", False),
    ],
)
def test_partial_clones(environ: dict[str, str], version: str, flag: bool) -> None:  # noqa: FBT001 - a table
    """Where git can, and pip's variable doesn't forbid it."""
    run = Recorded({"version": version})
    check_out(parse_reference("git+https://x.example/a"), "/there", Command(environ, run))
    assert any("--filter=blob:none" in line for line in run.lines) == flag


def test_a_command_that_fails_or_is_missing() -> None:
    """The error has what was said, and no credentials; or what to install."""
    reference = parse_reference("svn+https://user:secret@x.example/a")
    with pytest.raises(PackageError) as failed:
        check_out(reference, "/there", Command({}, Recorded(status=1)))
    assert "--password **** https://x.example/a /there\nit went wrong" in failed.value.why
    assert "secret" not in str(failed.value)
    with pytest.raises(EnvironmentFault) as missing:
        check_out(reference, "/there", Command({"PATH": "/nowhere"}))
    assert "there is no command 'svn' that can be run" in missing.value.what


# git, for real


def test_revisions_of_git(tmp_path: Path) -> None:
    """Branches, tags, commits, references; a branch is one that is followed."""
    first = make_repository(tmp_path / "a", {"x": b"1"})
    git(tmp_path / "a", "tag", "-a", "v1", "-m", "v1")
    git(tmp_path / "a", "checkout", "-q", "-b", "next")
    second = commit(tmp_path / "a", {"x": b"2"})
    git(tmp_path / "a", "update-ref", "refs/pull/1/head", commit(tmp_path / "a", {"x": b"3"}))
    third = git(tmp_path / "a", "rev-parse", "HEAD")
    git(tmp_path / "a", "reset", "-q", "--hard", second)
    git(tmp_path / "a", "checkout", "-q", "main")
    for at, (revision, expected) in enumerate(
        [("", first), ("main", first), ("next", second), ("v1", first), (second, second), (second[:9], second),
         ("refs/pull/1/head", third)]
    ):  # fmt: skip
        reference = parse_reference(f"git+file://{tmp_path}/a" + (f"@{revision}" if revision else ""))
        folder = str(tmp_path / f"checkout-{at}")
        assert check_out(reference, folder, command()) == expected
        assert is_fixed(reference, folder, expected, command()) == (revision == second)
        assert origin_of("git", folder, command()) == f"file://{tmp_path}/a"
    assert git(tmp_path / "checkout-2", "rev-parse", "--abbrev-ref", "HEAD") == "next"
    with pytest.raises(PackageError, match="git has failed"):
        check_out(parse_reference(f"git+file://{tmp_path}/a@nothing"), str(tmp_path / "none"), command())


def test_bringing_a_checkout_up_to_date(tmp_path: Path) -> None:
    """To where the branch is now, or to another revision; what is there already is left."""
    first = make_repository(tmp_path / "a", {"x": b"1"})
    url = f"git+file://{tmp_path}/a"
    folder = str(tmp_path / "src" / "a")
    told: list[str] = []

    def bring(reference: str) -> None:
        told.append(intent(parse_reference(reference), folder))
        obtain(parse_reference(reference), folder, command())

    bring(url)
    second = commit(tmp_path / "a", {"x": b"2"})
    bring(url)
    assert revision_of("git", folder, command()) == second
    bring(f"{url}@{first}")
    assert revision_of("git", folder, command()) == first
    (tmp_path / "a").rename(tmp_path / "b")
    bring(f"{url}@{first}")  # without asking
    assert told == [
        f"checking out file://{tmp_path}/a into {folder}", f"updating {folder}",
        *[f"updating {folder} at {first}"] * 2,
    ]  # fmt: skip


def test_what_is_in_the_way(tmp_path: Path) -> None:
    """Is left there, whatever it is."""
    make_repository(tmp_path / "a", {"x": b"1"})
    (tmp_path / "src").mkdir()
    for url, why in ((f"git+file://{tmp_path}/a", "no checkout"), ("hg+https://x.example/a", "no checkout")):
        with pytest.raises(EnvironmentFault) as caught:
            obtain(parse_reference(url), str(tmp_path / "src"), command())
        assert why in caught.value.why
    with pytest.raises(EnvironmentFault) as caught:
        obtain(parse_reference("git+https://x.example/a"), str(tmp_path / "a"), command())
    assert "a checkout of nothing that has a URL" in caught.value.why


def test_what_a_folder_is_a_checkout_of(tmp_path: Path) -> None:
    """The repository, the commit and the project's place in it; else why there is none."""
    first = make_repository(tmp_path / "a", {"below/pyproject.toml": b"", "below/src/x.py": b""})
    git(tmp_path, "clone", "-q", f"file://{tmp_path}/a", "b")
    below = str(tmp_path / "b" / "below" / "src")
    where = f"git+file://{tmp_path}/a@{first}#egg=the_name&subdirectory=below"
    assert describe(below, "the-name", command()) == (where, "")
    assert describe(str(tmp_path / "b"), "x", command()) == (f"git+file://{tmp_path}/a@{first}#egg=x", "")
    assert describe(str(tmp_path / "a"), "x", command())[1] == "Editable Git install with no remote"
    assert describe(str(tmp_path), "x", command()) == (str(tmp_path), "Editable install with no version control")
    (tmp_path / "c" / ".hg").mkdir(parents=True)
    told = describe(str(tmp_path / "c"), "x", Command({"PATH": "/nowhere"}))[1]
    assert told.startswith("Editable install of which hg tells nothing: Mercurial is needed")
    git(tmp_path / "b", "remote", "set-url", "origin", "git@x.example:some/where.git")
    assert describe(str(tmp_path / "b"), "x", command())[0].startswith("git+ssh://git@x.example/some/where.git@")
    git(tmp_path / "b", "remote", "set-url", "origin", str(tmp_path / "a"))
    assert describe(str(tmp_path / "b"), "x", command())[0].startswith(f"git+file://{tmp_path}/a@")
    assert vcs_of(below) == ("git", str(tmp_path / "b"))
