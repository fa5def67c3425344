"""What is installed, and what is broken among it."""

import importlib.metadata
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement
from pybuildsync.environments.installed import (
    InstalledDistribution,
    describing_bytes,
    direct_url,
    installed_distributions,
    installer,
    is_editable,
    read_build_record,
    read_metadata,
    read_record_file,
    read_requires,
    requested,
    why_not_removable,
)
from pybuildsync.errors import PackageError


def add(folder: Path, entry: str, files: Mapping[str, str]) -> None:
    """Write *files* into the folder *entry* of *folder*."""
    (folder / entry).mkdir(parents=True)
    for name, text in files.items():
        (folder / entry / name).write_text(text, encoding="utf-8")


def metadata(name: str, version: str, *lines: str) -> str:
    """Return a METADATA text."""
    return "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, "", "Name: body"])


def only(folder: Path) -> InstalledDistribution:
    """Return the one entry in *folder*."""
    (distribution,) = installed_distributions([str(folder)])
    return distribution


def test_the_environment_that_runs_us_reads_as_the_standard_library_reads_it() -> None:
    """Every distribution on sys.path: name, version and requirements as importlib.metadata has them."""
    expected: dict[str, importlib.metadata.Distribution] = {}
    for distribution in importlib.metadata.distributions():
        expected.setdefault(normalize_name(distribution.metadata["Name"]), distribution)
    found = {each.name: each for each in installed_distributions(sys.path) if not each.broken}
    assert {name: each.version for name, each in found.items()} == {n: each.version for n, each in expected.items()}
    counts = {name: len(read_requires(each)) for name, each in found.items()}
    assert counts == {name: len(each.requires or ()) for name, each in expected.items()}


@pytest.mark.parametrize("trust_names", [True, False])
def test_names_and_versions(tmp_path: Path, *, trust_names: bool) -> None:
    """Names are normalised, versions canonical, entries sorted; a name alone tells the same where it is whole."""
    add(tmp_path, "zope.Thing-1.0.dist-info", {"METADATA": metadata("zope.Thing", "1.0")})
    add(tmp_path, "A_b-2.0.post1+local.1.dist-info", {"METADATA": metadata("A-b", "2.0.post1+local.1")})
    add(tmp_path, "odd-01.0-1.dist-info", {"METADATA": metadata("odd-name", "01.0-1")})
    add(tmp_path, "late-1.02.dist-info", {"METADATA": metadata("late", "1.02")})
    (tmp_path / "module.py").touch()
    (tmp_path / ".dist-info").mkdir()
    found = installed_distributions([str(tmp_path)], trust_names=trust_names)
    assert [(each.name, each.version, each.broken) for each in found] == [
        ("a-b", "2.0.post1+local.1", ""),
        ("late", "1.2", ""),
        ("odd-name", "1.0.post1", ""),
        ("zope-thing", "1.0", ""),
    ]
    assert found[0].location == str(tmp_path)
    assert found[0].dist_info == str(tmp_path / "A_b-2.0.post1+local.1.dist-info")


def test_the_first_on_the_path_wins(tmp_path: Path) -> None:
    """As import does; a folder given twice, or missing, is no matter."""
    one, other = tmp_path / "one", tmp_path / "other"
    add(one, "a-1.dist-info", {"METADATA": metadata("a", "1")})
    add(other, "A-2.dist-info", {"METADATA": metadata("A", "2")})
    found = installed_distributions(["", str(one), str(tmp_path / "none"), str(one), str(other)])
    assert [(each.name, each.version, each.broken) for each in found] == [("a", "1", "")]


