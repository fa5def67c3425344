"""The rows of docs/matching.md, "The problem, on one real package", against the real registry, in fresh environments.

Where another tool has a way of its own to ask (a project with pins), the same is asked of ``install``.
"""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version
from pybuildsync_hooks.record import check_record, read_record

from integration.command import Environment, differences, pip, run, snapshot

New = Callable[[str], Environment]
OLD = "epicscorelibs==7.0.7.99.1.2"
NEW = "epicscorelibs==7.0.10.99.0.2"
SOFTIOC = ("--no-binary", "softioc", "softioc==4.6.1")


def against(environment: Environment, name: str, library: str) -> str:
    """Return the version of *library* that the installed *name* was built with, as its record says."""
    (version,) = [one["version"] for one in environment.record(name)["environment"] if one["name"] == library]
    return str(version)


def softioc_works(environment: Environment) -> None:
    """Make sure that softioc runs, with the library that it was built with, and that all else is in order."""
    environment.imports("softioc", "softioc.softioc", "softioc.builder")
    assert environment.findings() == []
    assert against(environment, "softioc", "epicscorelibs") == environment.versions()["epicscorelibs"]


def test_nothing_pinned(new_environment: New) -> None:
    """Without pins softioc is built against the newest library, which is installed beside it."""
    environment = new_environment("environment")
    environment.install(*SOFTIOC)
    softioc_works(environment)
    assert Version(environment.versions()["epicscorelibs"]) >= Version("7.0.10.99.0.2")


def test_an_older_library_pinned(new_environment: New) -> None:
    """What is pinned is built against, though that needs build tools of another time."""
    environment = new_environment("environment")
    environment.install(*SOFTIOC, OLD)
    softioc_works(environment)
    assert environment.versions()["epicscorelibs"] == "7.0.7.99.1.2"
    assert environment.record("softioc")["build_time"]["policy"] == "retry"
    assert Version(environment.versions()["setuptools"]) >= Version("82"), "what builds must not limit what runs"


def test_only_the_library_pinned(new_environment: New) -> None:
    """Without a pin of its own, the newest softioc that can be built against the pinned library is taken."""
    environment = new_environment("environment")
    environment.install("--no-binary", "softioc", "softioc", OLD)
    softioc_works(environment)
    assert environment.versions()["epicscorelibs"] == "7.0.7.99.1.2"
    assert Version(environment.versions()["softioc"]) >= Version("4.7.2")


PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "project"
version = "1"
dependencies = ["softioc==4.6.1", "{library}"]

