"""What lies in an environment: distributions that whoever has installed, and the journal of a killed transaction."""

import os
from collections.abc import Callable

from fuzzing.law import Family, tree
from fuzzing.texts import METADATA, TARGET, use_metadata
from pybuildsync.commands.metadata_json import metadata_as_json
from pybuildsync.commands.show import _describe
from pybuildsync.commands.surroundings import editable_folder, stated, stated_requires
from pybuildsync.core.policies import PolicyBook
from pybuildsync.environments.folders import FolderView
from pybuildsync.environments.installed import (
    InstalledDistribution,
    direct_url,
    installed_distributions,
    is_editable,
    metadata_text,
    read_metadata,
    read_record_file,
    why_not_removable,
)
from pybuildsync.environments.journal import Journal, decode_journal, encode_journal
from pybuildsync.environments.recovery import settle
from pybuildsync.environments.removals import removed_files
from pybuildsync.environments.schemes import JOURNAL_FOLDER, Scheme
from pybuildsync.errors import PybuildsyncError
from pybuildsync.pipeline.environment import installed_of

_FILES = ("METADATA", "RECORD", "INSTALLER", "direct_url.json", "pybuildsync.json", "entry_points.txt")
_RECORD = b'a/__init__.py,sha256=x,9\n../../bin/a,,\n"a,b.py",,\na-1.0.dist-info/METADATA,,\na-1.0.dist-info/RECORD,,\n'
_DIRECT = (
    b'{"url": "file:///home/a", "dir_info": {"editable": true}}',
    b'{"url": "https://h.example/a", "vcs_info": {"vcs": "git", "commit_id": "00", "requested_revision": "m"}}',
    b'{"url": "https://h.example/a.zip", "archive_info": {"hash": "sha256=00", "hashes": {"sha256": "00"}}}',
)
_BUILD_RECORD = b"""{"schema": 1, "name": "a", "version": "1.0", "source": {"kind": "sdist", "filename": "a-1.0.tar.gz",
"sha256": "%(h)s", "path": "", "subdirectory": "", "commit": ""}, "backend": "b", "build_requires": ["c>=1"],
"hook_requires": [], "environment": [{"name": "c", "version": "1.0", "sha256": "%(h)s", "build_key": ""}],
"config_settings": {"x": ["y"]}, "variables": {}, "interpreter": {"implementation": "cpython", "version": "3.11.7",
"platform": "linux-x86_64"}, "tags": ["py3-none-any"], "prepared_requires": null, "built_requires": ["c==1.0"],
"matches": [{"name": "c", "version": "1.0", "evidence": "linked", "policy": "exact", "reason": "r"}],
"links": [{"module": "a/b.so", "library": "libc.so", "distribution": "c", "path": "c/libc.so"}],
"build_time": {"policy": "latest", "as_of": ""}, "build_key": "%(h)s"}""" % {b"h": b"0a" * 32}
_JSON = (
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"1", b"-1", b"1e400", b'""', b"[]", b"{}", b'"a"',
    b"\\u0000",
    b"\\ud800", b'"url"', b'"dir_info"', b'"matches"', b'"policy"', b'"exact+any"', b'"schema"', b'"file:///a"',
)  # fmt: skip


def _installed(metadata: bytes, record: bytes, direct: bytes, build: bytes = _BUILD_RECORD) -> bytes:
    return b"\x1d".join((metadata, record, b"pip\n", direct, build, b"[console_scripts]\na = a:b\n"))


def make_scheme(folder: str) -> Scheme:
    """Return the scheme of the environment at *folder*, made with a module in it."""
    site = f"{folder}/lib"
    for name in ("lib/a", "bin"):
        os.makedirs(f"{folder}/{name}")
    for name in ("lib/a/__init__.py", "lib/a,b.py", "bin/a"):
        with open(f"{folder}/{name}", "xb") as file:
            file.write(b"x")
    return Scheme(
        purelib=site, platlib=site, scripts=f"{folder}/bin", headers=f"{folder}/include", data=folder,
        python=f"{folder}/bin/python", launcher="posix", lock=f"{folder}/lock",
    )  # fmt: skip


