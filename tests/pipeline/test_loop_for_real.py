"""The loop with real parts: what hooks ask for, what several sources share, what failed, what the key is made of."""

import json
import time
from pathlib import Path

import pytest
from pipeline.worlds import Place, builds, sdist, tree_files, wheel, write_tree


def test_what_a_hook_asks_for_is_built_with(place: Place) -> None:
    """get_requires_for_build_wheel asks for more: it is resolved, and matched if it runs as well."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(wheel("tool", "1.0"))
    place.index.add(sdist("app", "1.0", asks=["lib", "tool"], lists=["lib"], bakes={"lib": "=={}"}))
    said = place.install("app", "lib<2")
    assert builds(said) == ["app 1.0"]
    assert place.built_with("app") == {"lib": "1.0", "tool": "1.0"}
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert place.record("app")["hook_requires"] == ["lib", "tool"]
    assert builds(place.install("app", "lib<2", "--force-reinstall", "--no-deps")) == []


def test_a_build_requirement_comes_from_source(place: Place) -> None:
    """What builds may be built first, against what it will be used with."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("tool", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))
    place.index.add(sdist("app", "1.0", needs=["tool"]))
    said = place.install("app")
    assert builds(said) == ["tool 1.0", "app 1.0"]
    assert place.built_with("app") == {"lib": "1.0", "tool": "1.0"}
    assert place.versions() == {"app": "1.0"}
    keys = {each["name"]: bool(each["build_key"]) for each in place.record("app")["environment"]}
    assert keys == {"lib": False, "tool": True}


def test_a_build_requirement_that_fails(place: Place) -> None:
    """The error says for whom it was to be built, up to what was asked for."""
    place.index.add(wheel("helper", "1.0"))
    place.index.add(sdist("deep", "1.0", needs=["helper"], breaks={"helper": "1.0"}))
    place.index.add(sdist("tool", "1.0", needs=["deep"]))
    place.index.add(sdist("app", "1.0", needs=["tool"]))
    assert "it is needed to build tool 1.0, to build app 1.0\n" in place.refused("app")


def test_a_source_that_needs_itself(place: Place) -> None:
    """The error prints the chain."""
    place.index.add(sdist("one", "1.0", needs=["two"]))
    place.index.add(sdist("two", "1.0", needs=["one"]))
    error = place.refused("one")
    assert "one is needed to build itself (one 1.0 -> two 1.0 -> one)" in error


