"""The worked examples of docs/matching.md, "The loop", with a real C library and what links it (``trees/``)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from integration.command import Environment, differences, snapshot
from integration.source_trees import copy_tree, make_index, make_library, make_links, make_sdist

SOFTIOC = ("--no-binary", "softioc", "softioc==4.6.1")
COUNTING = """#!/bin/sh
echo "$@" >> "{log}"
exec cc "$@"
"""


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all that these tests install."""
    return make_links(tmp_path_factory.mktemp("served") / "links", "a", "b", "p", "q")


@pytest.fixture
def new(tmp_path: Path, links: Path) -> Callable[[str], Environment]:
    """Make a new environment that installs from *links*, with a store of the test's own."""
    options = ("--no-index", "--find-links", str(links), "--cache-dir", str(tmp_path / "cache"))
    return lambda name: Environment.make(tmp_path / name, *options)


class Compiler:
    """A compiler that counts what it compiles."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "compiled.txt"
        self.path = folder / "counting-cc"
        self.path.write_text(COUNTING.format(log=self.log))
        self.path.chmod(0o755)
        self.option = ("--build-variable", f"CC={self.path}")

    def modules(self) -> list[str]:
        """Return the C files that were compiled into modules, in their order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [word for line in lines for word in line.split() if word.endswith(".c") and "/" in word]


def works(environment: Environment, *names: str, lib: str) -> None:
    """Make sure that *names* run with *lib*, which each was built with."""
    for name in names:
        told = environment.evaluate(f"import {name}; print({name}.built_with(), {name}.runs_with(), {name}.add(2, 3))")
        assert told == f"{lib} {lib} 5"
    assert environment.findings() == []
    assert environment.versions()["lib"] == lib


def test_example_a(tmp_path: Path) -> None:
    """Example A: no pin, one build against the newest library, and that is settled."""
    environment = Environment.make(tmp_path / "environment", "--cache-dir", str(tmp_path / "cache"))
    done = environment.install("-v", *SOFTIOC)
    assert (done["builds"], done["rounds"]) == (1, 2)
    environment.imports("softioc")
    assert environment.record("softioc")["build_time"]["policy"] == "latest"


def test_example_b(tmp_path: Path) -> None:
    """Example B: built against the pinned library, once more with the build tools of the sdist's time."""
    environment = Environment.make(tmp_path / "environment", "--cache-dir", str(tmp_path / "cache"))
    done = environment.install("-v", *SOFTIOC, "epicscorelibs==7.0.7.99.1.2")
    assert (done["builds"], done["rounds"]) == (2, 3)
    assert "trying again with build tools of" in done["stderr"]
    environment.imports("softioc")
    record = environment.record("softioc")
    assert record["build_time"]["policy"] == "retry"
    assert any(one.startswith("epicscorelibs") and "7.0.7.99.1.2" in one for one in record["built_requires"])


def test_example_a_in_small(new: Callable[[str], Environment]) -> None:
    """The requirements in an sdist that are of another day don't count: built against the newest, one build."""
    environment = new("environment")
    done = environment.install("a")
    assert (done["builds"], done["rounds"]) == (1, 2)
    works(environment, "a", lib="2.0")


@pytest.mark.parametrize("pin", ["1.0", "1.9"])
@pytest.mark.parametrize("name", ["a", "q"])
def test_example_b_in_small(new: Callable[[str], Environment], name: str, pin: str) -> None:
    """With a pinned library there is one build, against that."""
    environment = new("environment")
    done = environment.install(name, f"lib=={pin}")
    assert (done["builds"], done["rounds"]) == (1, 2)
    works(environment, name, lib=pin)


@pytest.mark.parametrize("served", ["folder", "index"])
def test_example_c(new: Callable[[str], Environment], tmp_path: Path, links: Path, served: str) -> None:
    """Example C: two sdists share a library that only one of them wants older; both end on that, each compiled once."""
    compiler = Compiler(tmp_path)
    environment = new("environment")
    if served == "index":
        address = make_index(tmp_path / "simple", links)
        environment = Environment(environment.folder, ("-i", address, "--cache-dir", str(tmp_path / "cache")))
    variables = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    done = environment.install("-v", "a", "b", *compiler.option, variables=variables)
    works(environment, "a", "b", lib="1.9")
    assert done["rounds"] <= 4
    assert compiler.modules().count("a/_a.c") == 1, "metadata is prepared first, so that what is dropped isn't compiled"
    assert "2.0" in done["stderr"], "-v says what was built against what"
    (match,) = [one for one in environment.record("a")["matches"] if one["name"] == "lib"]
    assert (match["version"], match["evidence"]) == ("1.9", "baked")
    compiled = compiler.modules()
    assert environment.install("a", "b", *compiler.option, variables=variables)["builds"] == 0
    again = new("again")
    assert again.install("a", "b", *compiler.option)["builds"] == 0
    works(again, "a", "b", lib="1.9")
    assert compiler.modules() == compiled


