"""Hash mode: every file that runs is one whose hash the user has given (pip's ``--require-hashes``).

The resolution only takes files that may have a given hash, as far as their index says; here they are looked at
themselves: sources before any of their code runs, wheels before anything is installed. What only builds has hashes of
its own, in build constraint files; it is looked at before any of it runs (``--require-build-hashes``).
"""

from collections.abc import Iterable

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.goal import Goal
from pybuildsync.core.install_plan import Step
from pybuildsync.core.resolution import Chosen, Resolution
from pybuildsync.core.variants import Source
from pybuildsync.errors import PackageError, RequestError
from pybuildsync.pipeline.workshop import Workshop


def check_is_whole(goal: Goal, resolution: Resolution, *, but: frozenset[str] = frozenset()) -> None:
    """Make sure that a hash is given for all of *resolution*, *but* those named, that isn't installed already.

    Raises:
        RequestError: one is missing.

    """
    known = dict(goal.hashes)
    lines = []
    for chosen in resolution.running:
        if chosen.pick.installed or chosen.name in known or chosen.name in but:
            continue
        source = chosen.pick.variant.source if chosen.pick.variant else chosen.pick.source
        lines.append(_missing(source) if source else _wanted(chosen.name, chosen.version, chosen.pick.file))
    if lines:
        raise _not_whole(lines)


def check_source(goal: Goal, source: Source, path: str, sha256: str) -> None:
    """Make sure that the archive of *source*, which is at *path*, has a hash that is given, if any is or must be.

    Folders are left to :func:`check_is_whole`: what the user gives is refused before, what a lock file has is trusted.

    Raises:
        RequestError: none is given, and one must be.
        PackageError: it has none of those that are.

    """
    hashes = dict(goal.hashes).get(source.name)
    if hashes is not None:
        _check(hashes, path, sha256, source.file.filename if source.file else path)
    elif goal.needs_hashes and source.file is not None:
        raise _not_whole([_missing(source)])


def check_build_environments(shop: Workshop, goal: Goal, resolution: Resolution) -> None:
    """Make sure that all in the build environments of *resolution* has a hash that is given, where any is or must be.

    Raises:
        RequestError: one must be given and isn't; all that are missing are told.
        PackageError: a file has none of those that are given.

    """
    if not (goal.build_hashes or goal.needs_build_hashes):
        return
    known = dict(goal.build_hashes)
    builders = dict.fromkeys(  # one version may come from several places
        (chosen.name, chosen.version, _file_of(chosen)) for chosen in resolution.chosen if chosen.scope
    )
    lines = []
    for name, version, file in builders:
        hashes = known.get(name)
        if hashes is None and not goal.needs_build_hashes:
            continue
        if file is None:
            lines.append(f"{name}: a folder or checkout has no hash")
        elif hashes is None:
            sha256 = file.sha256 or shop.client.download(file).sha256
            lines.append(f"{name}=={version} --hash=sha256:{sha256}")
        elif f"sha256:{file.sha256}" not in hashes:
            got = shop.client.download(file)
            _check(hashes, got.path, got.sha256, file.filename)
    if lines:
        raise RequestError(
            "hashes of what builds run with are missing",
            why="\n".join(sorted(lines)),
            hint="the index says these; add them to a file for --build-constraint if you trust it",
        )


def _file_of(chosen: Chosen) -> DistributionFile | None:
    """Return the file that *chosen* is, or is built from; None for a folder or checkout."""
    source = chosen.pick.variant.source if chosen.pick.variant else chosen.pick.source
    return source.file if source else chosen.pick.file


def _missing(source: Source) -> str:
    if source.file is None:
        return f"{source.name}: a folder has no hash ({source.path})"
    return _wanted(source.name, source.version, source.file)


def _wanted(name: str, version: str, file: DistributionFile | None) -> str:
    return f"{name}=={version}" + (f" --hash=sha256:{file.sha256}" if file and file.sha256 else "")


def _not_whole(lines: list[str]) -> RequestError:
    return RequestError(
        "hashes are missing",
        why="\n".join(lines),
        hint="the index says these; add them to the requirement file if you trust it",
        pip=("Hashes are required in --require-hashes mode, but they are missing from some requirements.",),
    )


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

    from pybuildsync.core.unmet import OTHER_HASHES, PIP_OTHER_HASHES

    got = {"sha256": sha256}
    for algorithm in sorted({text.partition(":")[0] for text in hashes} - {"sha256"}):
        with open(path, "rb") as file:
            got[algorithm] = hashlib.file_digest(file, algorithm).hexdigest()
    if not {f"{algorithm}:{digest}" for algorithm, digest in got.items()} & set(hashes):
        expected = [f"expected {text}" for text in hashes]
        raise PackageError(
            f"{filename} has none of the hashes that were given",
            why="\n".join([*expected, *(f"got      {name}:{digest}" for name, digest in sorted(got.items()))]),
            hint=OTHER_HASHES,
            pip=(f"{PIP_OTHER_HASHES}: {filename}",),
        )
