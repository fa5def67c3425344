"""Direct references become candidates: what a path, a URL or a repository holds is fetched, and asked for its name.

What the user gives so is fetched before anything is resolved; what a distribution requires so, between two resolutions.
Names and versions come from a wheel's file name, PKG-INFO, or what the tree states; where that isn't all, its backend
is asked.
"""

import os
from collections.abc import Callable
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.direct_references import reference_text
from pybuildsync.core.goal import Goal
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.variants import Direct, Source
from pybuildsync.errors import PackageError, RequestError
from pybuildsync.frontend.source_trees import read_source
from pybuildsync.frontend.unpacking import unpack_sdist
from pybuildsync.index.addresses import local_path
from pybuildsync.pipeline.fetching import Wanted, checked_out, file_of, title_of, wanted_as
from pybuildsync.pipeline.identity import ask_identity
from pybuildsync.pipeline.trees import tree_digest
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.writing import new_temporary, remove_tree

UNKNOWN = "0"  # the provisional version of a tree whose backend knows it
_OF_PROJECTS = ("pyproject.toml", "setup.py")
_OF_REQUIREMENTS = (".txt", ".in", ".toml")  # the latter are lock files


def fetch_named(shop: Workshop, goal: Goal, name: str, url: str, *, editable: bool = False) -> Direct:
    """Return what *url* leads to, which something requires as the project *name*; raises as :func:`fetch_direct`."""
    wanted = wanted_as(name, url, editable=editable)
    return fetch_direct(shop, goal, wanted, lambda _name: shop)._replace(url=url)


def fetch_direct(shop: Workshop, goal: Goal, wanted: Wanted, configured: Callable[[str], Workshop]) -> Direct:
    """Return the candidate that *wanted* leads to.

    *configured* gives the workshop with the settings for a project. Of *goal* counts what :func:`ask_identity` heeds.

    Raises:
        RequestError: there is nothing that can be installed, or it is of another project.
        PackageError: it is broken, or its backend couldn't be asked.
        IndexFault: it can't be had.
        EnvironmentFault: the command of its version control is missing.

    """
    reference = wanted.reference
    if reference.vcs:
        direct = _checkout(shop, goal, wanted, configured)
    else:
        path = local_path(reference.url)
        if path is not None and os.path.isdir(path):
            direct = _tree(shop, goal, wanted, configured, _Tree(path, tree_digest(path)))
        elif wanted.editable:
            raise RequestError(
                f"{wanted.shown} can't be installed as editable",
                why="no folder is there" if path is not None else "it is neither a folder nor a repository",
                hint="give the folder of a project, or a URL of version control",
            )
        else:
            direct = _file(shop, goal, wanted, configured, path)
    if wanted.name and direct.name != wanted.name:
        raise RequestError(
            f"{wanted.shown} is not {wanted.name}",
            why=f"what is there calls itself {direct.name} {direct.version}",
            hint=f"ask for {direct.name}",
        )
    return direct._replace(url=reference_text(reference))


def _file(
    shop: Workshop, goal: Goal, wanted: Wanted, configured: Callable[[str], Workshop], path: str | None
) -> Direct:
    reference = wanted.reference
    if path is not None and not os.path.isfile(path):
        raise RequestError(f"{wanted.shown} doesn't exist", why=f"there is nothing at {path}", hint=_not_there(path))
    file = file_of(reference)
    if not file.is_wheel:
        return _archive(shop, goal, wanted, configured, file)
    name, version = title_of(file)
    filename = file.filename
    if not version:
        raise RequestError(
            f"{wanted.shown} can't be installed: {filename} is no name of a wheel",
            why="a wheel is called NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM.whl: that says what it is, and for what",
            hint="give it the name again that it was built or downloaded with",
            pip=(f"Invalid wheel filename (wrong number of parts): {filename!r}",),
        )
    version = _canonical(wanted, version)
    wheel = shop.client.download_wheel(file, name, version)
    if (wheel.project, wheel.version) != (name, version):  # one that is here already has the hash that the URL states
        raise PackageError(
            f"{filename} is not the file that its address states",
            why=f"that hash is of {wheel.project} {wheel.version}",
            hint="correct the hash behind the #",
        )
    return Direct(name, version, file=file._replace(hashes=_with_sha256(file.hashes, wheel.sha256)))


