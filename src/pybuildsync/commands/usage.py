"""Options that don't go together: the rules are pip's, and so is what is said about them."""

from pybuildsync.commands.options import AskedOptions, BuildOptions, SelectionOptions, TagOptions
from pybuildsync.commands.selection import formats_of
from pybuildsync.core.goal import ALL, Formats
from pybuildsync.errors import RequestError, UsageError

_ONLY_BINARY = Formats(only_binary=frozenset({ALL}))


def check_only_deps(asked: AskedOptions) -> None:
    """Make sure that ``--only-deps`` stands beside nothing that it makes no sense with.

    Raises:
        UsageError: it does.

    """
    found = [
        option
        for option, given in (
            ("--no-deps", asked.no_deps),
            ("--requirement", asked.requirement_files),
            ("--requirements-from-script", asked.scripts),
            ("--group", asked.groups),
        )
        if given
    ]
    if asked.only_deps and found:
        raise UsageError(
            f"--only-deps cannot be used with {' or '.join(found)}", hint="name what is wanted on the command line"
        )


def check_builds(build: BuildOptions) -> None:
    """Make sure that nothing is said of build environments where there are none.

    Raises:
        RequestError: it is; the exit status is 1, as pip's.

    """
    found = "--build-constraint" if build.build_constraint_files else ""
    found = found or ("--require-build-hashes" if build.require_build_hashes else "")
    if build.no_build_isolation and found:
        raise RequestError(
            f"{found} cannot be used with --no-build-isolation",
            why="builds run with what is installed: nothing is chosen for them",
            hint="leave out one of the two",
            pip=(f"{found} cannot be used with --no-build-isolation.",),
        )


def check_tags(tags: TagOptions, asked: AskedOptions, selection: SelectionOptions, *, only_look: bool) -> None:
    """Make sure that nothing is built or installed here that is for another Python; *only_look* is for what isn't.

    Raises:
        UsageError: it might be.

    """
    if tags == TagOptions():
        return
    formats = formats_of((rule.option, rule.value) for rule in selection.formats)
    if formats != _ONLY_BINARY and not asked.no_deps:
        raise UsageError(
            "with --python-version, --platform, --abi or --implementation nothing that is required can be built",
            why="either --no-deps must be set, or --only-binary=:all: must be set and --no-binary must not be set",
            hint="add --only-binary=:all:",
        )
    if not only_look:
        raise UsageError(
            "--python-version, --platform, --abi and --implementation need --target or --dry-run",
            why="what is for another Python or platform can't be installed into an environment of this one",
        )
