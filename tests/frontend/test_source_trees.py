"""What a source tree states before its code runs: which fields are static, which are guesses, what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.errors import PackageError
from pybuildsync.frontend.source_trees import read_source, states_exactly

BUILD = '[build-system]\nrequires = ["tool>=1"]\nbuild-backend = "tool.api"\n'
SETUPTOOLS = (Requirement(name="setuptools", specifier=">=40.8.0"),)


def tree(folder: Path, files: Mapping[str, str]) -> str:
    """Write *files* into *folder* and return it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder)


def pkg_info(*lines: str, version: str = "2.2") -> str:
    """Return a PKG-INFO of lib 1.0."""
    return "\n".join([f"Metadata-Version: {version}", "Name: lib", "Version: 1.0", *lines, "", "A text: no field"])


def sdist(folder: Path, files: Mapping[str, str]) -> SourceMetadata:
    """Read *files* as the sdist lib-1.0."""
    return read_source(tree(folder, files), filename_project="lib", filename_version="1.0")


def texts(requires: tuple[Requirement, ...]) -> list[str]:
    """Return requirements as PEP 508 texts."""
    return [str(requirement) for requirement in requires]


def test_a_modern_sdist_is_static(tmp_path: Path) -> None:
    """PKG-INFO 2.2 or later states every field that it doesn't call dynamic (PEP 643)."""
    info = pkg_info(
        "Requires-Python: >=3.9",
        "Requires-Dist: b>=2",
        'Requires-Dist: c; extra == "More_Things"',
        "Provides-Extra: More_Things",
        "Dynamic: Description",
    )
    requires = (parse_requirement("b>=2"), parse_requirement('c; extra == "More_Things"'))
    assert sdist(tmp_path, {"PKG-INFO": info, "pyproject.toml": BUILD}) == SourceMetadata(
        metadata=Metadata(
            name="lib",
            version="1.0",
            requires=requires,
            requires_python=">=3.9",
            extras=("more-things",),
            origin=Origin.STATIC,
        ),
        static_requires=requires,
        build_requires=(Requirement(name="tool", specifier=">=1"),),
        backend="tool.api",
    )


def test_absent_and_not_dynamic_is_static_and_empty(tmp_path: Path) -> None:
    """PKG-INFO 2.2 without Requires-Dist says that there is none."""
    found = sdist(tmp_path, {"PKG-INFO": pkg_info(), "setup.py": ""})
    assert (found.metadata.requires, found.metadata.origin) == ((), Origin.STATIC)
    assert (found.backend, found.build_requires) == ("setuptools.build_meta:__legacy__", SETUPTOOLS)


def test_dynamic_requirements_are_assumed_without_versions(tmp_path: Path) -> None:
    """Names, markers and extras are kept; specifiers are not (docs/matching.md)."""
    info = pkg_info(
        'Requires-Dist: b[x]>=2; python_version >= "3"',
        "Requires-Dist: b[x] <9 ; python_version>='3'",
        "Requires-Dist: c @ https://index.example/c.zip",
        "Requires-Dist: old (>=1.0)",
        "Requires-Dist: ??? broken",
        "Dynamic: requires-dist",
    )
    found = sdist(tmp_path, {"PKG-INFO": info, "pyproject.toml": BUILD})
    assert texts(found.metadata.requires) == [
        'b[x]; python_version >= "3"',
        "c @ https://index.example/c.zip",
        "old",
    ]
    assert (found.static_requires, found.metadata.origin) == ((), Origin.ASSUMED)


def test_old_metadata_is_assumed(tmp_path: Path) -> None:
    """Metadata before 2.2 promises nothing of the wheel's."""
    info = pkg_info("Requires-Dist: b>=2", "Provides-Extra: x", "Requires-Python: >=3", version="2.1")
    found = sdist(tmp_path, {"PKG-INFO": info, "setup.py": ""})
    assert texts(found.metadata.requires) == ["b"]
    assert (found.metadata.extras, found.metadata.requires_python) == (("x",), "")
    assert found.metadata.origin is Origin.ASSUMED