[tool.setuptools]
py-modules = ["project"]
"""


@pytest.mark.parametrize(
    ("library", "build_constraint", "policy"),
    [(OLD, "", "retry"), (OLD, "setuptools<81", "latest"), ("epicscorelibs>=7.0.10", "", "latest")],
    ids=["pinned", "pinned, build tools by hand", "a lower bound"],
)
def test_a_project_with_pins(
    new_environment: New, tmp_path: Path, library: str, build_constraint: str, policy: str
) -> None:
    """A source tree that requires softioc and limits the library brings both, matched; nothing is added by hand."""
    tree = tmp_path / "project"
    tree.mkdir()
    (tree / "pyproject.toml").write_text(PROJECT.format(library=library))
    (tree / "project.py").write_text("import softioc\n")
    (tmp_path / "build.txt").write_text(build_constraint)
    before = snapshot(tree)
    environment = new_environment("environment")
    environment.install("--no-binary", "softioc", "--build-constraint", tmp_path / "build.txt", tree)
    softioc_works(environment)
    environment.imports("project")
    assert environment.record("softioc")["build_time"]["policy"] == policy
    assert differences(before, snapshot(tree)) == [], "a build must not write into the tree"


def test_the_library_changes_under_it(new_environment: New) -> None:
    """What was built against a library is rebuilt in the transaction that changes the library, or it is refused."""
    environment = new_environment("environment")
    environment.install(*SOFTIOC, OLD)
    before = snapshot(environment.folder)
    refused = environment.command("install", "--no-rebuild", NEW)
    assert refused.returncode == 1
    assert "softioc" in refused.stderr
    assert "--no-rebuild" in refused.stderr
    assert differences(before, snapshot(environment.folder)) == []

    changed = environment.install(NEW)
    kinds = {change["name"]: change["kind"] for change in changed["changes"]}
    assert kinds["epicscorelibs"] == "upgrade"
    assert kinds["softioc"] == "rebuild"
    assert environment.versions()["epicscorelibs"] == "7.0.10.99.0.2"
    assert environment.versions()["softioc"] == "4.6.1"
    assert list(environment.site_packages.glob("softioc-*.dist-info/REQUESTED")), "the user had asked for it"
    softioc_works(environment)

    back = environment.install(OLD)
    assert back["builds"] == 0, "that wheel was built before"
    assert environment.versions()["epicscorelibs"] == "7.0.7.99.1.2"
    softioc_works(environment)


def test_the_same_again_builds_nothing(new_environment: New, tmp_path: Path) -> None:
    """A second time builds nothing, a changed pin builds what it must, going back builds nothing."""
    cache = ("--cache-dir", str(tmp_path / "cache"))
    first, second, third, fourth = (new_environment(name) for name in ("first", "second", "third", "fourth"))
    made = first.install(*cache, *SOFTIOC, OLD)
    assert made["builds"] == 2, "one with today's tools, which fails, and one with those of its time"
    assert "building softioc" in made["stderr"]
    for environment in (first, second):  # where it is installed already, and on another place
        assert environment.install(*cache, *SOFTIOC, OLD)["builds"] == 0
        softioc_works(environment)
    changed = third.install(*cache, *SOFTIOC, NEW)
    assert changed["builds"] == 1
    softioc_works(third)
    assert third.versions()["epicscorelibs"] == "7.0.10.99.0.2"
    back = fourth.install(*cache, *SOFTIOC, OLD)
    assert back["builds"] == 0
    softioc_works(fourth)
    assert fourth.versions()["epicscorelibs"] == "7.0.7.99.1.2"
    kept, again = ({**snapshot(one.site_packages / "softioc")} for one in (second, fourth))
    assert differences(kept, again) == []


def test_what_was_built_before_draws_nothing(new_environment: New, tmp_path: Path) -> None:
    """A store that holds a wheel built against an older library chooses what an empty one chooses."""
    cache = ("--cache-dir", str(tmp_path / "cache"))
    new_environment("old").install(*cache, *SOFTIOC, OLD)
    fresh, used = new_environment("fresh"), new_environment("used")
    fresh.install(*SOFTIOC)
    used.install(*cache, *SOFTIOC)
    assert fresh.versions() == used.versions()
    softioc_works(used)


def test_records_travel_with_wheels(new_environment: New, tmp_path: Path) -> None:
    """Built wheels hold their records; pip keeps them, and ``check`` and ``show`` read them where pip installed."""
    wheels = tmp_path / "wheels"
    built = run("wheel", "--json", "--python", new_environment("any").folder, "-w", wheels, *SOFTIOC, OLD)
    assert built.returncode == 0, built.stderr
    told = {one["name"]: one for one in json.loads(built.stdout)["wheels"]}
    record = read_record(told["softioc"]["path"])
    assert record is not None
    assert check_record(record) == []
    assert (record["name"], record["version"]) == ("softioc", "4.6.1")
    assert {"name": "epicscorelibs", "version": "7.0.7.99.1.2"}.items() <= next(
        one.items() for one in record["environment"] if one["name"] == "epicscorelibs"
    )
    assert any(one.startswith("epicscorelibs") and "7.0.7.99.1.2" in one for one in record["built_requires"])
    assert [one["evidence"] for one in record["matches"] if one["name"] == "epicscorelibs"] == ["baked"]
    assert {one["distribution"] for one in record["links"]} >= {"epicscorelibs"}
    assert str(tmp_path) not in json.dumps(record)
    others = [one["path"] for name, one in told.items() if name != "softioc"]
    assert [read_record(path) for path in others] == [None] * len(others)

    by_pip = Environment(tmp_path / "by-pip")
    subprocess.run([sys.executable, "-m", "venv", by_pip.folder], check=True, timeout=120)
    pip(by_pip.python, "install", "--no-index", "--no-deps", *sorted(wheels.glob("*.whl")))
    assert by_pip.record("softioc") == record
    softioc_works(by_pip)
    shown = by_pip.command("show", "--json", "softioc")
    assert json.loads(shown.stdout)["distributions"][0]["record"] == record

    pip(by_pip.python, "install", "--quiet", "--no-deps", NEW)
    broken = by_pip.command("check", "--json")
    assert broken.returncode == 1
    assert ("match", "softioc") in {(one["kind"], one["name"]) for one in json.loads(broken.stdout)["problems"]}
    assert subprocess.run([by_pip.python, "-c", "import softioc"], check=False, capture_output=True).returncode != 0
    hint = next(one["hint"] for one in json.loads(broken.stdout)["problems"] if one["kind"] == "match")
    repaired = by_pip.install(*shlex.split(hint.partition("pybuildsync install ")[2]))
    assert {one["name"]: one["kind"] for one in repaired["changes"]}["softioc"] == "rebuild"
    assert by_pip.versions()["epicscorelibs"] == "7.0.10.99.0.2", "against what is there, as the hint says"
    softioc_works(by_pip)


def test_all_that_shares_the_library_from_source(new_environment: New) -> None:
    """softioc, p4p and pvxslibs, all built, all against the pinned library and against one another."""
    environment = new_environment("environment")
    environment.install(
        "--no-binary", "softioc,p4p,pvxslibs", "softioc==4.7.2", "p4p==4.3.0", "pvxslibs==1.5.3", OLD
    )  # fmt: skip
    environment.imports("p4p", "p4p.client.thread", "pvxslibs", "pvxslibs.path")
    softioc_works(environment)
    for name in ("softioc", "p4p", "pvxslibs"):
        assert against(environment, name, "epicscorelibs") == "7.0.7.99.1.2"
    assert against(environment, "p4p", "pvxslibs") == "1.5.3"


def test_one_of_those_from_source(new_environment: New) -> None:
    """p4p alone, built against the newest of what it links."""
    environment = new_environment("environment")
    environment.install("--no-binary", "p4p", "p4p==4.2.0")
    environment.imports("p4p", "p4p.client.thread")
    assert environment.findings() == []


def test_a_wheel_that_limits_the_library(new_environment: New) -> None:
    """Where a published wheel of p4p pins the library, softioc is built against that."""
    environment = new_environment("environment")
    environment.install("--no-binary", "softioc", "softioc==4.7.2", "p4p==4.2.0")
    environment.imports("p4p", "p4p.client.thread")
    softioc_works(environment)


@pytest.mark.parametrize(("pins", "major"), [((), 2), (("numpy<2",), 1)], ids=["the newest numpy", "the numpy before"])
def test_a_build_helper_that_pins_the_library(new_environment: New, pins: tuple[str, ...], major: int) -> None:
    """Bottleneck is built so that it runs with the numpy that is installed, though its build helper pins another."""
    environment = new_environment("environment")
    environment.install("--no-binary", "bottleneck", "bottleneck==1.3.7", *pins)
    total = environment.evaluate("import bottleneck, numpy; print(bottleneck.nansum(numpy.array([1.0, 2.0])))")
    assert float(total) == 3
    assert environment.findings() == []
    assert Version(environment.versions()["numpy"]).major == major
