"""Sources and the libraries they are built against: what is built with what, and when it is built again."""

import hashlib
from pathlib import Path
from shutil import rmtree

from commands.worlds import make_environment
from pipeline.worlds import Place, builds, sdist, wheel
from pybuildsync_hooks.record import read_record


def stock(place: Place, *archives: object) -> None:
    """Put *archives* into the index."""
    for archive in archives:
        place.index.add(archive)  # type: ignore[arg-type]  # archives all


def shelf(place: Place) -> None:
    """Fill the index: a library in three versions, and a source that bakes the one it is built with."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "2.0", "3.0")))
    stock(place, sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))


def test_a_source_is_built_against_what_runs(place: Place) -> None:
    """Without pins: the newest library, one build, and a record that says so."""
    shelf(place)
    said = place.install("app")
    assert builds(said) == ["app 1.0"]
    assert place.versions() == {"app": "1.0", "lib": "3.0"}
    assert place.built_with("app") == {"lib": "3.0"}
    record = place.record("app")
    assert [(each["name"], each["version"]) for each in record["environment"]] == [("lib", "3.0")]
    assert [(each["name"], each["evidence"]) for each in record["matches"]] == [("lib", "baked")]
    assert place.run("check").status == 0


def test_a_pin_decides_what_is_built_against(place: Place) -> None:
    """What runs is pinned, so that is built against."""
    shelf(place)
    place.install("app", "lib==1.0")
    assert place.built_with("app") == {"lib": "1.0"}


def test_the_second_time_builds_nothing(place: Place) -> None:
    """The same again builds nothing, in a new environment neither; going back to an earlier pin neither."""
    shelf(place)
    assert builds(place.install("app", "lib==2.0")) == ["app 1.0"]
    assert "already satisfied" in place.install("app", "lib==2.0").out
    assert builds(place.install("app", "lib==1.0")) == ["app 1.0"]
    assert builds(place.install("app", "lib==2.0")) == []
    assert place.built_with("app") == {"lib": "2.0"}
    assert place.run("check").status == 0


def test_a_library_that_changes_has_what_is_built_against_it_rebuilt(place: Place) -> None:
    """Changing the library alone puts the source back among what is installed, in the same step, with the reason."""
    shelf(place)
    place.install("app", "lib==2.0")
    said = place.install("lib==3.0")
    assert place.versions() == {"app": "1.0", "lib": "3.0"}
    assert place.built_with("app") == {"lib": "3.0"}
    assert "(rebuilt: lib 2.0 -> 3.0)" in said.out
    assert list(place.site_packages.glob("app-*.dist-info/REQUESTED")), "it was asked for, and still is"
    told = place.install("lib==2.0").out
    assert "~ app==1.0       (built before: lib 3.0 -> 2.0)" in told, "nothing was built for it"
    assert "(built before: lib 2.0 -> 3.0)" in place.install("lib==3.0").out, "nor where the plan is remembered"


def test_a_wide_requirement_of_an_old_source_promises_nothing_of_binaries(place: Place) -> None:
    """What the library documents holds beside it; so does what is configured after the build."""
    stock(place, *(wheel("numpy", version) for version in ("1.23", "1.26", "2.1")))
    stock(place, *(wheel("lib", version) for version in ("1.0", "1.1")))
    stock(place, sdist("app", "1.0", needs=["numpy", "lib"], requires=["numpy>=1", "lib>=1"]))
    place.install("app", "numpy==1.23", "lib==1.0")
    assert builds(place.install("numpy==1.26")) == []
    assert builds(place.install("numpy==2.1")) == ["app 1.0"]
    assert builds(place.install("lib==1.1")) == []
    assert builds(place.install("lib==1.0", "--match", "lib=exact")) == []
    assert builds(place.install("lib==1.1", "--match", "lib=exact")) == ["app 1.0"]


def test_a_plan_for_what_was_built_elsewhere_is_not_remembered_for_what_was_built_here(place: Place) -> None:
    """The same names and versions are not the same: a published wheel stays where one built here is rebuilt."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "2.0")))
    stock(place, wheel("app", "1.0", "lib"), sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install("app", "lib==1.0")
    assert builds(place.install("lib==2.0")) == []
    assert builds(place.install("app", "lib==1.0", "--no-binary", "app", "--reinstall-package", "app")) == ["app 1.0"]
    assert builds(place.install("lib==2.0")) == ["app 1.0"]
    assert place.run("check").status == 0


def test_no_rebuild_refuses_the_change(place: Place) -> None:
    """With --no-rebuild a change that would break what is installed is refused, and nothing changes."""
    shelf(place)
    place.install("app", "lib==2.0")
    error = place.refused("--no-rebuild", "lib==3.0")
    assert "the change would break what is installed" in error
    assert place.built_with("app") == {"lib": "2.0"}


def test_without_dependencies_nothing_is_rebuilt(place: Place) -> None:
    """--no-deps does what is named and no more: what no longer matches stays, is told, and fails the command."""
    shelf(place)
    place.install("app", "lib==2.0")
    assert "these stay as they are" in place.refused("--no-deps", "--no-rebuild", "lib==3.0")
    said = place.run("install", "--no-deps", "lib==3.0")
    assert (said.status, builds(said), place.versions()["lib"]) == (1, [], "3.0")
    assert "warning: app 1.0" in said.err
    assert place.built_with("app") == {"lib": "2.0"}
    assert place.run("check").status == 1
    assert place.run("install", "--no-deps", "--pip-compat", "lib==2.0").status == 0
    assert place.run("install", "--no-deps", "--pip-compat", "lib==3.0").status == 0


def test_a_published_wheel_in_the_place_of_what_was_built(place: Place) -> None:
    """Where a rebuild is impossible the hint says so: to name it too lets the index's wheel of that version come."""
    shelf(place)
    stock(place, wheel("twice", "1.0", "lib"), sdist("twice", "1.0", needs=["lib>=3"], lists=["lib"], requires=["lib"]))
    place.install("twice", "lib==3.0", "--no-binary", "twice")
    error = place.refused("lib<3")
    assert "(required to build and to run: exact)" in error
    assert "pybuildsync install 'lib<3' twice" in error
    assert place.run("install", "--no-deps", "lib<3").status == 1
    assert "it needs lib>=3 to be built, so put that back: pybuildsync install 'lib>=3'" in place.run("check").out
    place.install("lib==3.0")
    said = place.install("lib<3", "twice")
    assert "~ twice==1.0" in said.out
    assert "(a published wheel instead of the one built here)" in said.out


def test_a_rebuild_that_is_impossible(place: Place) -> None:
    """The error says what the change would break and why building it again doesn't help; the user asked for neither."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "2.0")))
    stock(place, sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib<2"], bakes={"lib": "=={}"}))
    place.install("app")
    error = place.refused("lib==2.0")
    assert "the change would break what is installed" in error
    assert "app 1.0 requires lib<2, and lib 2.0 is there (app was built against lib 1.0)" in error
    assert "you asked for lib==2.0" in error
    assert "So, because app==1.0 is installed, there is no solution." in error


def test_a_rebuild_that_a_hash_forbids(place: Place) -> None:
    """The hash stands beside a constraint: the error says that it is of what is installed, which nobody asked for."""
    shelf(place)
    place.install("app", "lib==1.0")
    rmtree(place.cache)
    digest = hashlib.sha256(wheel("lib", "2.0").data).hexdigest()
    (place.root / "asked.txt").write_text(f"lib==2.0 --hash=sha256:{digest}\n")
    (place.root / "limits.txt").write_text(f"app==1.0 --hash=sha256:{'0' * 64}\n")
    error = place.refused("-r", str(place.root / "asked.txt"), "-c", str(place.root / "limits.txt"))
    assert "Because app==1.0 is installed and app 1.0 has no file with a hash that was given" in error


def test_what_an_extra_requires_is_matched_where_it_was_asked_for(place: Place) -> None:
    """`app[x]` needs the library to run, so it is rebuilt with it; `app` alone was built beside it by chance."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "2.0", "3.0")))
    stock(place, sdist("app", "1.0", needs=["lib"], lists=['lib; extra == "x"'], requires=['lib; extra == "x"']))
    place.install("app[x]", "lib==1.0")
    assert [(each["name"], each["evidence"]) for each in place.record("app")["matches"]] == [("lib", "required twice")]
    assert builds(place.install("lib==2.0")) == ["app 1.0"]
    assert builds(place.install("lib==3.0")) == ["app 1.0"]
    place.install("app", "lib==1.0", "--reinstall-package", "app", "--no-binary", "app")
    assert builds(place.install("lib==2.0")) == []


def test_a_record_tells_what_was_asked_for_here(place: Place, tmp_path: Path) -> None:
    """A wheel of the store may have been built for others, with another configuration or other extras."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "1.1")))
    stock(place, sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install("app", "lib==1.0", "--match", "lib=minor")
    here = Place(place.root, place.index, make_environment(tmp_path / "other"))
    assert builds(here.install("app", "lib==1.0")) == []
    (match,) = here.record("app")["matches"]
    assert (match["evidence"], match["policy"]) == ("required twice", "exact")
    assert here.run("check").status == 0
    assert here.run("wheel", "app", "lib==1.0", "-w", str(tmp_path)).status == 0
    (path,) = tmp_path.glob("app-*.whl")
    record = read_record(str(path))
    assert record is not None
    assert record["matches"] == [match]
    assert builds(here.install("lib==1.1")) == ["app 1.0"]


def test_an_extra_that_is_asked_for_later(place: Place) -> None:
    """What was built without it must run with what it was built with from now on: else it is built again."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "2.0", "3.0")))
    stock(place, sdist("app", "1.0", needs=["lib"], lists=['lib; extra == "x"'], requires=['lib; extra == "x"']))
    place.install("app", "lib==2.0")
    place.install("lib==1.0")
    assert place.built_with("app") == {"lib": "2.0"}
    assert builds(place.install("app[x]", "lib==1.0")) == ["app 1.0"]
    assert place.built_with("app") == {"lib": "1.0"}
    assert place.install("app[x]").out.startswith("Requirement already satisfied")
    stock(place, sdist("user", "1.0", lists=["app"], requires=["app[x]", "lib<3"]))
    assert sorted(builds(place.install("user", "lib==2.0", "--force-reinstall"))) == ["user 1.0"]
    assert place.versions()["lib"] == place.built_with("app")["lib"] == "2.0"


def test_an_extra_that_is_asked_for_later_is_noted(place: Place) -> None:
    """What stays must match what the extra requires from then on, as if it had been built with it; and is whole."""
    stock(place, *(wheel("lib", version) for version in ("1.0", "2.0", "3.0")))
    stock(place, wheel("more", "1.0", "app[x]", "lib<3"), wheel("user", "1.0", "app[x]"))
    stock(place, sdist("app", "1.0", needs=["lib"], lists=['lib; extra == "x"'], requires=['lib; extra == "x"']))
    for words in (("app[x]",), ("user",), ("user", "more")):
        place.install("app", "lib==2.0", "--reinstall-package", "app")
        place.run("uninstall", "-y", "user", "more")
        assert "matches" not in place.install("--dry-run", "-v", *words).err
        assert place.record("app")["matches"] == []
        said = place.install("-v", *words)
        assert builds(said) == []
        assert "app 1.0 matches lib 2.0: required to build and to run (exact)" in said.err
        assert [(each["name"], each["version"], each["evidence"]) for each in place.record("app")["matches"]] == [
            ("lib", "2.0", "required twice")
        ]
        assert "is damaged" not in place.install("--verify", "app").err
        assert "matches" not in place.install("-v", *words).err, "it is known by now"
        place.install("lib==1.0")
        assert place.built_with("app") == {"lib": "1.0"}
        assert place.run("check").status == 0


def test_a_build_tool_that_the_wheel_requires_as_it_was(place: Place) -> None:
    """It is built again with the one that will run, and from then on known to be: -v says why."""
    stock(place, *(wheel("setuptools", version) for version in ("70.0", "75.1", "80.9")))
    stock(place, sdist("app", "1.0", needs=["setuptools"], bakes={"setuptools": "=={}"}))
    said = place.install("-v", "app", "setuptools==70.0")
    assert builds(said) == ["app 1.0", "app 1.0"]
    why = "the wheel requires setuptools=={0}, as it was built with that: what runs has to build it"
    assert [line.strip() for line in said.err.splitlines() if "as it was built with that" in line] == [
        f"app 1.0 matches setuptools {version}: {why.format(version)}" for version in ("80.9", "70.0")
    ]
    assert place.versions() == {"app": "1.0", "setuptools": "70.0"}
    assert place.built_with("app") == {"setuptools": "70.0"}
    assert [(each["name"], each["evidence"], each["policy"]) for each in place.record("app")["matches"]] == [
        ("setuptools", "baked", "any")
    ]
    assert place.run("check").status == 0
    said = place.install("setuptools==75.1")
    assert builds(said) == ["app 1.0"]
    assert "(rebuilt: setuptools 70.0 -> 75.1)" in said.out
    assert builds(place.install("app", "setuptools==70.0", "--force-reinstall")) == []
