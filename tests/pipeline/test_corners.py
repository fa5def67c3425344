"""What seldom happens: older tools still, times from another page, libraries in odd places, a cache with holes."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import LoopbackIndex, make_sdist
from loopback.pages import old_json_page
from pipeline.worlds import (
    Place,
    builds,
    compile_library,
    make_place,
    needs_compiler,
    sdist,
    tree_files,
    wheel,
    write_tree,
)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Place]:
    """Give a place whose index has HTML pages and no upload times in them."""
    with LoopbackIndex() as index:
        yield make_place(tmp_path, index)


def test_tools_as_old_as_the_library(place: Place) -> None:
    """Where tools of the source's time fail too, those of the time of the library it must match are tried."""
    for version, year in (("1.0", 2017), ("2.0", 2019)):
        place.index.add(wheel("tool", version, upload_time=f"{year}-01-01T00:00:00Z"))
    place.index.add(wheel("lib", "1.0", upload_time="2018-01-01T00:00:00Z"))
    recipe = {"requires": ["lib"], "breaks": {"tool": "2.0"}}
    place.index.add(
        sdist("app", "1.0", needs=["tool", "lib"], lists=["lib"], upload_time="2021-01-01T00:00:00Z", **recipe)  # type: ignore[arg-type]  # fields of a recipe
    )
    said = place.install("app")
    assert place.built_with("app") == {"lib": "1.0", "tool": "1.0"}
    assert "trying again with build tools of 2018-01-01" in said.err
    assert place.record("app")["build_time"]["as_of"] == "2018-01-01T00:00:00Z"
    place.run("uninstall", "-y", "app")
    assert builds(place.install("app", "-v")) == []


def test_times_of_another_page(old: Place) -> None:
    """An index whose listings tell no times may tell them on its JSON pages."""
    times = {"tool-1.0": "2020-01-01T00:00:00Z", "tool-2.0": "2024-01-01T00:00:00Z", "app-1.0": "2021-01-01T00:00:00Z"}
    for archive in (
        wheel("tool", "1.0"),
        wheel("tool", "2.0"),
        sdist("app", "1.0", needs=["tool"], breaks={"tool": "2"}),
    ):
        old.index.add(archive)
    for project in ("tool", "app"):
        timed = [
            replace(each, upload_time=next(time for stem, time in times.items() if each.filename.startswith(stem)))
            for each in old.index.archives[project]
        ]
        old.index.pages[f"/pypi/{project}/json"] = ("application/json", old_json_page(project, timed))
    said = old.install("app")
    assert "trying again with build tools of 2021-01-01" in said.err
    assert old.built_with("app") == {"tool": "1.0"}


def test_a_source_that_contradicts_itself(place: Place) -> None:
    """An sdist whose PKG-INFO is of something else is told by name."""
    place.index.add(replace(make_sdist("other", "1.0"), filename="app-1.0.tar.gz"))
    assert "app 1.0: " in place.refused("app")


def native_world(place: Place, folder: Path, library_path: str, *, run_path: str = "$ORIGIN/../lib") -> Path:
    """Fill the index with a library that has a shared library at *library_path*; return a tree that links to it."""
    library = compile_library(folder, "libthing.so.1", "-Wl,-soname,libthing.so.1")
    extension = compile_library(
        folder, "_ext.so", "-Wl,--no-as-needed", f"{folder}/libthing.so.1", f"-Wl,-rpath,{run_path}"
    )
    for version in ("1.0", "1.1"):
        place.index.add(wheel("lib", version, files={library_path.format(version): library}))
    recipe = {"requires": ["lib"], "copies": {"app_native/_ext.so": "_ext.so"}}
    files = tree_files("app", "1.0", needs=["lib"], **recipe)  # type: ignore[arg-type]  # fields of a recipe
    files["pyproject.toml"] += b'[project]\nname = "app"\nversion = "1.0"\ndependencies = ["lib"]\n'
    return write_tree(folder / "tree", {**files, "_ext.so": extension})


@needs_compiler
def test_a_library_in_the_data_folder(place: Place, tmp_path: Path) -> None:
    """A wheel's .data/platlib is spread over site-packages: what lies there counts where it will lie."""
    tree = native_world(place, tmp_path / "native", "lib-{}.data/platlib/lib/libthing.so.1")
    place.install(str(tree))
    assert [(each["library"], each["path"]) for each in place.record("app")["links"]] == [
        ("libthing.so.1", "lib/libthing.so.1")
    ]
    assert place.run("check").status == 0


