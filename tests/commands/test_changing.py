"""Commands that change: uninstall, cache."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from cli.worlds import say
from commands.worlds import Environment, make_environment

from pybuildsync.commands import uninstall
from pybuildsync.commands.cache import run_prune
from pybuildsync.commands.options import CacheOptions, StoreOptions, UninstallOptions
from pybuildsync.commands.results import Change
from pybuildsync.core.story import WaitingForLock, Warned
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.environments.schemes import environment_scheme
from pybuildsync.environments.transaction import environment_lock
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.built import StoredWheels
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
    assert (status, out, err) == (
        0,
        "- other==2\n- app==1.0\nSuccessfully uninstalled other-2\nSuccessfully uninstalled app-1.0\n",
        "",
    )
    assert modules(environment) == ["lib"]
    assert [path.name for path in environment.site_packages.glob("*.dist-info")] == ["lib-1.5.dist-info"]


def test_uninstall_says_what_is_left_without(environment: Environment) -> None:
    """What still requires what has gone is told; so is what wasn't there."""
    status, _, err = run(environment, "uninstall", "-y", "lib", "nope")
    assert status == 0
    assert err == "warning: Skipping nope as it is not installed.\nwarning: app still requires lib, which is gone\n"


def test_uninstall_says_which_several_are_left_without(environment: Environment) -> None:
    """In one line, in the plural."""
    environment.add("tool", "1.0", requires=("lib",))
    _, _, err = run(environment, "uninstall", "-y", "lib")
    assert err == "warning: app, tool still require lib, which is gone\n"


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
    (tmp_path / "r.txt").write_text("app==9  # whatever\n-r more.txt\n-e ./tree\n-e git+https://x.example/a#egg=Gone\n")
    (tmp_path / "more.txt").write_text("other>=1; python_version > '3'\nNo_Such\n")
    status, _, err = run(environment, "uninstall", "-y", "-r", str(tmp_path / "r.txt"))
    skipped = [f"warning: Skipping {name} as it is not installed.\n" for name in ("No_Such", "gone")]
    assert (status, err) == (0, "".join(skipped))
    assert modules(environment) == ["lib"]
    status, _, err = run(environment, "uninstall", "-y", "-r", str(tmp_path / "absent.txt"))
    assert status == 1
    assert err.startswith("error: ")


def test_uninstall_needs_names(environment: Environment, tmp_path: Path) -> None:
    """A path names nothing, which is told; nothing to remove at all is an error, in pip's words."""
    status, out, err = run(environment, "uninstall", "-y", "./tree", "app")
    ignored = "warning: Invalid requirement: './tree' ignored - the uninstall command expects named requirements.\n"
    assert (status, err) == (0, ignored)
    assert "Successfully uninstalled app-1.0" in out
    (tmp_path / "empty.txt").write_text("")
    status, _, err = run(environment, "uninstall", "-y", "-r", str(tmp_path / "empty.txt"))
    assert status == 1
    assert err.startswith('error: You must give at least one requirement to uninstall (see "pip help uninstall")\n')


def test_uninstall_as_data(environment: Environment) -> None:
    """--json has the changes as data."""
    data = json.loads(run(environment, "uninstall", "-y", "app", "--json")[1])
    assert data["changes"] == [{"kind": "remove", "name": "app", "old": "1.0", "new": "", "reason": "", "built": False}]


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


def replace(environment: Environment, version: str) -> None:
    """Be another process that changes lib to *version*, "" to remove it."""
    (folder,) = environment.site_packages.glob("lib-*.dist-info")
    shutil.rmtree(folder)
    (environment.site_packages / "lib.py").unlink()
    if version:
        environment.add("lib", version)


