"""Hash mode: every file that runs is one whose hash the user has given (pip's ``--require-hashes``).

The resolution only takes files that may have a given hash, as far as their index says; here they are looked at
themselves: sources before any of their code runs, wheels before anything is installed. What only builds is not looked
at, as in pip.
"""

from collections.abc import Iterable

from pybuildsync.core.goal import Goal
from pybuildsync.core.install_plan import Step
from pybuildsync.core.resolution import Resolution
from pybuildsync.core.variants import Source
from pybuildsync.core.version_sets import pinned_version
from pybuildsync.errors import PackageError, RequestError
from pybuildsync.pipeline.workshop import Workshop


def check_pins(goal: Goal) -> None:
    """Make sure that all that *goal* asks for is pinned, or given by a path.

    Raises:
        RequestError: something isn't.

    """
    given = {direct.name for direct in goal.direct}
    stated = (*goal.requirements, *goal.constraints)
    pinned = {each.name for each in stated if pinned_version(each.specifier) or each.url}
    loose = [str(each) for each in goal.requirements if each.name not in pinned | given]
    if loose:
        raise RequestError(
            "with hashes, every requirement must be pinned with ==",
            why="\n".join(loose),
            hint="pin them; one --hash or --require-hashes makes it so for all",
        )


def check_is_whole(goal: Goal, resolution: Resolution) -> None:
    """Make sure that a hash is given for all of *resolution* that isn't installed already.

    Raises:
        RequestError: one is missing.

    """
    known = dict(goal.hashes)
    lines = []
    for chosen in resolution.running:
        if chosen.pick.installed or chosen.name in known:
            continue
        source = chosen.pick.variant.source if chosen.pick.variant else chosen.pick.source
        if source is not None and source.file is None:
            lines.append(f"{chosen.name}: a folder has no hash ({source.path})")
            continue
        file = chosen.pick.file or (source.file if source else None)
        digest = f" --hash=sha256:{file.sha256}" if file and file.sha256 else ""
        lines.append(f"{chosen.name}=={chosen.version}{digest}")
    if lines:
        raise RequestError(
            "hashes are missing",
            why="\n".join(lines),
            hint="the index says these; add them to the requirement file if you trust it",
        )


def check_source(goal: Goal, source: Source, path: str, sha256: str) -> None:
    """Make sure that the archive of *source*, which is at *path*, has a hash that is given, if any is.

    Raises:
        PackageError: it hasn't.

    """
    hashes = dict(goal.hashes).get(source.name)
    if hashes is not None:
        _check(hashes, path, sha256, source.file.filename if source.file else path)


def check_files(shop: Workshop, goal: Goal, steps: Iterable[Step]) -> None:
    """Make sure that the files of *steps*, which are fetched, have hashes that are given, where any are.

    Raises:
        PackageError: one hasn't.

    """
    known = dict(goal.hashes)
    for step in steps:
        pick = step.chosen.pick
        file = pick.file or (pick.variant.source.file if pick.variant else None)
        if file is None or step.chosen.name not in known:
            continue
        hashes = known[step.chosen.name]
        if f"sha256:{file.sha256}" not in hashes:
            got = shop.client.download(file)
            _check(hashes, got.path, got.sha256, file.filename)


def _check(hashes: tuple[str, ...], path: str, sha256: str, filename: str) -> None:
    import hashlib

    got = {"sha256": sha256}
    for algorithm in sorted({text.partition(":")[0] for text in hashes} - {"sha256"}):
        with open(path, "rb") as file:
            got[algorithm] = hashlib.file_digest(file, algorithm).hexdigest()
    if not {f"{algorithm}:{digest}" for algorithm, digest in got.items()} & set(hashes):
        expected = [f"expected {text}" for text in hashes]
        raise PackageError(
            f"{filename} has none of the hashes that were given",
            why="\n".join([*expected, *(f"got      {name}:{digest}" for name, digest in sorted(got.items()))]),
            hint="somebody changed the file, or the requirement file is of another: don't install it before you know",
        )