@needs_compiler
def test_a_library_that_is_installed_already(place: Place, tmp_path: Path) -> None:
    """What stays is looked at where it lies."""
    tree = native_world(place, tmp_path / "native", "lib/libthing.so.1")
    place.install("lib==1.0")
    place.install(str(tree))
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert place.record("app")["matches"][0]["evidence"] == "linked"


@needs_compiler
def test_a_change_that_takes_a_library_away(place: Place, tmp_path: Path) -> None:
    """A version that a policy accepts, but whose files have other names, is a change that breaks what is installed."""
    tree = native_world(place, tmp_path / "native", "lib/libthing.so.1")
    place.index.add(wheel("lib", "2.0", files={"lib/libthing.so.2": b""}))
    place.install(str(tree), "lib==1.0", "--match", "lib=at-least")
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert builds(place.install("lib==1.1", "--match", "lib=at-least")) == []
    error = place.refused("lib==2.0", "--match", "lib=at-least", "--no-rebuild")
    assert "app 1.0 needs libthing.so.1, which lib 2.0 doesn't bring" in error


@needs_compiler
def test_a_run_path_into_the_build(place: Place, tmp_path: Path) -> None:
    """A wheel that looks for libraries in the build's folders is reported, not kept, and not recorded as good."""
    tree = native_world(place, tmp_path / "native", "lib/libthing.so.1", run_path=f"{place.cache}/somewhere")
    for _ in range(2):
        said = place.install(str(tree))
        assert "which goes with the build" in said.err
        assert builds(said) == ["app 1.0"]
    assert not list(place.site_packages.glob("app-1.0.dist-info/pybuildsync.json"))
    refused = place.run("wheel", "-w", str(tmp_path / "wheels"), str(tree))
    assert refused.status == 1
    assert "is of no use elsewhere" in refused.err


def test_records_that_are_none(place: Place) -> None:
    """A record that is no record, or METADATA that can't be read, doesn't stand in the way of others."""
    place.environment.add("odd", "1.0", more={"pybuildsync.json": {"schema": "what"}})
    broken = place.environment.add("broken", "1.0")
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\nRequires-Dist: ???\n\n")
    (place.environment.add("scripts", "1.0") / "entry_points.txt").write_text("[console_scripts]\nx = y:z\n")
    place.index.add(wheel("lib", "1.0"))
    place.install("lib")
    assert place.versions()["lib"] == "1.0"


def test_a_cache_with_holes(place: Place) -> None:
    """What has left the cache is made again from what is there, or built again."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))
    place.install("app")
    for kinds, expected in ((("wheels",), []), (("wheels", "built"), ["app 1.0"])):
        for folder in [folder for kind in kinds for folder in place.cache.glob(f"{kind}*")]:
            subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
            shutil.rmtree(folder)
        place.run("uninstall", "-y", "app", "lib")
        assert builds(place.install("app", "-v")) == expected
        assert place.built_with("app") == {"lib": "1.0"}


def test_a_tree_whose_tools_are_too_new(place: Place) -> None:
    """A folder has no upload time, so its failed build stands; a source behind a build requirement is retried."""
    place.index.add(wheel("old", "1.0", upload_time="2017-01-01T00:00:00Z"))
    place.index.add(wheel("old", "2.0", upload_time="2023-01-01T00:00:00Z"))
    place.index.add(sdist("tool", "1.0", needs=["old"], breaks={"old": "2.0"}, upload_time="2018-01-01T00:00:00Z"))
    tree = write_tree(place.root / "tree", tree_files("tree", "1.0", needs=["tool"]))
    said = place.install(str(tree))
    assert "trying again with build tools of 2018-01-01" in said.err
    assert place.built_with("tree") == {"tool": "1.0"}


def test_two_that_need_the_same_build(place: Place) -> None:
    """One build serves both where the inputs are the same."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("tool", "1.0", needs=["lib"]))
    for name in ("one", "two"):
        place.index.add(sdist(name, "1.0", needs=["tool"]))
    said = place.install("one", "two")
    assert sorted(builds(said)) == ["one 1.0", "tool 1.0", "two 1.0"]
    assert json.loads(place.run("check", "--json").out)["problems"] == []