@pytest.mark.parametrize("version", ["2", "two.1", ""])
def test_an_unreadable_metadata_version_promises_nothing(tmp_path: Path, version: str) -> None:
    """What can't be read as a version is no version from 2.2 on."""
    found = sdist(tmp_path, {"PKG-INFO": pkg_info("Requires-Dist: b>=2", version=version), "setup.py": ""})
    assert found.metadata.origin is Origin.ASSUMED


def test_a_dynamic_list_of_metadata_2_6_may_only_grow(tmp_path: Path) -> None:
    """PEP 808: what is listed holds, more may come."""
    info = pkg_info("Requires-Dist: b>=2", "Dynamic: Requires-Dist", version="2.6")
    found = sdist(tmp_path, {"PKG-INFO": info, "pyproject.toml": BUILD})
    assert texts(found.metadata.requires) == texts(found.static_requires) == ["b>=2"]
    assert found.metadata.origin is Origin.ASSUMED


PROJECT = """
[project]
name = "lib"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["b>=2"]
[project.optional-dependencies]
Fast_One = ["c>=3; os_name == 'posix' or os_name == 'nt'", "d"]
"""


def test_the_project_table_is_static(tmp_path: Path) -> None:
    """PEP 621: what isn't dynamic is as it stands, in a tree without PKG-INFO and beside an old one."""
    expected = [
        "b>=2",
        'c>=3; (os_name == "posix" or os_name == "nt") and extra == "fast-one"',
        'd; extra == "fast-one"',
    ]
    root = tree(tmp_path, {"pyproject.toml": BUILD + PROJECT})
    found = read_source(root)
    assert texts(found.metadata.requires) == texts(found.static_requires) == expected
    assert found.metadata.origin is Origin.STATIC
    assert (found.metadata.name, found.metadata.version, found.metadata.extras) == ("lib", "1.0", ("fast-one",))
    assert found.metadata.requires_python == ">=3.9"
    old = sdist(tmp_path, {"PKG-INFO": pkg_info("Requires-Dist: stale", version="2.1")})
    assert old.metadata == found.metadata


def test_dynamic_fields_of_the_project_table_are_assumed_one_by_one(tmp_path: Path) -> None:
    """Dependencies static, extras dynamic: the first as they stand, the second by PKG-INFO's names."""
    project = '[project]\nname = "lib"\ndynamic = ["version", "optional-dependencies"]\ndependencies = ["b>=2"]\n'
    info = pkg_info("Requires-Dist: b>=1", 'Requires-Dist: c>=3; extra == "x"', "Provides-Extra: x", version="2.1")
    found = sdist(tmp_path, {"PKG-INFO": info, "pyproject.toml": BUILD + project})
    assert texts(found.metadata.requires) == ["b>=2", 'c; extra == "x"']
    assert texts(found.static_requires) == ["b>=2"]
    assert (found.metadata.origin, found.metadata.extras) == (Origin.ASSUMED, ("x",))


def test_extras_static_and_dependencies_dynamic(tmp_path: Path) -> None:
    """The other way round."""
    project = '[project]\nname = "lib"\ndynamic = ["dependencies"]\n[project.optional-dependencies]\nx = ["c>=3"]\n'
    info = pkg_info("Requires-Dist: b>=1", 'Requires-Dist: stale; extra == "x"', version="2.1")
    found = sdist(tmp_path, {"PKG-INFO": info, "pyproject.toml": BUILD + project})
    assert texts(found.metadata.requires) == ['c>=3; extra == "x"', "b"]


def test_a_dynamic_field_with_static_entries(tmp_path: Path) -> None:
    """PEP 808 in pyproject.toml: entries hold although the field is dynamic, and aren't guessed a second time."""
    project = '[project]\nname = "lib"\ndynamic = ["dependencies"]\ndependencies = ["b>=2"]\n'
    info = pkg_info("Requires-Dist: b>=2,<3", "Requires-Dist: e>1", version="2.1")
    found = sdist(tmp_path, {"PKG-INFO": info, "pyproject.toml": BUILD + project})
    assert texts(found.metadata.requires) == ["b>=2", "e"]
    assert texts(found.static_requires) == ["b>=2"]


