"""Direct references that the user gives become candidates with their requirements; and what is recorded of them."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from pybuildsync.commands.inputs import Given, marker_of
from pybuildsync.commands.options import Setting
from pybuildsync.core.direct_references import Key, parse_reference, reference_key, reference_text
from pybuildsync.core.goal import Direct, Goal
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.targets import Target
from pybuildsync.core.wheel_choice import TagRanks
from pybuildsync.errors import RequestError
from pybuildsync.index.addresses import last_segment, path_url
from pybuildsync.pipeline.workshop import Workshop

if TYPE_CHECKING:
    from pybuildsync.pipeline.fetching import Wanted

_PARTS = 5  # of a wheel's name: NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM


class Fetcher(NamedTuple):
    """Fetches what the user gives directly, in ``shop``; of ``goal`` counts what a backend is asked with.

    ``configured`` gives the workshop with more settings. Editable checkouts come into the folder ``src``; where that is
    None nothing is editable.
    """

    shop: Workshop
    goal: Goal
    configured: Callable[[tuple[Setting, ...]], Workshop]
    src: str | None = None

    def announce(self, given: Iterable[Given]) -> None:
        """Say that all that is *given* will be fetched."""
        everything = tuple(given)
        if len(everything) > 1:
            from pybuildsync.pipeline.fetching import announce

            announce(self.shop, map(self._wanted, everything))

    def fetch(self, given: Given) -> Direct:
        """Return what *given* leads to, as :func:`~pybuildsync.pipeline.direct.fetch_direct` does."""
        from pybuildsync.pipeline.direct import fetch_direct

        def configured(project: str) -> Workshop:
            return self.configured(tuple(each._replace(package=project) for each in given.settings))

        return fetch_direct(self.shop, self.goal, self._wanted(given), configured)

    def _wanted(self, given: Given) -> "Wanted":
        from pybuildsync.pipeline.fetching import Wanted

        is_editable = given.editable and self.src is not None
        return Wanted(given.reference, given.text, given.name, editable=is_editable, src=self.src or "")


class Fetched(NamedTuple):
    """What the user gives directly, as candidates with their requirements; ``texts`` gives each project's words.

    ``hashes`` and ``settings`` are as for :class:`~pybuildsync.commands.inputs.Inputs`. ``locked`` are the names of
    those that stand in a lock file.
    """

    direct: tuple[Direct, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    settings: tuple[Setting, ...] = ()
    locked: frozenset[str] = frozenset()


NOTHING = Fetched()


def fetch_given(given: tuple[Given, ...], markers: MarkerAnswers, fetcher: Fetcher) -> Fetched:
    """Return what *fetcher* fetches of *given*, as far as their *markers* hold; what doesn't isn't touched, as in pip.

    Raises:
        RequestError: there is nothing that can be installed, one is a wheel for something else, or two of *given* are
            one project.

    """
    known: dict[tuple[Key, bool], Direct] = {}
    found: dict[str, Direct] = {}
    requirements: list[Requirement] = []
    typed: dict[str, str] = {}
    hashes: dict[str, tuple[str, ...]] = {}
    settings: list[Setting] = []
    locked: set[str] = set()
    needed = [(each, marker) for each, marker in zip(given, map(marker_of, given), strict=True) if markers.hold(marker)]
    _check_tags([each for each, _ in needed], fetcher.goal.running_target)
    fetcher.announce(each for each, _ in needed)
    for each, marker in needed:
        key = (reference_key(reference_text(each.reference)), each.editable)
        direct = known.get(key)
        if direct is None:
            direct = known[key] = fetcher.fetch(each)
        name = direct.name
        if name in found and found[name] is not direct:
            raise RequestError(f"{name} is asked for twice", why=f"{typed[name]}\n{each.text}", hint="leave one out")
        found[name] = direct
        typed.setdefault(name, each.text)
        requirements.append(Requirement(name, each.extras, marker=marker, url=direct.url))
        settings += [setting._replace(package=name) for setting in each.settings]
        if each.locked:
            locked.add(name)
        own = (*each.hashes, *each.reference.hashes)
        if own:
            hashes[name] = (*hashes.get(name, ()), *own)
    return Fetched(
        direct=tuple(found.values()),
        requirements=tuple(requirements),
        texts=tuple(typed.items()),
        hashes=tuple(hashes.items()),
        settings=tuple(settings),
        locked=frozenset(locked),
    )


def _check_tags(given: Iterable[Given], target: Target) -> None:
    """Raise RequestError if one of *given* is called a wheel that doesn't fit *target*: nothing else can be meant."""
    ranks = TagRanks(target)
    for each in given:
        filename = last_segment(each.reference.url)
        parts = filename.removesuffix(".whl").split("-")
        if each.reference.vcs or not filename.endswith(".whl") or len(parts) < _PARTS or ranks.rank(filename) >= 0:
            continue
        raise RequestError(
            f"{filename} is not a wheel for Python {target.version} on {target.platform}",
            why=f"its tags are {'-'.join(parts[-3:])}",
            hint="give the wheel that is for this Python, or the sdist",
            pip=(f"{filename} is not a supported wheel on this platform.",),
        )


def direct_among(chosen: Chosen, directs: tuple[Direct, ...]) -> Direct | None:
    """Return which of *directs* is installed with *chosen*, None for what is from an index, or stays."""
    pick = chosen.pick
    source = pick.variant.source if pick.variant is not None else pick.source
    for direct in directs:
        if direct.name == chosen.name and (direct.file, direct.source) == (pick.file, source) and not pick.installed:
            return direct
    return None


def direct_url(direct: Direct | None) -> str:
    """Return the text of ``direct_url.json`` (PEP 610) for what was given directly, "" for what came from an index.

    It holds no credentials, but for those that are variables' names, as the standard has it.
    """
    if direct is None or not direct.url:
        return ""
    import json

    from packaging.direct_url import ArchiveInfo, DirectUrl, DirInfo, VcsInfo

    reference, source = parse_reference(direct.url), direct.source
    subdirectory = reference.subdirectory or None
    if source is not None and source.editable:
        root = os.path.join(source.path, source.subdirectory) if source.subdirectory else source.path
        origin = DirectUrl(url=path_url(root), dir_info=DirInfo(editable=True))
    elif reference.vcs and source is not None:
        info = VcsInfo(vcs=reference.vcs, commit_id=source.commit, requested_revision=reference.revision or None)
        origin = DirectUrl(url=reference.url, vcs_info=info, subdirectory=subdirectory)
    elif source is not None and os.path.isdir(source.path):
        origin = DirectUrl(url=reference.url, dir_info=DirInfo(), subdirectory=subdirectory)
    else:
        algorithm, _, digest = (reference.hashes or (f"sha256:{_sha256(direct)}",))[0].partition(":")
        archive = ArchiveInfo(hashes={algorithm: digest})
        origin = DirectUrl(url=reference.url, archive_info=archive, subdirectory=subdirectory)
    return json.dumps(origin.to_dict(generate_legacy_hash=True), sort_keys=True)


def _sha256(direct: Direct) -> str:
    if direct.file is not None:
        return direct.file.sha256
    return direct.source.digest if direct.source is not None else ""
