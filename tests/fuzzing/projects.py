"""Files of projects and users: pylock.toml, dependency groups, scripts, pip.conf, settings, pyproject.toml."""

from fuzzing.law import Family
from fuzzing.texts import METADATA, TARGET
from pybuildsync.cli.sources import read_sources
from pybuildsync.cli.values import understand
from pybuildsync.cli.words import read_line
from pybuildsync.errors import PybuildsyncError
from pybuildsync.frontend.source_trees import read_source
from pybuildsync.project.dependency_groups import read_group
from pybuildsync.project.lock_files import read_lock_file
from pybuildsync.project.pip_configuration import read_file
from pybuildsync.project.scripts import read_script

_TOML = (
    b"\n[", b"]\n", b"[[", b"]]", b" = ", b"{", b"}", b'"', b'""', b"'''", b"true", b"1979-05-27", b"inf", b"0x1",
    b"a.b",
    b'"\\u0000"', b'"../x"', b"[]", b"{}", b"\n",
)  # fmt: skip
_LOCK = b"""lock-version = "1.0"
environments = ["sys_platform == 'linux'"]
requires-python = ">=3.8"
extras = ["x"]
dependency-groups = ["g"]
default-groups = ["g"]
created-by = "me"
[[packages]]
name = "a"
version = "1.0"
marker = "python_version > '3' and 'g' in dependency_groups"
sdist = {name = "a-1.0.tar.gz", url = "https://h.example/a-1.0.tar.gz", size = 9, hashes = {sha256 = "00"}}
[[packages.wheels]]
path = "./a-1.0-py3-none-any.whl"
upload-time = 2024-01-01T00:00:00Z
hashes = {sha256 = "11"}
[[packages]]
name = "b"
directory = {path = "../b", editable = true, subdirectory = "s"}
[[packages]]
name = "c"
marker = "'x' in extras"
vcs = {type = "git", url = "https://h.example/c", commit-id = "00"}
[[packages]]
name = "d"
archive = {path = "d.zip", hashes = {sha256 = "22"}}
"""
_GROUPS = b"""[dependency-groups]
g = ["a>=1", {include-group = "h"}, "b ; os_name == 'posix'"]
H = ["c", {include-group = "i"}]
i = []
"""
_SCRIPT = b"""#!/usr/bin/python
# /// script
# requires-python = ">=3.8"
# dependencies = [
#   "a>=1",
# ]
#
# [tool.x]
# ///
print(1)
"""
_PIP_CONF = b"""# note
[global]
index-url = https://h.example/simple
extra_index_url = https://i.example/simple
    https://j.example/simple
no-cache-dir = no
timeout: 5
verbose = 1
[install]
--no-binary = :all:
pre = yes
"""
_SETTINGS = b"""[tool.pybuildsync]
index-url = "https://h.example/simple"
find-links = ["./links", "~/x"]
verbose = 1
pre = true
match = {a = {b = "exact"}, "c:d" = "minor"}
config-settings = {a = "b", c = {d = ["e", "f"]}}
build-time = 2024-01-01
python = "3.12"
"""
_PYPROJECT = b"""[build-system]
requires = ["setuptools>=61", "wheel"]
build-backend = "backend:main"
backend-path = ["."]
[project]
name = "a"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["b>=1", "c ; extra == 'x'"]
dynamic = ["readme"]
[project.optional-dependencies]
x = ["d ; os_name == 'posix'"]
[tool.pybuildsync]
match-runtime = ["e"]
extra-build-dependencies = {a = ["f", {requirement = "g>=2", match-runtime = true}]}
"""
_PKG_INFO = b"Metadata-Version: 2.2\nName: a\nVersion: 1.0\nDynamic: Requires-Python\nRequires-Dist: b\n"


def _write(folder: str, name: str, data: bytes) -> str:
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)
    return f"{folder}/{name}"


def read_lock(data: bytes, folder: str) -> object:
    """Read a lock file with and without what can be chosen."""
    path = _write(folder, "pylock.toml", data)
    plain = read_lock_file(path, TARGET)
    files = [listing.files(at) for listing in plain.listings for at in range(len(listing.versions))]
    try:
        more = read_lock_file(path, TARGET, extras=["x"], groups=["g"], default_groups=False).lines
    except PybuildsyncError:
        more = ()
    return plain.lines, files, more


def read_groups(data: bytes, folder: str) -> object:
    """Read a dependency group."""
    return read_group(_write(folder, "pyproject.toml", data), "g")


def read_scripts(data: bytes, folder: str) -> object:
    """Read a script's block."""
    return read_script(_write(folder, "script.py", data))


def read_pip_conf(data: bytes, folder: str) -> object:
    """Read pip's configuration and what it means for an install."""
    path = _write(folder, "pip.conf", data)
    sections = read_file(path)
    line = read_line(["install", "a"])
    assert line is not None
    return sections, understand(line, {"PIP_CONFIG_FILE": path, "HOME": folder})


def read_settings(data: bytes, folder: str) -> object:
    """Read the project's settings."""
    _write(folder, "pyproject.toml", data)
    line = read_line(["install", "a"])
    assert line is not None
    return read_sources(line, {"PIP_CONFIG_FILE": "/dev/null", "HOME": folder}, folder)


def read_tree(data: bytes, folder: str) -> object:
    """Read a source tree: pyproject.toml, PKG-INFO and setuptools' requires.txt, apart by 0x1d."""
    parts = [*data.split(b"\x1d"), b"", b""][:3]
    for name, part in zip(("pyproject.toml", "PKG-INFO", "requires.txt"), parts, strict=True):
        if part and name == "requires.txt":
            import os

            os.mkdir(f"{folder}/a.egg-info")
            _write(f"{folder}/a.egg-info", name, part)
        elif part:
            _write(folder, name, part)
    tree = read_source(folder)
    try:
        return tree, read_source(folder, filename_project="a", filename_version="1.0")
    except PybuildsyncError as error:
        return tree, str(error)


FAMILIES = (
    Family("pylock", read_lock, (_LOCK,), (*_TOML, b"[[packages]]\n", b"hashes = ", b"marker = ")),
    Family("groups", read_groups, (_GROUPS,), (*_TOML, b'{include-group = "g"}, ', b'{include-group = "h"}, ')),
    Family("scripts", read_scripts, (_SCRIPT,), (*_TOML, b"# /// script\n", b"# ///\n", b"#\n", b"# ", b"#x\n")),
    Family(
        "pip_conf",
        read_pip_conf,
        (_PIP_CONF,),
        (b"[global]\n", b"[install]\n", b"[", b"]", b" = ", b":", b"\n  ", b";", b"#", b"--", b"%(x)s", b"DEFAULT"),
    ),
    Family(
        "settings",
        read_settings,
        (_SETTINGS,),
        (*_TOML, b"[tool.pybuildsync]\n", b"group = ", b"no-cache = ", b"timeout = "),
    ),
    Family(
        "source_trees",
        read_tree,
        (
            _PYPROJECT,
            _PYPROJECT + b"\x1d" + _PKG_INFO,
            b"\n\x1d" + METADATA[0] + b"\x1da>=1\n[x]\nb\n[:os_name == 'nt']\nc\n",
            b'[project]\nname = "a"\ndynamic = ["dependencies", "version"]\n\x1d\x1db\n[x:python_version > "3"]\nc\n',
        ),
        (*_TOML, b"\x1d", b"[project]\n", b"dynamic = ", b"Dynamic: Requires-Dist\n", b"Metadata-Version: 2.6\n"),
    ),
)