def test_pkg_info_of_a_tree_that_is_no_sdist_is_a_guess(tmp_path: Path) -> None:
    """Whoever edits a tree doesn't edit its PKG-INFO."""
    found = read_source(tree(tmp_path, {"PKG-INFO": pkg_info("Requires-Dist: b>=2"), "setup.py": ""}))
    assert texts(found.metadata.requires) == ["b"]
    assert (found.metadata.name, found.metadata.version, found.metadata.origin) == ("", "", Origin.ASSUMED)


def test_requires_txt_helps_where_pkg_info_has_none(tmp_path: Path) -> None:
    """Older setuptools put names only there; sections are extras and markers."""
    lines = '# made\nb>=1\n\n[:os_name == "nt"]\nw\n\n[Fast]\nc\n\n[Fast:python_version < "4"]\nd~=1.0\n'
    files = {"PKG-INFO": pkg_info(version="1.2"), "setup.py": "", "src/lib.egg-info/requires.txt": lines}
    files["src/other/requires.txt"] = "unrelated"
    found = sdist(tmp_path, files)
    assert texts(found.metadata.requires) == [
        "b",
        'w; os_name == "nt"',
        'c; extra == "fast"',
        'd; python_version < "4" and extra == "fast"',
    ]


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"PKG-INFO": "Metadata-Version: 2.2\nName: other\nVersion: 1.0\n"}, "project"),
        ({"PKG-INFO": "Metadata-Version: 1.0\nName: lib\nVersion: 2.0\n"}, "version"),
        ({"pyproject.toml": BUILD + '[project]\nname = "other"\nversion = "1.0"\n'}, "project"),
        ({"pyproject.toml": BUILD + '[project]\nname = "lib"\nversion = "1.1"\n'}, "version"),
    ],
)
def test_a_source_that_contradicts_its_file_name(tmp_path: Path, files: dict[str, str], what: str) -> None:
    """Names and versions agree, normalised, or the sdist is refused."""
    with pytest.raises(PackageError, match=f"the source distribution contradicts itself about its {what}"):
        sdist(tmp_path, {"setup.py": "", **files})


def test_names_and_versions_agree_normalised(tmp_path: Path) -> None:
    """Spellings don't matter."""
    files = {"PKG-INFO": "Name: My_Lib\nVersion: 1.0.RC1\n", "setup.py": ""}
    found = read_source(tree(tmp_path, files), filename_project="my-lib", filename_version="1.0rc1")
    assert (found.metadata.name, found.metadata.version) == ("my-lib", "1.0rc1")


