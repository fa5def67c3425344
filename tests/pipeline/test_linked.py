"""Libraries that keep their names, and what is asked of wheels before it is built or refused."""

import shutil
from pathlib import Path

import pytest
from loopback import make_sdist
from pipeline.worlds import Place, builds, compile_library, needs_compiler, sdist, tree_files, wheel


def fill(place: Place, folder: Path) -> None:
    """Fill the index: `lib` 1.0 and 1.1 bring one library, 1.2 has it elsewhere, 2.0 another; `app` links the first."""
    library = compile_library(folder, "libthing.so.1", "-Wl,-soname,libthing.so.1")
    extension = compile_library(
        folder, "_ext.so", "-Wl,--no-as-needed", f"{folder}/libthing.so.1", "-Wl,-rpath,$ORIGIN/../lib"
    )
    paths = (
        ("1.0", "lib/libthing.so.1"), ("1.1", "lib/libthing.so.1"), ("1.2", "more/libthing.so.1"),
        ("2.0", "lib/libthing.so.2"),
    )  # fmt: skip
    for version, path in paths:
        place.index.add(wheel("lib", version, files={path: library}))
    recipe = {"requires": ["lib"], "copies": {"app_native/_ext.so": "_ext.so"}}
    files = tree_files("app", "1.0", needs=["lib"], **recipe)  # type: ignore[arg-type]  # fields of a recipe
    place.index.add(make_sdist("app", "1.0", files={**files, "_ext.so": extension}, requires=("lib",)))


@pytest.fixture
def linked(place: Place, tmp_path: Path) -> Place:
    """Give a place with `app`, built against `lib` 1.0."""
    fill(place, tmp_path / "native")
    place.install("app", "lib==1.0")
    (match,) = place.record("app")["matches"]
    assert (match["evidence"], match["policy"]) == ("linked", "at-least")
    assert match["reason"] == "its extension modules need libthing.so.1, so later versions that bring the same serve"
    return place


@needs_compiler
@pytest.mark.parametrize("named", [(), ("app",)])
@pytest.mark.parametrize(("version", "built"), [("1.1", []), ("1.2", ["app 1.0"]), ("2.0", ["app 1.0"])])
def test_what_is_linked_stays_while_its_library_does(
    linked: Place, named: tuple[str, ...], version: str, built: list[str]
) -> None:
    """With a later version that brings it nothing is rebuilt, whether the source is named or not; else it is."""
    assert builds(linked.install(*named, f"lib=={version}")) == built
    assert linked.versions() == {"app": "1.0", "lib": version}
    assert linked.built_with("app") == {"lib": version if built else "1.0"}
    assert linked.run("check").status == 0
    said = linked.install("app")
    assert "already satisfied" in said.out
    assert builds(said) == []


@needs_compiler
def test_an_older_version_may_lack_something(linked: Place) -> None:
    """What was built against a later one is built again, though the name is the same."""
    linked.install("app", "lib==1.1", "--reinstall-package", "app", "--no-binary", "app")
    assert linked.built_with("app") == {"lib": "1.1"}
    linked.install("lib==1.0")
    assert linked.built_with("app") == {"lib": "1.0"}


@needs_compiler
def test_a_library_that_others_have_changed(linked: Place) -> None:
    """Whoever put it there: what doesn't bring the library isn't what is needed, and the next install mends it."""
    shutil.rmtree(next(linked.site_packages.glob("lib-1.0.dist-info")))
    linked.environment.add("lib", "2.0")
    assert linked.run("check").status == 1
    linked.install("app")
    assert linked.versions() == {"app": "1.0", "lib": "1.0"}
    assert linked.run("check").status == 0
    shutil.rmtree(next(linked.site_packages.glob("lib-1.0.dist-info")))
    linked.environment.add("lib", "2.0")
    linked.index.add(wheel("other", "1.0"))
    assert builds(linked.install("other")) == ["app 1.0"]


def test_what_a_library_promises_is_asked_before_giving_up(place: Place) -> None:
    """`app` can't be built with what will run. Its library says that this doesn't matter, or says nothing."""
    promise = b"[pybuildsync.match-runtime]\nself = minor\n"
    for name, said in (("lib", promise), ("mute", b"")):
        for version in ("1.0", "1.1"):
            files = {f"{name}-{version}.dist-info/entry_points.txt": said}
            place.index.add(wheel(name, version, files=files))
    place.index.add(sdist("app", "1.0", needs=["lib<1.1"], lists=["lib"], requires=["lib"]))
    place.index.add(sdist("bad", "1.0", needs=["mute<1.1"], lists=["mute"], requires=["mute"]))
    place.install("app", "lib==1.1")
    assert place.built_with("app") == {"lib": "1.0"}
    assert "bad 1.0 must run with the mute that it is built with" in place.refused("bad", "mute==1.1")


@needs_compiler
def test_what_is_linked_to_without_isolation(place: Place, tmp_path: Path) -> None:
    """It need not be named to build with; others that have a file of that name, and aren't required, don't count."""
    fill(place, tmp_path / "native")
    place.index.add(wheel("another", "1.0", files={"another/libthing.so.1": b"not this one"}))
    place.install("lib==1.0", "another")
    extension = (tmp_path / "native" / "_ext.so").read_bytes()
    files = tree_files("user", "1.0", requires=["lib"], copies={"user_native/_ext.so": "_ext.so"})
    place.index.add(make_sdist("user", "1.0", files={**files, "_ext.so": extension}, requires=("lib",)))
    place.install("--no-build-isolation", "user")
    record = place.record("user")
    assert [(each["name"], each["evidence"]) for each in record["matches"]] == [("lib", "linked")]
    assert [(each["distribution"], each["library"]) for each in record["links"]] == [("lib", "libthing.so.1")]
    error = place.refused("--no-build-isolation", "user", "lib==2.0", "--reinstall-package", "user")
    assert "libthing.so.1" in error