def _not_there(path: str) -> str:
    """Return what to do where no file is at *path*: an index may have what it is called like."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    filename = os.path.basename(path)
    try:
        parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
        name, version, *_ = parse(filename)
    except (InvalidSdistFilename, InvalidWheelFilename):
        return "check the path"
    return f"check the path; for the one that an index has, ask for {name}=={version}"


def _meant(wanted: Wanted, filename: str) -> str:
    """Return what will have been meant where something beside a project was given in its place; "" for no idea."""
    path = local_path(wanted.reference.url)
    if path is None:
        return ""
    if filename in _OF_PROJECTS:
        return f"did you mean its folder, {os.path.dirname(path)}?"
    return f"did you mean -r {wanted.shown}?" if filename.endswith(_OF_REQUIREMENTS) else ""


def _archive(
    shop: Workshop, goal: Goal, wanted: Wanted, configured: Callable[[str], Workshop], file: DistributionFile
) -> Direct:
    got = shop.client.download(file)
    file = file._replace(hashes=_with_sha256(file.hashes, got.sha256))
    subdirectory = wanted.reference.subdirectory
    folder = new_temporary(shop.store)
    try:
        root = unpack_sdist(got.path, folder, filename=file.filename)
        tree = os.path.join(root, subdirectory) if subdirectory else root
        _check_project(wanted, tree)
        name, version = _stated(tree)
    except PackageError as error:
        hint = _meant(wanted, file.filename) or error.hint
        raise PackageError(f"{wanted.shown}: {error.what}", why=error.why, hint=hint) from error
    finally:
        remove_tree(folder)
    if not name or not version:
        provisional = name or wanted.name or "project"
        asked = Source(provisional, UNKNOWN, path=got.path, subdirectory=subdirectory)
        name, version = _ask(shop, goal, asked, configured)
    version = _canonical(wanted, version)
    return Direct(name, version, source=Source(name, version, got.sha256, file, subdirectory=subdirectory))


def _stated(tree: str) -> tuple[str, str]:
    """Return the name and the version in PKG-INFO of an unpacked archive, or what the tree states, "" for neither."""
    try:
        with open(os.path.join(tree, "PKG-INFO"), "rb") as stream:
            fields = read_fields(stream.read())
        found = (normalize_name(fields.get("name", ("",))[0]), fields.get("version", ("",))[0])
    except FileNotFoundError:
        found = ("", "")
    stated = read_source(tree).metadata
    return found[0] or stated.name, found[1] or stated.version


class _Tree(NamedTuple):
    """A source tree in a folder; ``digest`` tells one content from another, ``commit`` the revision of a checkout."""

    path: str
    digest: str
    vcs: str = ""
    commit: str = ""


def _tree(shop: Workshop, goal: Goal, wanted: Wanted, configured: Callable[[str], Workshop], tree: _Tree) -> Direct:
    subdirectory = wanted.reference.subdirectory
    root = os.path.join(tree.path, subdirectory) if subdirectory else tree.path
    _check_project(wanted, root)
    stated = read_source(root).metadata
    name, version = stated.name, stated.version
    source = Source(
        name,
        version,
        "" if wanted.editable else tree.digest,
        path=tree.path,
        subdirectory=subdirectory,
        commit=tree.commit,
        vcs=tree.vcs,
        editable=wanted.editable,
    )
    if not name or not version:
        provisional = name or wanted.name or normalize_name(os.path.basename(tree.path)).strip("-") or "project"
        name, version = _ask(shop, goal, source._replace(name=provisional, version=UNKNOWN), configured)
    if tree.vcs and not wanted.editable:  # tags are no part of the tree, and make versions
        import hashlib

        source = source._replace(digest=hashlib.sha256(f"{tree.digest} {tree.commit} {version}".encode()).hexdigest())
    return Direct(name, version, source=source._replace(name=name, version=version))


def _checkout(shop: Workshop, goal: Goal, wanted: Wanted, configured: Callable[[str], Workshop]) -> Direct:
    if wanted.editable and not wanted.name:
        raise RequestError(
            f"{wanted.shown} doesn't say what it is called",
            hint="write -e 'NAME @ URL', or add #egg=NAME to the URL",
        )
    folder, commit = checked_out(shop, wanted)
    digest = "" if wanted.editable else tree_digest(folder)
    return _tree(shop, goal, wanted, configured, _Tree(folder, digest, wanted.reference.vcs, commit))


def _ask(shop: Workshop, goal: Goal, source: Source, configured: Callable[[str], Workshop]) -> tuple[str, str]:
    told = ask_identity(configured(source.name), goal, source, max_rounds=shop.settings.max_rounds)
    return told.name, told.version


def _check_project(wanted: Wanted, root: str) -> None:
    if not any(os.path.exists(os.path.join(root, name)) for name in _OF_PROJECTS):
        where = wanted.reference.subdirectory or root
        raise RequestError(
            f"{wanted.shown} can't be installed: it is no Python project",
            why=f"neither pyproject.toml nor setup.py is in {where}",
            hint="give the folder that has one of them; for one in an archive or repository: #subdirectory=FOLDER",
        )


def _canonical(wanted: Wanted, version: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion as error:
        raise RequestError(f"{wanted.shown}: {version!r} is no version", hint="see PEP 440") from error


def _with_sha256(hashes: tuple[tuple[str, str], ...], sha256: str) -> tuple[tuple[str, str], ...]:
    return (*((algorithm, digest) for algorithm, digest in hashes if algorithm != "sha256"), ("sha256", sha256))
