"""Builds without isolation: with what is installed, which must be what runs."""

import os
from pathlib import Path

import pytest
from pipeline.worlds import Place, builds, sdist, tree_files, wheel, write_tree

OPEN = "--no-build-isolation"


def libraries(place: Place, *installed: str) -> None:
    """Fill the index with versions of a library and install *installed*."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    if installed:
        place.install(*installed)


def test_what_is_installed_is_built_with(place: Place) -> None:
    """Nothing is fetched for the build, whatever it asks for; the record has all that was installed."""
    libraries(place, "lib==1.0")
    place.environment.add("egg", "3.0")
    place.index.add(sdist("app", "1.0", needs=["lib", "missing"], asks=["more"], lists=["lib"], bakes={"lib": ">={}"}))
    said = place.install("-v", OPEN, "app")
    assert "building app 1.0 against lib 1.0\n" in said.err
    assert place.built_with("app") == {"egg": "3.0", "lib": "1.0"}
    record = place.record("app")
    assert [(each["name"], each["version"]) for each in record["environment"]] == [("egg", "3.0"), ("lib", "1.0")]
    assert record["hook_requires"] == ["more"]
    assert [(each["name"], each["evidence"]) for each in record["matches"]] == [("lib", "baked")]
    log = next(iter((place.cache / "logs").iterdir())).read_text()
    assert "    egg==3.0\n    lib==1.0\n" in log


def test_nothing_of_it_is_kept(place: Place) -> None:
    """What is installed may be changed in place: each time it is built anew, and other builds don't see it."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib"]))
    again = ("app", "--force-reinstall", "--no-deps")
    assert builds(place.install(OPEN, *again)) == ["app 1.0"]
    assert builds(place.install(OPEN, *again)) == ["app 1.0"]
    assert builds(place.install(*again)) == ["app 1.0"]
    assert place.built_with("app") == {"lib": "2.0"}
    assert [path.name.strip("=") for path in place.cache.glob("built-1/*")] == [place.record("app")["build_key"]]
    assert list(place.cache.glob("unfinished*/*")) == []


def test_a_plan_with_such_a_build_is_not_remembered(place: Place) -> None:
    """The same command in another environment that is like it builds again."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib"]))
    place.install(OPEN, "app")
    place.run("uninstall", "-y", "app")
    assert builds(place.install(OPEN, "app")) == ["app 1.0"]


def test_what_it_was_built_with_runs(place: Place) -> None:
    """A change of a library that must match is refused before anything is built; by itself none happens."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    error = place.refused(OPEN, "app", "lib==2.0")
    assert "app 1.0 must run with lib 1.0 (required to build and to run)" in error
    assert "without --no-build-isolation sources are built against what will run" in error
    assert not (place.cache / "logs").exists()
    place.install(OPEN, "-U", "--upgrade-strategy", "eager", "app")
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert place.run("check").status == 0
    place.install("app", "lib==2.0")
    assert (place.built_with("app"), place.versions()["lib"]) == ({"lib": "2.0"}, "2.0")


def test_policies_hold(place: Place) -> None:
    """Who says that any version serves may change it."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install(OPEN, "--match", "lib=any", "app", "lib==2.0")
    assert place.built_with("app") == {"lib": "1.0"}
    assert place.versions() == {"app": "1.0", "lib": "2.0"}


def test_what_a_build_requires_only_to_run_is_free(place: Place) -> None:
    """All that is installed can be seen by a build; only what it names to build with counts as built with."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", lists=["lib"], requires=["lib>=2"]))
    place.install(OPEN, "app")
    assert place.versions() == {"app": "1.0", "lib": "2.0"}
    assert place.record("app")["matches"] == []


