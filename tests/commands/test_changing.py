"""Commands that change: uninstall, cache."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from cli.worlds import say
from commands.worlds import Environment, make_environment

from pybuildsync.commands.cache import run_prune
from pybuildsync.commands.options import CacheOptions, StoreOptions
from pybuildsync.core.story import WaitingForLock
from pybuildsync.store.location import Store
from pybuildsync.store.locks import in_use


@dataclass(frozen=True, slots=True)
class Told:
    """A story that lets another thread go on once it is told something."""

    release: Event
    held: Event = field(default_factory=Event)
    heard: list[object] = field(default_factory=list)

    def tell(self, event: object) -> None:
        """Keep *event*."""
        self.heard.append(event)
        self.release.set()


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Give an environment in which one distribution requires another."""
    environment = make_environment(tmp_path / "env")
    environment.add("app", "1.0", requires=("lib>=1",))
    environment.add("lib", "1.5")
    environment.add("other", "2")
    return environment


def run(environment: Environment, *argv: str, stdin: str = "") -> tuple[int, str, str]:
    """Run *argv* on *environment*."""
    said = say([*argv, "--python", str(environment.root)], stdin=stdin)
    return said.status, said.out, said.err


def modules(environment: Environment) -> list[str]:
    """Return the modules that are installed."""
    return sorted(path.stem for path in environment.site_packages.glob("*.py"))


def test_uninstall_removes_what_is_named(environment: Environment) -> None:
    """All of it goes, nothing else; the line is pip's."""
    status, out, err = run(environment, "uninstall", "-y", "Other", "app", "app")
    assert (status, out, err) == (0, "- other==2\n- app==1.0\nSuccessfully uninstalled other-2 app-1.0\n", "")
    assert modules(environment) == ["lib"]
    assert [path.name for path in environment.site_packages.glob("*.dist-info")] == ["lib-1.5.dist-info"]


def test_uninstall_says_what_is_left_without(environment: Environment) -> None:
    """What still requires what has gone is told; so is what wasn't there."""
    status, _, err = run(environment, "uninstall", "-y", "lib", "nope")
    assert status == 0
    assert err == "warning: nope is not installed\nwarning: app still requires lib, which is gone\n"


def test_uninstall_does_as_it_is_told(environment: Environment) -> None:
    """A no, a dry run, or nothing to remove changes nothing."""
    assert run(environment, "uninstall", "app", stdin="n\n")[:2] == (0, "")
    assert run(environment, "uninstall", "app", "--dry-run")[:2] == (0, "- app==1.0\n")
    assert run(environment, "uninstall", "-y", "nope")[:2] == (0, "")
    assert modules(environment) == ["app", "lib", "other"]
    assert run(environment, "uninstall", "app", stdin="y\n")[0] == 0
    assert modules(environment) == ["lib", "other"]


def test_uninstall_by_requirement_file(environment: Environment, tmp_path: Path) -> None:
    """Names of requirement files count, versions and markers don't; source trees have no name."""
    (tmp_path / "r.txt").write_text("app==9  # whatever\n-r more.txt\n-e ./tree\n")
    (tmp_path / "more.txt").write_text("other>=1; python_version > '3'\n")
    assert run(environment, "uninstall", "-y", "-r", str(tmp_path / "r.txt"))[0] == 0
    assert modules(environment) == ["lib"]
    status, _, err = run(environment, "uninstall", "-y", "-r", str(tmp_path / "absent.txt"))
    assert status == 1
    assert err.startswith("error: ")


def test_uninstall_as_data(environment: Environment) -> None:
    """--json has the changes as data."""
    data = json.loads(run(environment, "uninstall", "-y", "app", "--json")[1])
    assert data["changes"] == [{"kind": "remove", "name": "app", "old": "1.0", "new": "", "reason": ""}]


def test_what_lies_outside_stays(environment: Environment, tmp_path: Path) -> None:
    """A RECORD that points out of the environment removes nothing there, and it is told."""
    outside = tmp_path / "precious"
    outside.touch()
    record = environment.site_packages / "app-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text() + "../../../../precious,,\n")
    status, _, err = run(environment, "uninstall", "-y", "app", "--break-system-packages")
    assert status == 0
    assert "precious stays: it lies outside the environment" in err
    assert outside.exists()


def test_the_cache_is_where_it_is_told_to_be(tmp_path: Path) -> None:
    """--cache-dir decides, made absolute."""
    assert say(["cache", "dir", "--cache-dir", str(tmp_path)]).out == f"{tmp_path}\n"


def test_the_cache_can_be_measured_and_emptied(tmp_path: Path) -> None:
    """An empty cache holds nothing; what is in it goes."""
    at = ("--cache-dir", str(tmp_path / "cache"))
    assert say(["cache", "size", *at]).out == "together  0 files  0 B\n"
    assert say(["cache", "clean", *at]).out == "Nothing to remove.\n"
    environment = make_environment(tmp_path / "env")
    assert say(["list", "--python", str(environment.root), *at]).status == 0
    assert say(["cache", "size", *at]).out.startswith("interpreters  1 file ")
    assert say(["cache", "prune", *at]).out == "Nothing to remove.\n"
    assert say(["cache", "clean", "some-project", *at]).out == "Nothing to remove.\n"
    assert say(["cache", "clean", *at]).out.startswith("Removed 1 file, ")
    assert json.loads(say(["cache", "size", "--json", *at]).out)["kinds"] == []


def test_whoever_waits_says_so(tmp_path: Path) -> None:
    """While another process uses the cache, emptying it waits, and says what for."""
    root = tmp_path / "cache"
    root.mkdir()
    told = Told(release=Event())

    def hold() -> None:
        with in_use(Store(str(root))):
            told.held.set()
            told.release.wait(30)

    holder = Thread(target=hold)
    holder.start()
    told.held.wait(30)
    run_prune(CacheOptions(store=StoreOptions(cache_dir=str(root))), told)
    holder.join()
    assert told.heard == [WaitingForLock(f"the cache {root}")]