def test_two_sources_and_one_library(place: Place) -> None:
    """Metadata is prepared first, so each wheel is built once, against the version that both accept."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("one", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))
    place.index.add(sdist("two", "1.0", needs=["lib"], lists=["lib"], requires=["lib<2"]))
    said = place.install("-v", "one", "two")
    assert sorted(builds(said)) == ["one 1.0", "two 1.0"]
    assert place.versions() == {"lib": "1.0", "one": "1.0", "two": "1.0"}
    assert place.built_with("one") == place.built_with("two") == {"lib": "1.0"}
    assert said.err.count("asking for the metadata of one 1.0 against lib") == 2
    assert place.run("check").status == 0


def test_the_wheel_overrules_what_was_prepared(place: Place) -> None:
    """If a wheel's requirements differ from those prepared, the wheel's count, and the record has both."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("one", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}, prepared=["lib"]))
    place.index.add(sdist("two", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install("one", "two")
    record = place.record("one")
    assert (record["prepared_requires"], record["built_requires"]) == (["lib"], ["lib==2.0"])


def test_a_build_that_contradicts_itself(place: Place) -> None:
    """A source that never accepts what it was built with has no solution, and the error says which were tried."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "!={}"}))
    error = place.refused("app")
    assert "no set of versions fits" in error
    assert "which excludes what it was built against: lib 2.0" in error
    assert "which excludes what it was built against: lib 1.0" in error


def test_a_version_that_is_spelled_in_two_ways(place: Place) -> None:
    """An index may have 1.0.tar.gz and 1.0.0-py3-none-any.whl: it is one version, built against once, and stays."""
    place.index.add(sdist("lib", "1.0"))
    place.index.add(wheel("lib", "1.0.0"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "!={}"}))
    error = place.refused("app")
    assert "no set of versions fits" in error
    assert "which excludes what it was built against: lib 1.0.0" in error
    place.install("lib")
    assert place.install("-U", "lib").out.startswith("Requirement already satisfied: lib")


def test_a_failed_build_is_tried_with_tools_of_its_time(place: Place) -> None:
    """With upload times in the listing: the retry is announced, recorded, and remembered."""
    place.index.add(wheel("tool", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.index.add(sdist("app", "1.0", needs=["tool"], breaks={"tool": "2.0"}, upload_time="2021-05-06T00:00:00Z"))
    said = place.install("app")
    assert "trying again with build tools of 2021-05-06" in said.err
    assert place.built_with("app") == {"tool": "1.0"}
    assert place.record("app")["build_time"] == {"policy": "retry", "as_of": "2021-05-06T00:00:00Z"}
    again = place.install("app", "--force-reinstall")
    assert builds(again) == []
    assert "trying again" not in again.err


def test_a_wheel_that_fails_though_its_metadata_could_be_prepared(place: Place) -> None:
    """It is tried with tools of its time like any other, from the metadata on; no failed build is done twice."""
    place.index.add(wheel("lib", "1.0", upload_time="2019-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    recipe = {"needs": ["lib", "tool"], "lists": ["lib"], "requires": ["lib"], "upload_time": "2021-05-06T00:00:00Z"}
    for name in ("one", "two"):
        place.index.add(sdist(name, "1.0", wheel_breaks={"tool": "2.0"}, **recipe))  # type: ignore[arg-type]  # fields of a recipe
    said = place.install("one", "two")
    assert said.err.count("trying again with build tools of 2021-05-06") == 2
    assert sorted(builds(said)) == ["one 1.0", "two 1.0"]
    assert place.built_with("one") == place.built_with("two") == {"lib": "1.0", "tool": "1.0"}
    assert place.record("one")["build_time"] == {"policy": "retry", "as_of": "2021-05-06T00:00:00Z"}
    assert builds(place.install("one", "two", "--force-reinstall")) == []


@pytest.mark.parametrize("options", [("--no-build-time-retry",), ("--build-time", "2024-06-01")])
def test_a_retry_that_is_not_wanted(place: Place, options: tuple[str, ...]) -> None:
    """Without retry the first failure stands: what failed, the end of the log, what to do, and where the log is."""
    place.index.add(wheel("tool", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.index.add(sdist("app", "1.0", needs=["tool"], breaks={"tool": "2.0"}, upload_time="2021-05-06T00:00:00Z"))
    error = place.refused("app", *options)
    assert "app==1.0 could not be built: build_wheel failed (exit status 1)" in error
    assert "tool 2.0 is too new for this source" in error
    log = Path(error.partition("the whole log: ")[2].splitlines()[0])
    assert "tool 2.0 is too new" in log.read_text()


def test_nobody_says_when(place: Place) -> None:
    """Where an index has no upload times the first failure stands."""
    place.index.add(wheel("tool", "2.0"))
    place.index.add(sdist("app", "1.0", needs=["tool"], breaks={"tool": "2.0"}))
    assert "could not be built" in place.refused("app")


@pytest.mark.parametrize(
    ("when", "policy", "as_of"),
    [("source", "source", "2021-05-06T00:00:00Z"), ("2020-06-01", "date", "2020-06-01")],
)
def test_build_tools_of_a_time(place: Place, when: str, policy: str, as_of: str) -> None:
    """--build-time takes the tools of the source's time, or of a date, from the start, and the record says so."""
    place.index.add(wheel("tool", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.index.add(sdist("app", "1.0", needs=["tool"], upload_time="2021-05-06T00:00:00Z"))
    place.install("app", "--build-time", when)
    assert place.built_with("app") == {"tool": "1.0"}
    assert place.record("app")["build_time"] == {"policy": policy, "as_of": as_of}


def test_settings_and_variables_are_part_of_the_key(place: Place) -> None:
    """Another config setting or build variable is another build; the same ones are the same."""
    place.index.add(sdist("app", "1.0"))
    again = ("app", "--force-reinstall")
    assert builds(place.install(*again)) == ["app 1.0"]
    assert place.tell("app", "SETTINGS") is None
    assert builds(place.install(*again, "-C", "other:k=v")) == []
    assert builds(place.install(*again, "-C", "k=v", "-C", "k=w", "-C", "app:x=y")) == ["app 1.0"]
    assert place.tell("app", "SETTINGS") == {"k": ["v", "w"], "x": "y"}
    assert builds(place.install(*again, "--build-variable", "app:CFLAGS=-O0")) == ["app 1.0"]
    assert place.tell("app", "CFLAGS") == "-O0"
    assert place.record("app")["variables"]["CFLAGS"] == "-O0"
    assert builds(place.install(*again, "-C", "app:x=y", "-C", "k=v", "-C", "k=w")) == []


def test_build_constraints(place: Place) -> None:
    """They limit what builds, not what runs, and another build environment is another build."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("tool", version))
    place.index.add(sdist("app", "1.0", needs=["tool"]))
    (place.root / "limits.txt").write_text("tool<2\n")
    limits = ("--build-constraint", str(place.root / "limits.txt"))
    assert builds(place.install("app", "tool", *limits)) == ["app 1.0"]
    assert place.built_with("app") == {"tool": "1.0"}
    assert place.versions() == {"app": "1.0", "tool": "2.0"}
    assert builds(place.install("app", "--force-reinstall")) == ["app 1.0"]
    assert place.built_with("app") == {"tool": "2.0"}


def required_twice(place: Place, **more: object) -> None:
    """Fill the index: a source that needs a library to build and to run, without saying which version."""
    for version in ("1.0", "1.1", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"], **more))  # type: ignore[arg-type]  # fields of a recipe


def test_what_is_required_twice_is_exact(place: Place) -> None:
    """Without a promise, it runs with the version that it was built with."""
    required_twice(place)
    place.install("app", "lib==1.1")
    (match,) = place.record("app")["matches"]
    assert (match["name"], match["version"], match["evidence"], match["policy"]) == (
        "lib", "1.1", "required twice", "exact",
    )  # fmt: skip
    assert builds(place.install("lib==1.0")) == ["app 1.0"]


@pytest.mark.parametrize("rule", ["lib=minor", "app:lib=minor"])
def test_configuration_relaxes(place: Place, rule: str) -> None:
    """A policy of the user's says which changes need no rebuild, and which do."""
    required_twice(place)
    place.install("app", "lib==1.1", "--match", rule)
    assert builds(place.install("lib==1.0", "--match", rule)) == []
    assert builds(place.install("lib==2.0", "--match", rule)) == ["app 1.0"]


def test_configuration_forces(place: Place) -> None:
    """A policy forces a match that nothing else asks for."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("helper", version))
    place.index.add(sdist("app", "1.0", needs=["helper"]))
    place.install("app", "helper==1.0", "--match", "app:helper=exact")
    assert [(m["name"], m["evidence"]) for m in place.record("app")["matches"]] == [("helper", "configured")]
    assert builds(place.install("helper==2.0", "--match", "app:helper=exact")) == ["app 1.0"]


def test_a_source_says_itself_what_must_match(place: Place) -> None:
    """[tool.pybuildsync] match-runtime of the source's own pyproject.toml counts as configuration."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("helper", version))
    own = '[tool.pybuildsync]\nmatch-runtime = ["helper"]\n'
    place.index.add(sdist("app", "1.0", needs=["helper"], pyproject=own))
    place.install("app", "helper==1.0")
    assert place.built_with("app") == {"helper": "1.0"}
    assert [(m["name"], m["evidence"]) for m in place.record("app")["matches"]] == [("helper", "configured")]
    assert builds(place.install("helper==2.0")) == ["app 1.0"]


def test_present_alone_never_forces(place: Place) -> None:
    """What is only there while building, and runs for another reason, needs no match."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("helper", version))
    place.index.add(sdist("app", "1.0", needs=["helper<2"]))
    place.install("app", "helper")
    assert place.versions() == {"app": "1.0", "helper": "2.0"}
    assert place.record("app")["matches"] == []


def test_several_failures_are_told_together(place: Place) -> None:
    """Where the search for older tools ends in nothing, what failed before is told as well."""
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.index.add(sdist("app", "1.0", needs=["tool"], breaks={"tool": "2.0"}, upload_time="2021-05-06T00:00:00Z"))
    error = place.refused("app")
    assert "no set of versions fits" in error
    assert "2021-05-06" in error.partition("no set of versions fits")[2]
    assert "Before that:\n" in error
    assert "tool 2.0 is too new for this source" in error


def test_a_build_that_hangs(place: Place) -> None:
    """--build-timeout ends it; there is no retry."""
    files = tree_files("app", "1.0")
    files["baker.py"] += b"\nimport time\ndef build_wheel(*_):\n    time.sleep(600)\n"
    files["pyproject.toml"] += b'[project]\nname = "app"\nversion = "1.0"\n'
    tree = write_tree(place.root / "tree", files)
    started = time.monotonic()
    error = place.refused(str(tree), "--build-timeout", "1")
    assert time.monotonic() - started < 60
    assert "took longer than 1 seconds" in error
    assert "--build-timeout" in error


def test_rounds_are_bounded(place: Place) -> None:
    """--max-rounds ends a loop, and the error names what kept moving."""
    for version in ("1.0", "2.0", "3.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("one", "1.0", needs=["lib"], lists=["lib"], requires=["lib<3"]))
    error = place.refused("one", "--max-rounds", "1")
    assert "no settled result after 1 rounds" in error
    assert "--max-rounds" in error


def test_a_build_is_kept_though_another_fails(place: Place) -> None:
    """What was built well needs no second build, though the command has failed for another source."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("good", "1.0"))
    place.index.add(sdist("worse", "1.0", needs=["lib"], breaks={"lib": "1.0"}))
    assert "worse==1.0 could not be built" in place.refused("good", "worse", "--build-jobs", "1")
    assert "building good" not in place.refused("good", "worse")
    assert builds(place.install("good")) == []


def test_a_wheel_for_another_platform(place: Place) -> None:
    """A backend that names another platform in its wheel gives nothing that could be installed or kept."""
    place.index.add(sdist("app", "1.0", tag="cp27-cp27m-win32"))
    error = place.refused("app")
    assert "app==1.0 was built for another platform or another Python" in error
    assert "app-1.0-cp27-cp27m-win32.whl" in error
    assert "building app" in place.refused("app"), "it isn't kept"


def test_a_build_is_told_once(place: Place) -> None:
    """Though it begins twice where its backend asks for more; -v tells both, and a download once."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("src", "1.0", asks=["lib"]))
    said = place.install("src")
    assert said.err.splitlines().count("building src 1.0") == 1
    told = place.run("install", "-v", "--force-reinstall", "--no-cache-dir", "src").err
    assert sum("  building src 1.0" in line for line in told.splitlines()) == 2
    assert sum("downloaded src-1.0.tar.gz" in line for line in told.splitlines()) == 1


def test_a_build_is_counted_once(place: Place) -> None:
    """However often its backend is asked: for more requirements, metadata, the wheel. What fails counts, too."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("one", "1.0", asks=["lib"]))
    place.index.add(sdist("two", "1.0", needs=["lib"], lists=["lib"], asks=["lib"], requires=["lib<2"]))
    place.index.add(sdist("three", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.index.add(wheel("tool", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.index.add(sdist("four", "1.0", needs=["tool"], breaks={"tool": "2.0"}, upload_time="2021-05-06T00:00:00Z"))
    for names, count in (("one",), 1), (("two", "three"), 2), (("four",), 2), (("one", "four"), 0):
        said = place.install("--json", "--force-reinstall", *names)
        assert json.loads(said.out)["builds"] == count, names