@pytest.mark.parametrize(
    ("entry", "files", "broken"),
    [
        ("a-1.dist-info", {}, "it has no METADATA"),
        ("a-1.egg-info", {}, "it has no PKG-INFO"),
        ("a-1.dist-info", {"METADATA": metadata("b", "1")}, "its METADATA is that of 'b'"),
        ("a-1.dist-info", {"METADATA": "Name: a\n"}, "its METADATA has no valid version"),
        ("a-1.dist-info", {"METADATA": metadata("a", "one")}, "its METADATA has no valid version"),
        ("a-1-2.dist-info", {"METADATA": "Version: 1\n"}, "its METADATA has no valid name"),
        ("~-1.dist-info", {"METADATA": metadata("a", "1")}, "a removal by pip was interrupted; delete it"),
        ("~ckage", {}, "a removal by pip was interrupted; delete it"),
    ],
)
def test_what_is_broken_is_listed_with_the_reason(
    tmp_path: Path, entry: str, files: Mapping[str, str], broken: str
) -> None:
    """A broken entry never fails the rest, and never hides a whole one further down the path."""
    add(tmp_path / "one", entry, files)
    add(tmp_path / "other", "a-3.dist-info", {"METADATA": metadata("a", "3")})
    whole, other = installed_distributions([str(tmp_path / "one"), str(tmp_path / "other")])
    assert (whole.name, whole.version, whole.broken) == ("a", "3", "")
    assert (other.dist_info, other.broken) == (str(tmp_path / "one" / entry), broken)


def test_of_two_in_one_folder_the_higher_version_counts(tmp_path: Path) -> None:
    """An interrupted upgrade leaves both behind."""
    for version in ("9.0", "10.0", "8.0"):
        add(tmp_path, f"a-{version}.dist-info", {"METADATA": metadata("a", version)})
    assert [(each.version, each.broken) for each in installed_distributions([str(tmp_path)])] == [
        ("10.0", ""),
        ("8.0", "a-10.0.dist-info is beside it"),
        ("9.0", "a-10.0.dist-info is beside it"),
    ]


def test_a_dist_info_counts_before_an_egg_info(tmp_path: Path) -> None:
    """Some Linux distributions ship both; the older form is not broken, only passed over."""
    add(tmp_path, "a.egg-info", {"PKG-INFO": metadata("a", "2")})
    add(tmp_path, "a-1.dist-info", {"METADATA": metadata("a", "1")})
    assert only(tmp_path).version == "1"


def test_a_long_header_before_the_name(tmp_path: Path) -> None:
    """Name and version are found wherever they stand in the header, whole."""
    lines = [f"Classifier: {'x' * 60}"] * 30
    add(tmp_path, "a-1-1.dist-info", {"METADATA": "\n".join([*lines, "Name: a-1", "Version: 1"])})
    assert (only(tmp_path).name, only(tmp_path).version) == ("a-1", "1")


def test_metadata_of_a_distribution(tmp_path: Path) -> None:
    """Requirements, extras and Requires-Python; a distribution without METADATA says what to do."""
    lines = ("Requires-Python: >=3.9", "Requires-Dist: b>=1", "Requires-Dist: c; extra == 'x'", "Provides-Extra: X")
    add(tmp_path, "a-1.dist-info", {"METADATA": metadata("a", "1", *lines)})
    distribution = only(tmp_path)
    read = read_metadata(distribution)
    assert (read.name, read.version, read.requires_python, read.extras) == ("a", "1", ">=3.9", ("x",))
    assert read_requires(distribution)[0] == Requirement("b", specifier=">=1")
    (tmp_path / "a-1.dist-info" / "METADATA").unlink()
    with pytest.raises(PackageError, match="the installed a 1 has no metadata") as caught:
        read_metadata(distribution)
    assert caught.value.hint == "install it again"


def test_invalid_requirements_are_the_packages_fault(tmp_path: Path) -> None:
    """The error names the distribution and the field."""
    add(tmp_path, "a-1.dist-info", {"METADATA": metadata("a", "1", "Requires-Dist: b >= one two")})
    with pytest.raises(PackageError, match="the installed a 1") as caught:
        read_metadata(only(tmp_path))
    assert "Requires-Dist: b >= one two" in caught.value.why


