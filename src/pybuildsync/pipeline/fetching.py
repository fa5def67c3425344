"""What direct references lead to is brought here: archives, wheels, checkouts; those of one request at once.

To announce them decides nothing. Whoever needs one asks for it in turn, and is told what went wrong with that: so it is
the first in the order of the request that is told, whichever failed first.
"""

import os
from collections.abc import Hashable, Iterable
from contextlib import suppress
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile, version_of_filename
from pybuildsync.core.direct_references import Reference, parse_reference
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Note
from pybuildsync.errors import without_credentials
from pybuildsync.frontend.checkouts import Command, check_out, is_fixed, revision_of
from pybuildsync.frontend.interruptible import Interruptible
from pybuildsync.frontend.working_copies import intent, obtain
from pybuildsync.index.addresses import last_segment, local_path
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.checkouts import add_checkout, find_checkout
from pybuildsync.store.location import Store
from pybuildsync.store.writing import new_temporary

_LONGEST_COMMIT = 40


class Wanted(NamedTuple):
    """A direct reference and how it is wanted.

    ``name`` is normalised, "" where only what is there tells. ``shown`` is what messages call it. The checkout of an
    ``editable`` one comes into the folder ``src``.
    """

    reference: Reference
    shown: str
    name: str = ""
    editable: bool = False
    src: str = ""

    @property
    def folder(self) -> str:
        """Where the checkout of an editable one comes."""
        return os.path.join(self.src, self.name)


class Checkout(NamedTuple):
    """The folder of a checkout, and the revision that is there."""

    folder: str
    commit: str


def wanted_as(name: str, url: str, *, editable: bool = False) -> Wanted:
    """Return how *url* is wanted, which something requires as the project *name*."""
    return Wanted(parse_reference(url), f"{name} @ {without_credentials(url)}", name, editable=editable)


def announce(shop: Workshop, wanted: Iterable[Wanted]) -> None:
    """Have all that is *wanted* from elsewhere fetched at once, if it is more than one; told in that order."""
    away = [each for each in wanted if each.reference.vcs or local_path(each.reference.url) is None]
    places: set[str] = set()
    for each in away if len(away) > 1 else ():
        if not each.reference.vcs:
            _start_download(shop, file_of(each.reference))
        elif each.editable and (not each.name or each.folder in places):
            continue  # nobody knows where to, or one at a time
        elif _kept(shop, each) is None and not shop.client.has_begun(_key(each)):
            places.add(each.folder)
            _tell(shop, each)
            shop.client.start(_key(each), _CheckingOut(shop.store, each))


def checked_out(shop: Workshop, wanted: Wanted) -> Checkout:
    """Return the checkout that *wanted*, of version control, leads to; an editable one has a name.

    Raises:
        PackageError: the command of the version control failed.
        EnvironmentFault: it is missing, or something else is in the way.

    """
    kept = _kept(shop, wanted)
    if kept is not None:
        return Checkout(kept, wanted.reference.revision.lower())
    if not shop.client.has_begun(_key(wanted)):
        _tell(shop, wanted)
    return shop.client.do(_key(wanted), _CheckingOut(shop.store, wanted))


def file_of(reference: Reference) -> DistributionFile:
    """Return the file that *reference*, none of version control, leads to."""
    hashes = tuple((algorithm, digest) for algorithm, _, digest in (each.partition(":") for each in reference.hashes))
    return DistributionFile(last_segment(reference.url), reference.url, hashes)


def title_of(wheel: DistributionFile) -> tuple[str, str]:
    """Return name and version of *wheel* as its file name has them; no version where it is no name of a wheel."""
    name = normalize_name(wheel.filename.partition("-")[0])
    return name, version_of_filename(wheel.filename, name) or ""


class _CheckingOut:
    """The work of checking out what is *wanted*; commits are kept in *store*."""

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted
        self._run = Interruptible()

    def __call__(self) -> Checkout:
        """Do it."""
        reference, command = self._wanted.reference, Command(os.environ, self._run)
        if self._wanted.editable:
            folder = self._wanted.folder
            obtain(reference, folder, command)
            return Checkout(folder, revision_of(reference.vcs, folder, command))
        made = new_temporary(self._store)
        commit = check_out(reference, made, command)
        if not (_could_be_commit(reference) and is_fixed(reference, made, commit, command)):
            return Checkout(made, commit)
        kept = add_checkout(self._store, _title(reference), lambda folder: os.rename(made, folder))
        return Checkout(kept, commit)

    def end(self) -> None:
        """End it."""
        self._run.end()


def _start_download(shop: Workshop, file: DistributionFile) -> None:
    if not file.is_wheel:
        shop.client.start_download(file)
        return
    from packaging.version import Version

    name, version = title_of(file)
    with suppress(ValueError):  # who asks for it is told
        shop.client.start_wheel(file, name, str(Version(version)))


def _kept(shop: Workshop, wanted: Wanted) -> str | None:
    """Return where the checkout that *wanted* leads to is kept: of a commit, which never changes."""
    if wanted.editable or not _could_be_commit(wanted.reference):
        return None
    return find_checkout(shop.store, _title(wanted.reference))


def _tell(shop: Workshop, wanted: Wanted) -> None:
    reference = wanted.reference
    at = f" at {reference.revision}" if reference.revision else ""
    text = intent(reference, wanted.folder) if wanted.editable else f"checking out {reference.shown}{at}"
    shop.story.tell(Note(text))


def _could_be_commit(reference: Reference) -> bool:
    return reference.vcs == "git" and len(reference.revision) == _LONGEST_COMMIT


def _title(reference: Reference) -> str:
    """Return under what a checkout of *reference* is kept."""
    return f"{reference.vcs} {reference.shown} {reference.revision}"


def _key(wanted: Wanted) -> Hashable:
    reference = wanted.reference
    return ("checkout", reference.vcs, reference.url, reference.revision, wanted.folder if wanted.editable else "")