@pytest.mark.parametrize(("version", "changes"), [("2.0", ["2.0"]), ("", [])])
def test_what_is_removed_is_what_is_there_when_nobody_else_is_at_work(
    environment: Environment, tmp_path: Path, version: str, changes: list[str]
) -> None:
    """What another process, which is waited for, has installed instead goes; what it has removed is told as absent."""
    told = Told(release=Event())
    options = UninstallOptions(
        names=("lib",), yes=True, python=str(environment.root), store=StoreOptions(cache_dir=str(tmp_path / "cache"))
    )
    interpreter = find_interpreter(str(environment.root), Store(str(tmp_path / "cache")))
    with ThreadPoolExecutor(1) as pool:
        with environment_lock(environment_scheme(interpreter)):
            running = pool.submit(uninstall.run, options, told)
            assert told.release.wait(30)
            replace(environment, version)
        result = running.result()
    assert [change.old for change in result.changes] == changes
    assert told.heard[1:] == [
        Warned("app still requires lib, which is gone") if version else Warned("Skipping lib as it is not installed.")
    ]
    assert modules(environment) == ["app", "other"]


def test_what_was_not_agreed_to_is_not_removed(environment: Environment, tmp_path: Path) -> None:
    """Another version may have come while the question stood; what has gone needs no answer."""
    told = Told(release=Event())
    options = UninstallOptions(
        names=("lib", "other"), python=str(environment.root), store=StoreOptions(cache_dir=str(tmp_path / "cache"))
    )

    def agree_after(version: str) -> bool:
        replace(environment, version)
        return True

    with pytest.raises(EnvironmentFault, match="has changed meanwhile") as caught:
        uninstall.run(options, told, confirm=lambda _: agree_after("2.0"))
    assert caught.value.why == "lib 2.0 is there now"
    assert modules(environment) == ["app", "lib", "other"]
    result = uninstall.run(options, told, confirm=lambda _: agree_after(""))
    assert (result.changes, result.missing) == ((Change(kind="remove", name="other", old="2"),), ("lib",))
    assert modules(environment) == ["app"]


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


def built(root: Path, *filenames: str) -> dict[str, Path]:
    """Put wheels that were built here into the store below *root*; return their paths."""
    wheels = StoredWheels(Store(str(root)))
    found = {}
    for filename in filenames:
        source = root.parent / filename
        source.write_bytes(b"x" * 1500)
        found[filename] = Path(wheels.save(f"key of {filename}", str(source), b"").wheel_path)
    return found


ONE, TWO, OTHER = "some_lib-1.0-py3-none-any.whl", "some_lib-2.0-py3-none-any.whl", "other-1.0-py3-none-any.whl"


def test_pips_own_commands_for_the_cache(tmp_path: Path) -> None:
    """info, list, remove, purge: pip's lines, over what was built here."""
    root = tmp_path / "cache"
    at = ("--cache-dir", str(root))
    assert say(["cache", "list", *at]).out == "No locally built wheels cached.\n"
    assert say(["cache", "list", "--format=abspath", *at]).out == ""
    paths = built(root, TWO, OTHER, ONE)
    assert say(["cache", "list", *at]).out.splitlines() == [
        "Cache contents:", "", f" - {OTHER} (1.5 kB)", f" - {ONE} (1.5 kB)", f" - {TWO} (1.5 kB)"
    ]  # fmt: skip
    for pattern, names in (("some_lib", {ONE, TWO}), ("Some.Lib", {ONE, TWO}), ("*-1", {ONE, OTHER}), ("lib", set())):
        listed = say(["cache", "list", pattern, "--format", "abspath", *at]).out.splitlines()
        assert listed == sorted(str(paths[name]) for name in names)
    lines = say(["cache", "info", *at]).out.splitlines()
    assert lines[3:] == [
        f"Locally built wheels location: {root}/built-1",
        "Locally built wheels size: 4.5 kB",
        "Number of locally built wheels: 3",
    ]
    assert lines[0] == f"Package index page cache location: {root}"
    removed = say(["cache", "remove", "some_lib-1*", *at])
    assert (removed.status, removed.out.partition(" (")[0]) == (0, "Files removed: 2")  # and what is known of it
    none = say(["pip", "cache", "remove", "nobody", *at])
    assert (none.out, none.err) == ("Files removed: 0 (0 B)\n", 'WARNING: No matching packages for pattern "nobody"\n')
    assert say(["cache", "remove", "*", *at]).out.startswith("Files removed: ")
    assert not any(path.exists() for path in paths.values())
    assert say(["cache", "purge", *at]).err == "warning: No matching packages\n"
    assert say(["cache", "remove", *at]).status == 2


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