def test_what_an_installer_records(tmp_path: Path) -> None:
    """INSTALLER, REQUESTED, direct_url.json (PEP 376, 610), and our build record."""
    files = {
        "METADATA": metadata("a", "1"),
        "INSTALLER": "pip\n",
        "REQUESTED": "",
        "RECORD": 'a.py,sha256=x,3\n"a,b.py",,\n../../../bin/a,sha256=y,\n\nshort\n',
        "direct_url.json": json.dumps({"url": "file:///a", "dir_info": {"editable": True}}),
        "pybuildsync.json": '{"schema": 1}',
    }
    add(tmp_path, "a-1.dist-info", files)
    distribution = only(tmp_path)
    assert (installer(distribution), requested(distribution), is_editable(distribution)) == ("pip", True, True)
    assert direct_url(distribution) == {"url": "file:///a", "dir_info": {"editable": True}}
    assert read_build_record(distribution) == {"schema": 1}
    assert why_not_removable(distribution) == ""
    assert read_record_file(distribution) == (
        ("a.py", "sha256=x", "3"),
        ("a,b.py", "", ""),
        ("../../../bin/a", "sha256=y", ""),
        ("short", "", ""),
    )
    (tmp_path / "a-1.dist-info" / "RECORD").write_text("a.py,sha256=x,3\n")
    assert read_record_file(distribution) == (("a.py", "sha256=x", "3"),)


def test_odd_names_in_a_list_of_files(tmp_path: Path) -> None:
    """Quoted commas, quotes and line ends, CRLF, what else ends lines, bytes that are no text: each names its file."""
    add(tmp_path, "odd-1.0.dist-info", {"METADATA": metadata("odd", "1.0")})
    record = tmp_path / "odd-1.0.dist-info" / "RECORD"
    plain = b"a\xc2\x85b.py,,\r\nc\xe2\x80\xa8d.py,sha256=x,1\r\n\xe9.py,,\n,,\n\n"
    names = ["a\x85b.py", "c\u2028d.py", "\udce9.py"]
    record.write_bytes(plain)
    assert [row[0] for row in read_record_file(only(tmp_path))] == names
    record.write_bytes(plain + b'"e,""f""\n.py",,\r\n"e,""f""\n.py",,\r\n')
    assert [row[0] for row in read_record_file(only(tmp_path))] == [*names, 'e,"f"\n.py', 'e,"f"\n.py']


def test_what_is_not_recorded(tmp_path: Path) -> None:
    """Nothing is "", None, False or (); what is no JSON object is none; without RECORD nothing can be removed."""
    files = {"METADATA": metadata("a", "1"), "INSTALLER": "apt", "direct_url.json": "[", "pybuildsync.json": "[]"}
    add(tmp_path, "a-1.dist-info", files)
    distribution = only(tmp_path)
    assert (requested(distribution), is_editable(distribution), read_record_file(distribution)) == (False, False, ())
    assert (direct_url(distribution), read_build_record(distribution)) == (None, None)
    assert why_not_removable(distribution) == "it has no RECORD; it was installed by apt"
    (tmp_path / "a-1.dist-info" / "INSTALLER").unlink()
    assert (installer(distribution), why_not_removable(distribution)) == ("", "it has no RECORD")


def test_an_egg_info_folder(tmp_path: Path) -> None:
    """Setuptools' older form: requirements in requires.txt, files in installed-files.txt, if pip was there."""
    files = {"PKG-INFO": metadata("a", "1"), "requires.txt": "b>=1\n\n!\n[x]\nc\n"}
    add(tmp_path, "a-1-py3.11-linux-x86_64.egg-info", files)
    distribution = only(tmp_path)
    assert (distribution.name, distribution.version, distribution.kind) == ("a", "1", "egg-info")
    assert read_requires(distribution) == (Requirement("b", specifier=">=1"),)
    assert why_not_removable(distribution) == "its egg-info has no list of files"
    assert read_record_file(distribution) == ()
    Path(distribution.dist_info, "installed-files.txt").write_text("../a.py\n\nPKG-INFO\n")
    assert why_not_removable(distribution) == ""
    entry = "a-1-py3.11-linux-x86_64.egg-info"
    assert read_record_file(distribution) == (("a.py", "", ""), (f"{entry}/PKG-INFO", "", ""))