LEGACY = {"setup.py": ""}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "it has neither pyproject.toml nor setup.py"),
        ({"pyproject.toml": "[build-system"}, "pyproject.toml can't be read"),
        ({"pyproject.toml": "build-system = 1"}, "it must be a table"),
        ({"pyproject.toml": "[build-system]"}, "requires is missing (PEP 518)"),
        ({"pyproject.toml": "[build-system]\nrequires = 1"}, "[build-system] requires must be an array of texts"),
        ({"pyproject.toml": "[build-system]\nrequires = [1]"}, "[build-system] requires must be an array of texts"),
        (
            {"pyproject.toml": '[build-system]\nrequires = ["a b"]'},
            "[build-system] of pyproject.toml has a requirement",
        ),
        ({"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 1"}, "build-backend must be a text"),
        ({"pyproject.toml": "[build-system]\nrequires = []\nbackend-path = 1"}, "backend-path must be an array"),
        ({"pyproject.toml": '[build-system]\nrequires = []\nbackend-path = [".."]'}, "'..' is no folder of the tree"),
        ({"pyproject.toml": '[build-system]\nrequires = []\nbackend-path = ["no"]'}, "'no' is no folder of the tree"),
        ({"pyproject.toml": '[build-system]\nrequires = []\nbackend-path = ["/"]'}, "'/' is no folder of the tree"),
        ({"pyproject.toml": "project = 1"}, "project must be a table"),
        ({"pyproject.toml": "tool = 1"}, "tool must be a table"),
        ({"pyproject.toml": "[project]\nname = 1"}, "name and version must be texts"),
        ({"pyproject.toml": '[project]\nname = "lib"\ndynamic = 1'}, "[project] dynamic must be an array of texts"),
        ({"pyproject.toml": '[project]\nname = "lib"\nversion = "x y"'}, "pyproject.toml says 'x y'"),
        ({"pyproject.toml": '[project]\nname = "lib"\nrequires-python = 3'}, "requires-python must be a text"),
        ({"pyproject.toml": '[project]\nname = "lib"\ndependencies = ["?"]'}, "has a requirement that is none"),
        ({"pyproject.toml": '[project]\nname = "lib"\noptional-dependencies = 1'}, "must be a table"),
        ({"pyproject.toml": '[project]\nname = "lib"\n[project.optional-dependencies]\nx = 1'}, "x must be an array"),
        ({**LEGACY, "PKG-INFO": pkg_info("Requires-Dist: a b")}, "PKG-INFO has a requirement that is none"),
        ({"pyproject.toml": "[tool.pybuildsync]\nextra-build-dependencies = 1"}, "must be an array"),
        ({"pyproject.toml": "[tool.pybuildsync]\nextra-build-dependencies = [1]"}, "has no requirement"),
        ({"pyproject.toml": '[tool.pybuildsync]\nmatch-runtime = "x"'}, "match-runtime must be an array"),
    ],
)
def test_malformed_trees_are_refused(tmp_path: Path, files: dict[str, str], why: str) -> None:
    """The error says what is wrong and where."""
    with pytest.raises(PackageError) as caught:
        sdist(tmp_path, files)
    assert why in str(caught.value)


def test_a_table_without_backend_is_setuptools(tmp_path: Path) -> None:
    """PEP 517: its own requires, the legacy backend."""
    found = read_source(tree(tmp_path, {"pyproject.toml": '[build-system]\nrequires = ["a"]\n'}))
    assert (found.backend, texts(found.build_requires)) == ("setuptools.build_meta:__legacy__", ["a"])


def test_pyproject_without_the_table_is_setuptools(tmp_path: Path) -> None:
    """PEP 518: as if there were no pyproject.toml."""
    found = read_source(tree(tmp_path, {"pyproject.toml": PROJECT}))
    assert (found.backend, found.build_requires) == ("setuptools.build_meta:__legacy__", SETUPTOOLS)


def test_a_tree_configures_its_own_builds(tmp_path: Path) -> None:
    """``extra-build-dependencies`` of its own name, or a plain array, and ``match-runtime``."""
    keyed = (
        '[tool.pybuildsync]\nmatch-runtime = ["Deep_Lib"]\n[tool.pybuildsync.extra-build-dependencies]\n'
        'Lib = ["x>=1", {requirement = "y", match-runtime = true}]\nother = ["z"]\n'
    )
    found = read_source(tree(tmp_path / "1", {"pyproject.toml": BUILD + PROJECT + keyed}))
    assert texts(found.build_requires) == ["tool>=1", "x>=1", "y"]
    assert found.match_runtime == ("y", "deep-lib")
    plain = '[tool.pybuildsync]\nextra-build-dependencies = ["x"]\n'
    found = read_source(tree(tmp_path / "2", {"pyproject.toml": BUILD + plain}))
    assert (texts(found.build_requires), found.match_runtime) == (["tool>=1", "x"], ())


def test_whether_requirements_are_stated_in_the_wheels_words(tmp_path: Path) -> None:
    """Only PKG-INFO of an sdist does that."""
    assert states_exactly(tree(tmp_path / "1", {"PKG-INFO": pkg_info()}))
    assert not states_exactly(tree(tmp_path / "2", {"PKG-INFO": pkg_info("Dynamic: Requires-Dist")}))
    assert not states_exactly(tree(tmp_path / "3", {"pyproject.toml": PROJECT}))
