"""Texts of requirements: METADATA, requirements, markers, specifiers, versions, entry points, requirement files."""

import os

from core import fakes

from fuzzing.law import Family
from pybuildsync.commands.inputs import read_inputs
from pybuildsync.core.candidates import group_by_version
from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.metadata_text import parse_metadata, read_fields
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.version_sets import accepts, admits_pre_releases, pinned_version
from pybuildsync.core.wheel_choice import TagRanks, build_number
from pybuildsync.environments.scripts import read_entry_points
from pybuildsync.project.requirement_files import read_requirement_file

# The release of a platform is mostly no version.
_PLATFORM = {"platform_release": "6.1.0-generic", "platform_version": "#1 SMP"}
TARGET = fakes.TARGET._replace(markers=tuple({**dict(fakes.TARGET.markers), **_PLATFORM}.items()))

_WORDS = (
    b" ; ", b"; extra == 'x'", b"python_version", b"os_name", b"sys_platform", b"extra", b"extras", b"platform_release",
    b" ~= ", b" === ", b" == ", b" != ", b" >= ", b" <= ", b" in ", b" not in ", b" and ", b" or ", b"'3.8'", b'"x"',
    b"1.0", b"2.0rc1", b"1!2", b"1.*", b"+local", b".dev1", b".post", b"[x]", b" @ ", b"https://h.example/a.whl",
    b"file:///a", b"git+https://h.example/a@b", b"(>=1)", b"name",
)  # fmt: skip

REQUIREMENTS = (
    b"name",
    b"Name.b_c [x, y-z] >=1.0, <2, !=1.5.*",
    b"name (~=1.2) ; python_version >= '3.8' and (os_name == 'posix' or extra == \"x\")",
    b"name[x] @ https://h.example/a-1.zip#sha256=00 ; sys_platform != 'win32'",
    b"name===weird; 'linux' in sys_platform",
    b"name==1!2.0rc1.post3.dev4+local.7",
)

METADATA = (
    (
        b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b>=1; python_version < '3'\n"
        b"Requires-Dist: c[x] (>=1,<2)\nRequires-Python: >=3.8,!=3.9.*\nProvides-Extra: x\n\nA body.\nName: none\n"
    ),
    b"Name: a\r\nVersion: 1!2.0rc1\r\nRequires-Dist: b\r\n   ; extra == 'x'\r\nProvides-Extra: x_y\r\n",
    b"name : a\nVERSION:1.0a1\nRequires-Dist: d @ file:///x ; os_name == 'nt'\nX: \n continued\n\tmore\n",
)
_FIELDS = (b"\nName:", b"\nVersion: ", b"\nRequires-Dist: ", b"\nRequires-Python: ", b"\nProvides-Extra: ", b"\n ")


def read_text(data: bytes) -> str:
    """Return *data* as files of metadata are decoded."""
    return data.decode("utf-8", "replace")


def use_requirement(requirement: Requirement) -> object:
    """Return what resolving asks of *requirement*."""
    answers = MarkerAnswers(TARGET, {})
    return (
        requirement,
        [answers.hold(requirement.marker, extra) for extra in ("", "x")],
        [accepts(requirement.specifier, version) for version in ("1.0", "2.0rc1", "1!2.0", "1.0+local.7")],
        admits_pre_releases(requirement.specifier),
        pinned_version(requirement.specifier),
        parse_requirement(str(requirement)) if not requirement.url else None,
    )


def use_metadata(metadata: Metadata) -> object:
    """Return what resolving asks of *metadata*."""
    return metadata, accepts(metadata.requires_python, "3.11.7"), [use_requirement(one) for one in metadata.requires]


def read_requirement(data: bytes, _folder: str) -> object:
    """Read one requirement and use it."""
    return use_requirement(parse_requirement(read_text(data)))


def read_metadata(data: bytes, _folder: str) -> object:
    """Read METADATA and use it."""
    return read_fields(data), use_metadata(parse_metadata(data, Origin.WHEEL))


def read_entries(data: bytes, _folder: str) -> object:
    """Read entry_points.txt."""
    return read_entry_points(read_text(data), "a 1.0")


def read_filenames(data: bytes, _folder: str) -> object:
    """Read names of files, a line each, as an index lists them."""
    names = read_text(data).split("\n")
    ranks = TagRanks(TARGET)
    wheels = [name for name in names if name.endswith(".whl") and name.count("-") in (4, 5)]
    return group_by_version("a-b", names), [(ranks.rank(name), build_number(name)) for name in wheels]


def read_requirement_files(data: bytes, folder: str) -> object:
    """Read a requirement file and what it includes (files apart by 0x1d), and understand it."""
    for number, part in enumerate(data.split(b"\x1d")[:9]):
        with open(f"{folder}/{number}.txt", "wb") as file:
            file.write(part)
    path = f"{folder}/0.txt"
    found = read_requirement_file(path, environ={"SET": "g"})
    lines = (found.requirements, found.constraints, found.options, found.files, found.uses_variables)
    here = os.getcwd()
    os.chdir(folder)
    try:
        return lines, read_inputs([], [path], [], {"SET": "g"})
    finally:
        os.chdir(here)


FAMILIES = (
    Family("requirement", read_requirement, REQUIREMENTS, _WORDS),
    Family("metadata", read_metadata, METADATA, (*_WORDS, *_FIELDS)),
    Family(
        "entry_points",
        read_entries,
        (b"[console_scripts]\na = b.c:d.e [x]\n\n# note\n[gui_scripts]\ng=h:i\n[other]\nx = y\n",),
        (b"[console_scripts]\n", b"a = ", b"b:c", b"[", b"]", b" = ", b":", b"..", b"/"),
    ),
    Family(
        "filenames",
        read_filenames,
        (
            b"a_b-1.0-py3-none-any.whl\na-b-1.0.tar.gz\na_b-1.0.zip\na_b-2rc1-1x-py2.py3-none-any.whl\na.b-1_1.tgz",
            b"a_b-1.0-1-cp311.cp312-abi3.none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl\na-b-1!1.0+x.tar.gz",
        ),
        (b"-", b"py3.", b".whl", b".tar.gz", b"a_b-", b"_", b"any.", b"none.", b"1.0", b"\n"),
    ),
    Family(
        "requirement_files",
        read_requirement_files,
        (
            (b"a==1 --hash=sha256:00 \\\n  --hash=sha512:11  # note\n-r 1.txt\n-c 2.txt\n-e ./tree\n--pre\n\x1d"
            b"b[x] ; python_version > '3' # note\n./path/a-1.zip\n\x1dc<2\nd @ https://h.example/d.zip\n"),
            (b"--index-url https://h.example/simple -f ./links\n--extra-index-url=${SET}\ng --config-settings=k=v\n"
            b"file:///a/b-1.zip#egg=b\ngit+https://h.example/c@d#egg=c&subdirectory=e\n--no-binary :all:\n"),
        ),
        (
            *_WORDS, b"-r ", b"-r 0.txt\n", b"-r 1.txt\n", b"-c ", b"-e ", b"\\\n", b" #", b" --hash=sha256:",
            b"${SET}",
            b"--index-url ", b"\x1d", b" -C k=v", b"file:", b"./", b"#egg=", b"#subdirectory=..", b"--hash", b"-",
        ),
    ),
)  # fmt: skip
