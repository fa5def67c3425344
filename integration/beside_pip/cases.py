"""The command lines that are run by both, and where ours may end differently, with the reason."""

from typing import NamedTuple


class Case(NamedTuple):
    """One row of the table.

    ``command`` is what the row shows and what is judged; ``before`` are commands that prepare the environment.
    ``differs`` says in what ours is to be different, and why; "" where nothing may differ. ``words`` False leaves what
    is printed aside.
    """

    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    differs: str = ""

    @property
    def title(self) -> str:
        """The command line as the table shows it."""
        return " ".join(self.command)


def _install(*words: str, before: str = "", differs: str = "") -> Case:
    first = (("install", *before.split()),) if before else ()
    return Case(("install", *words), first, differs)


CASES = (
    # requirements
    _install("one"),
    _install("one==1.0"),
    _install("one<2", "two==1.0"),
    _install("needs[more]"),
    _install("one; python_version < '3'"),
    _install("missing"),
    _install("one==7"),
    _install("one==1.9"),
    _install("old"),
    _install("source"),
    _install("./project"),
    _install("links/linked-1.0-py3-none-any.whl"),
    _install("linked @ file://{work}/links/linked-1.0-py3-none-any.whl"),
    _install("{index}../files/one-1.0-py3-none-any.whl"),
    _install("one @ {index}../files/one-1.0-py3-none-any.whl"),
    _install("git+file://{work}/repository"),
    _install("repository @ git+file://{work}/repository@v1"),
    _install("-e", "./project"),
    _install("-e", "git+file://{work}/repository#egg=repository"),
    # files
    _install("-r", "one.txt"),
    _install("-r", "empty.txt"),
    _install("-r", "nowhere.txt"),
    _install("-c", "constraint.txt", "one"),
    _install("--group", "test"),
    _install("--requirements-from-script", "script.py"),
    _install("-r", "hashed.txt"),
    _install("-r", "wrong.txt"),
    _install("--require-hashes", "one==1.0"),
    # what to take
    _install("--no-deps", "needs"),
    _install("--only-deps", "needs"),
    _install("--pre", "one"),
    _install("--all-releases", "one", "one", "two"),
    _install("--only-final", "one", "one"),
    _install("--no-binary", "source", "source"),
    _install("--only-binary", ":all:", "source"),
    _install("--prefer-binary", "two"),
    _install("--ignore-requires-python", "old"),
    _install("--uploaded-prior-to", "2021-01-01", "one"),
    # what is installed
    _install("one", before="one==1.0"),
    _install("-U", "one", before="one==1.0"),
    _install("-U", "needs", before="one==1.0 needs==1.0"),
    _install("-U", "--upgrade-strategy", "eager", "needs==1.0", before="one==1.0 needs==1.0"),
    _install("--force-reinstall", "one==1.0", before="one==1.0"),
    _install("-I", "one==1.1", before="one==1.0"),
    _install("one==2.0", before="needs==1.0"),
    # where to
    _install("tools"),
    _install("-t", "there", "tools"),
    _install("--prefix", "{root}/there", "tools"),
    _install("--root", "{root}/there", "tools"),
    _install("--dry-run", "needs"),
    # for which Python
    _install("--platform", "win_amd64", "--python-version", "312", "--only-binary", ":all:", "-t", "there", "plat"),
    _install("--platform", "win_amd64", "plat"),
    # builds
    _install("-C", "key=value", "source"),
    _install("--no-build-isolation", "source"),
    # indexes
    _install("-i", "{index}", "one"),
    _install("--extra-index-url", "{index}", "one"),
    _install("--no-index", "one"),
    _install("--no-index", "-f", "links", "linked"),
    _install("--trusted-host", "127.0.0.1", "one"),
    _install("--retries", "0", "--timeout", "5", "one"),
    # usage
    _install(),
    _install("--nonsense"),
)