def test_an_egg_info_file(tmp_path: Path) -> None:
    """Distutils wrote one file, and no list of others."""
    (tmp_path / "a-1.egg-info").write_text(metadata("a", "1"))
    distribution = only(tmp_path)
    assert (distribution.name, distribution.version, read_requires(distribution)) == ("a", "1", ())
    assert why_not_removable(distribution) == "it was installed by distutils, which keeps no list of files"
    assert not is_editable(distribution)


@pytest.mark.parametrize(
    ("entry", "changed"),
    [
        ("a-1.dist-info", "METADATA"),
        ("a-1.dist-info", "pybuildsync.json"),
        ("a-1.dist-info", "entry_points.txt"),
        ("a-1.dist-info", "direct_url.json"),
        ("a.egg-info", "PKG-INFO"),
        ("a.egg-info", "requires.txt"),
        ("a.egg-link", "PKG-INFO"),
        ("a-1.egg", "PKG-INFO"),
    ],
)
def test_what_describes_a_distribution(tmp_path: Path, entry: str, changed: str) -> None:
    """All that an answer about it hangs on, of every kind, wherever it lies; the rest makes no difference."""
    site = tmp_path / "site"
    folder = {"a.egg-link": tmp_path / "tree" / "a.egg-info", "a-1.egg": site / "a-1.egg" / "EGG-INFO"}.get(entry)
    folder = folder or site / entry
    add(folder.parent, folder.name, {"METADATA": metadata("a", "1"), "PKG-INFO": metadata("a", "1")})
    if entry == "a.egg-link":
        site.mkdir()
        (site / entry).write_text(f"{tmp_path / 'tree'}\n")
    (distribution,) = installed_distributions([str(site)])
    before = describing_bytes(distribution)
    (folder / "other.txt").write_text("more")
    assert describing_bytes(distribution) == before
    (folder / changed).write_text(metadata("a", "1") + "Requires-Dist: b\n")
    assert describing_bytes(distribution) != before


def test_an_egg_link(tmp_path: Path) -> None:
    """It names the source tree, where the egg-info lies: an editable installation."""
    add(tmp_path / "tree", "other.egg-info", {})
    add(tmp_path / "tree", "my_pkg.egg-info", {"PKG-INFO": metadata("my-pkg", "1")})
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "my-pkg.egg-link").write_text(f"{tmp_path / 'tree'}\n../\n")
    distribution = only(tmp_path / "site")
    assert (distribution.name, distribution.version, is_editable(distribution)) == ("my-pkg", "1", True)
    assert why_not_removable(distribution) == 'it is linked to its source tree by "setup.py develop"'


@pytest.mark.parametrize("text", ["", "{tmp_path}/none\n", "{tmp_path}\n"])
def test_an_egg_link_to_nothing_is_broken(tmp_path: Path, text: str) -> None:
    """Its tree is gone, or has no egg-info any more."""
    (tmp_path / "a.egg-link").write_text(text.format(tmp_path=tmp_path))
    assert only(tmp_path).broken == "it has no PKG-INFO"


def test_eggs(tmp_path: Path) -> None:
    """easy_install's folders and archives."""
    add(tmp_path, "a-1-py3.11.egg/EGG-INFO", {"PKG-INFO": metadata("a", "1")})
    with zipfile.ZipFile(tmp_path / "b-2-py3.11.egg", "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", metadata("b", "2"))
    (tmp_path / "c-3-py3.11.egg").write_text("no archive")
    one, other, broken = installed_distributions([str(tmp_path)])
    assert [(each.name, each.version) for each in (one, other)] == [("a", "1"), ("b", "2")]
    assert (broken.name, broken.broken) == ("c", "it has no PKG-INFO")
    assert why_not_removable(one) == "it was installed by easy_install"


def test_a_file_where_a_folder_should_be_is_broken(tmp_path: Path) -> None:
    """A dist-info is a folder."""
    (tmp_path / "a-1.dist-info").write_text(metadata("a", "1"))
    assert only(tmp_path).broken == "it has no METADATA"