def test_example_d(new: Callable[[str], Environment]) -> None:
    """Example D: what never accepts the version it was built with can't be installed, and the error says just that."""
    environment = new("environment")
    environment.install("lib==1.9")
    before = snapshot(environment.folder)
    failed = environment.command("install", "p")
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    for version in ("1.0", "1.9", "2.0"):
        assert f"lib {version}" in failed.stderr or f"lib=={version}" in failed.stderr
    assert "p" in failed.stderr
    assert differences(before, snapshot(environment.folder)) == []


def test_what_shares_the_library_is_rebuilt_with_it(new: Callable[[str], Environment]) -> None:
    """A change of the library rebuilds all that must match it, and nothing else; going back builds nothing."""
    environment = new("environment")
    environment.install("a", "b")
    done = environment.install("lib==1.0")
    kinds = {change["name"]: change["kind"] for change in done["changes"]}
    assert kinds == {"lib": "downgrade", "a": "rebuild", "b": "rebuild"}
    works(environment, "a", "b", lib="1.0")
    before = snapshot(environment.folder)
    refused = environment.command("install", "lib==2.0")
    assert refused.returncode == 1, "b never runs with it"
    assert "b" in refused.stderr
    assert differences(before, snapshot(environment.folder)) == []
    done = environment.install("b", "lib==1.9")
    assert done["builds"] == 0
    assert ("b", "rebuild") in {(change["name"], change["kind"]) for change in done["changes"]}
    works(environment, "a", "b", lib="1.9")
    done = environment.install("q")
    assert {change["name"] for change in done["changes"]} == {"q"}
    works(environment, "a", "b", "q", lib="1.9")


def test_a_library_that_keeps_its_name(tmp_path: Path) -> None:
    """1.0 and 1.1 bring a library of one name: what was linked with the first runs with the second, as it is."""
    folder = tmp_path / "links"
    folder.mkdir()
    for version, interface in (("1.0", "1"), ("1.1", "1"), ("2.0", "2")):
        make_library(version, folder, interface=interface)
    make_sdist("s", folder)
    options = ("--no-index", "--find-links", str(folder), "--cache-dir", str(tmp_path / "cache"))
    environment = Environment.make(tmp_path / "environment", *options)

    def told() -> str:
        assert environment.findings() == []
        return environment.evaluate("import s; print(s.built_with(), s.runs_with(), s.add(2, 3))")

    assert environment.install("s", "lib==1.0")["builds"] == 1
    assert told() == "1.0 1.0 5"
    (match,) = environment.record("s")["matches"]
    assert (match["evidence"], match["policy"]) == ("linked", "at-least")
    for request in (("lib==1.1",), ("s", "lib==1.1")):
        done = environment.install(*request)
        assert done["builds"] == 0
        assert told() == "1.0 1.1 5"
        assert environment.install("lib==1.0")["builds"] == 0
    done = environment.install("lib==2.0")
    assert {change["name"]: change["kind"] for change in done["changes"]} == {"lib": "upgrade", "s": "rebuild"}
    assert told() == "2.0 2.0 5"
    environment.install("s", "lib==1.1")
    assert told() == "1.1 1.1 5"
    assert environment.install("lib==1.0")["builds"] == 0, "built before; an older library may lack something"
    assert told() == "1.0 1.0 5"


def test_source_folders(new: Callable[[str], Environment], tmp_path: Path) -> None:
    """Source trees that are given by their folders are matched as sdists are, and stay as they are."""
    environment = new("environment")
    tree = copy_tree("a", tmp_path / "trees")
    before = snapshot(tree)
    environment.install(tree, "lib==1.9")
    works(environment, "a", lib="1.9")
    assert differences(before, snapshot(tree)) == []
    done = environment.install("lib==1.0", "--dry-run")
    assert ("a", "rebuild") in {(one["name"], one["kind"]) for one in done["changes"]}