def test_what_a_hook_asks_for_counts(place: Place) -> None:
    """Only the backend knows: after the build nothing else may run."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", asks=["lib"], lists=["lib"], requires=["lib"]))
    error = place.refused(OPEN, "app", "lib==2.0")
    assert "app 1.0, built against lib 1.0, must run with lib 1.0 (required to build and to run)" in error
    assert "app 1.0 has been built against lib 1.0 already" in error


def test_a_library_that_is_not_there(place: Place) -> None:
    """The build goes on without it, as in pip; what it says then is told, and what to do."""
    libraries(place)
    place.index.add(sdist("app", "1.0", needs=["lib"], bakes={"lib": "=={}"}))
    error = place.refused(OPEN, "app", "lib")
    assert "app==1.0 could not be built" in error
    assert "hint: see that what it needs is installed, or leave out --no-build-isolation\n" in error
    place.install("lib==1.0")
    place.install(OPEN, "app", "lib")
    assert place.versions() == {"app": "1.0", "lib": "1.0"}


def test_sources_are_not_put_in_order(place: Place) -> None:
    """As in pip: what is installed by the same command is there for nobody's build."""
    place.index.add(sdist("lib", "1.0"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install(OPEN, "app")
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert place.built_with("app") == {}
    assert place.record("app")["matches"] == []


def test_failures_have_no_second_try(place: Place) -> None:
    """Other build tools can't be had."""
    place.index.add(wheel("lib", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("lib", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.install("lib")
    place.index.add(sdist("app", "1.0", needs=["lib"], breaks={"lib": "2.0"}, upload_time="2021-05-06T00:00:00Z"))
    assert "trying again" not in place.refused(OPEN, "app")


def test_an_editable_project(place: Place) -> None:
    """Its backend runs in the environment, in the tree; the record is its own, and check knows what it must match."""
    libraries(place, "lib==1.0")
    tree = write_tree(
        place.root / "tree",
        tree_files(
            "app",
            "1.0",
            needs=["lib"],
            requires=["lib"],
            pyproject='[project]\nname = "app"\nversion = "1.0"\ndependencies = ["lib"]\n',
        ),
    )
    place.install(OPEN, "-e", str(tree))
    assert place.built_with("app") == {"lib": "1.0"}
    assert [(each["name"], each["evidence"]) for each in place.record("app")["matches"]] == [("lib", "required twice")]
    place.install("lib==2.0")
    assert [(each["name"], each["version"]) for each in place.record("app")["environment"]] == [("lib", "2.0")]


def test_a_tree_whose_backend_knows_its_name(place: Place) -> None:
    """It is asked in the environment, too."""
    libraries(place, "lib==1.0")
    tree = write_tree(place.root / "tree", tree_files("app", "1.0", needs=["lib"], bakes={"lib": ">={}"}))
    place.install(OPEN, str(tree))
    assert place.built_with("app") == {"lib": "1.0"}


def test_what_is_only_asked_for_what_it_requires(place: Place) -> None:
    """Its metadata are prepared in the environment, too."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": ">={}"}))
    place.install(OPEN, "--only-deps", "app")
    assert place.versions() == {"lib": "1.0"}


def test_two_of_one_kind(place: Place) -> None:
    """What several sources share is there once; both must match it."""
    libraries(place, "lib==1.0")
    for name in ("one", "two"):
        place.index.add(sdist(name, "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))
    assert sorted(builds(place.install(OPEN, "-U", "one", "two"))) == ["one 1.0", "two 1.0"]
    assert place.versions() == {"lib": "1.0", "one": "1.0", "two": "1.0"}


def test_wheels_go_with_what_is_installed(place: Place) -> None:
    """`wheel` builds with what is installed, and saves what goes with it."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    folder = place.root / "wheels"
    said = place.run("wheel", OPEN, "-w", str(folder), "app")
    assert said.status == 0, said.err
    assert sorted(os.listdir(folder)) == ["app-1.0-py3-none-any.whl", "lib-1.0-py3-none-any.whl"]
    assert list(place.cache.glob("built-1/*")) == []


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        (["lib", "tool>=1"], "Some build dependencies for app==1.0 are missing: 'tool>=1'"),
        (
            ["lib>=2", "tool"],
            (
                "Some build dependencies for app==1.0 conflict with the backend dependencies: "
                "lib==1.0 is incompatible with lib>=2"
            ),
        ),
    ],
)
def test_missing_build_requirements_are_refused(place: Place, needs: list[str], said: str) -> None:
    """With --check-build-dependencies, in pip's words, before any code of the source runs."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=[*needs, 'nobody; os_name == "none"']))
    error = place.refused(OPEN, "--check-build-dependencies", "app")
    assert error.startswith(f"error: {said}\n")
    assert not (place.cache / "logs").exists()
    place.install(OPEN, "app")


def test_checks_that_find_nothing(place: Place) -> None:
    """With all that is needed it is built; in environments of its own there is nothing to check."""
    libraries(place, "lib==1.0")
    place.index.add(sdist("app", "1.0", needs=["lib<2"]))
    assert builds(place.install(OPEN, "--check-build-dependencies", "app")) == ["app 1.0"]
    place.index.add(sdist("other", "1.0", needs=["lib>=2"]))
    assert builds(place.install("--check-build-dependencies", "other")) == ["other 1.0"]


def test_build_constraints_are_refused(place: Place, tmp_path: Path) -> None:
    """As in pip: there is nothing that they could limit."""
    limits = tmp_path / "limits.txt"
    limits.write_text("lib<2\n")
    error = place.refused(OPEN, "--build-constraint", str(limits), "app")
    assert error.startswith("error: --build-constraint cannot be used with --no-build-isolation\n")