def read_installed(data: bytes, folder: str) -> object:
    """Take *data* for the files of an installed distribution (METADATA, RECORD, ..., apart by 0x1d)."""
    scheme = make_scheme(f"{folder}/env")
    info = f"{scheme.purelib}/a-1.0.dist-info"
    os.mkdir(info)
    for name, part in zip(_FILES, data.split(b"\x1d"), strict=False):
        with open(f"{info}/{name}", "wb") as file:
            file.write(part)
    for name in ("egg-info", "egg-link", "egg"):
        with open(f"{scheme.purelib}/e.{name}", "wb") as file:
            file.write(data)
    before = tree(folder)
    answers: list[object] = []
    found = installed_distributions((scheme.purelib,))
    for one in found:
        rows = read_record_file(one) if os.path.isdir(one.dist_info) else ()
        answers += [one, rows, direct_url(one), is_editable(one), why_not_removable(one)]
        answers.append(metadata_as_json(metadata_text(one)))
        if one.broken:
            continue
        answers += [stated(one), editable_folder(one), stated_requires(one, dict(TARGET.markers))]
        answers += [_or_error(use, one, scheme) for use in (_read, _shown, _removed)]
    whole = tuple(one for one in found if not one.broken)
    answers.append(installed_of(whole, PolicyBook()))
    assert tree(folder) == before
    return answers


def _read(one: InstalledDistribution, _scheme: Scheme) -> object:
    return use_metadata(read_metadata(one))


def _shown(one: InstalledDistribution, _scheme: Scheme) -> object:
    return _describe(one, (), [], files=True)


def _removed(one: InstalledDistribution, scheme: Scheme) -> object:
    return removed_files(one, scheme, FolderView())


def _or_error(
    use: Callable[[InstalledDistribution, Scheme], object], one: InstalledDistribution, scheme: Scheme
) -> object:
    try:
        return use(one, scheme)
    except PybuildsyncError as error:
        return str(error)


def read_build_record(data: bytes, folder: str) -> object:
    """Take *data* for a build record in a distribution that is otherwise sound."""
    return read_installed(_installed(METADATA[0], _RECORD, _DIRECT[0], data), folder)


def read_journal(data: bytes, folder: str) -> object:
    """Take *data* for the journal of a killed transaction; ``@`` stands for the environment's folder."""
    scheme = make_scheme(f"{folder}/env")
    os.makedirs(f"{scheme.purelib}/{JOURNAL_FOLDER}/old")
    with open(f"{scheme.purelib}/{JOURNAL_FOLDER}/old/0", "xb") as file:
        file.write(b"old")
    beside = f"{folder}/beside"
    os.mkdir(beside)
    with open(f"{beside}/kept", "xb") as file:
        file.write(b"kept")
    content = data[1:].replace(b"@", os.fsencode(scheme.data)).replace(b"^", os.fsencode(beside))
    name = "committed" if data[:1] == b"c" else "journal"
    with open(f"{scheme.purelib}/{JOURNAL_FOLDER}/{name}", "xb") as file:
        file.write(content)
    decode_journal(content, scheme.data)
    try:
        return settle(scheme)
    finally:
        assert tree(beside) == {"kept": b"kept"}
        assert os.path.isdir(scheme.purelib)


def _journal(mark: bytes) -> bytes:
    return mark + encode_journal(
        Journal(
            words="install a 1.0",
            base="@",
            moves=(("@/lib/.pybuildsync/old", ("@/lib/a/old.py",)),),
            folders=("@/lib/a", "@/lib/n"),
            files=(("@/lib", ("a/__init__.py", "a,b.py")), ("@/bin", ("a",))),
            emptied=("@/lib/a",),
        )
    )


FAMILIES = (
    Family(
        "installed",
        read_installed,
        (
            _installed(METADATA[0], _RECORD, _DIRECT[0]),
            _installed(METADATA[1], _RECORD, _DIRECT[1]),
            _installed(METADATA[2], b"", _DIRECT[2]),
            b"Name: e\nVersion: 1.0\n",
            b"/nowhere\n..",
        ),
        (*_JSON, b"\x1d", b"\nName: ", b"\nVersion: ", b"\nRequires-Dist: ", b"../", b'"', b",", b"/etc/passwd,,\n",
        b"\0,,\n"),
    ),
    Family("build_record", read_build_record, (_BUILD_RECORD,), _JSON),
    Family(
        "journal",
        read_journal,
        (_journal(b"j"), _journal(b"c")),
        (b"\0", b"\0\0", b"moves", b"files", b"folders", b"emptied", b"end", b"@", b"/", b"..",
        b"^", b"^/kept", b"@/lib/../../beside/kept"),
    ),
)  # fmt: skip
