"""The first stage of ``install``: what it does is what the long way would do, or nothing."""

import marshal
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cli.test_imports import imported, run_whole
from cli.worlds import Said, say
from commands.worlds import make_environment
from environments.places import Tree, in_child, kill_this_process, record_hash, tree
from loopback import Fault, LoopbackIndex
from pipeline.worlds import wheel

from pybuildsync.cli.fast import answer
from pybuildsync.cli.fast_install import repeat
from pybuildsync.environments import recipes
from pybuildsync.frontend.build_variables import is_build_variable
from pybuildsync.store.locks import locked

SCRIPTS = {"tool-1.0.data/scripts/old": b"#!python\nprint('old')\n", "tool-1.0.data/data/share/tool/data.txt": b"x\n"}
KEPT = {name: value for name, value in os.environ.items() if is_build_variable(name)}


class World:
    """An index that promises to stay as it is for a while, a store, and environments as many as are needed."""

    def __init__(self, root: Path, index: LoopbackIndex) -> None:
        self.root = root
        self.index = index
        self.environ = {**KEPT, "HOME": str(root), "PIP_CONFIG_FILE": os.devnull}
        self.words = ["install", "--index-url", index.url, "--cache-dir", str(root / "cache")]

    def environment(self, name: str) -> Path:
        """Return the folder of a new environment."""
        return make_environment(self.root / name).root

    def argv(self, environment: Path, *words: str) -> list[str]:
        """Return a command line for *environment*."""
        return [*self.words, "--python", str(environment), *(words or ("app",))]

    def long(self, name: str, *words: str) -> tuple[Path, Said]:
        """Install by the whole command line into a new environment."""
        environment = self.environment(name)
        said = say(self.argv(environment, *words), environ=self.environ)
        assert said.status == 0, said.err
        return environment, said

    def again(self, name: str, *words: str, **more: str) -> tuple[Path, str | None]:
        """Install by the first stage into a new environment; *more* are variables."""
        environment = self.environment(name)
        return environment, repeat(self.argv(environment, *words), {**self.environ, **more})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a world with an application, its library, and a tool with scripts and data."""
    with LoopbackIndex(form="json", cache_control="max-age=600") as index:
        index.add(wheel("lib", "1.0", files={"inner/deep/file.txt": b"deep\n"}))
        index.add(wheel("app", "1.0", "lib"))
        points = b"[console_scripts]\ntool = tool:main\ntool3 = tool:main\n[gui_scripts]\ndraw = tool:draw.it\n"
        index.add(wheel("tool", "1.0", files={**SCRIPTS, "tool-1.0.dist-info/entry_points.txt": points}))
        yield World(tmp_path, index)


def content(environment: Path) -> Tree:
    """Return all that is in *environment*, with its own path out of it and what depends on that path alone."""
    found = {}
    for path, (kind, mode, data) in tree(environment).items():
        text = data
        if isinstance(data, bytes):
            text = data.replace(os.fsencode(str(environment)), b"HERE")
            if path.endswith("RECORD"):
                rows = text.splitlines()
                text = b"\n".join(row.partition(b",")[0] if row.startswith(b"../../../bin/") else row for row in rows)
        found[path] = (kind, mode, text)
    return found


def record_is_true(environment: Path) -> bool:
    """Tell whether every row of every RECORD has the digest of its file."""
    rows = 0
    for record in environment.glob("lib/python*/site-packages/*.dist-info/RECORD"):
        for line in record.read_text().splitlines():
            path, digest, size = line.rsplit(",", 2)
            data = (record.parent.parent / path).read_bytes()
            rows += bool(digest)
            if digest and (digest, size) != (record_hash(data), str(len(data))):
                return False
    return rows > 0


@pytest.mark.parametrize("words", [["app"], ["app", "tool"], ["tool==1.0", "--no-deps"], ["--compile", "lib", "tool"]])
def test_the_same_environment_file_by_file(world: World, words: list[str]) -> None:
    """Names, permissions, contents, scripts that run with their own interpreter, RECORD files that are true."""
    first, said = world.long("first", *words)
    second, text = world.again("second", *words)
    assert text == said.out
    assert content(second) == content(first)
    assert record_is_true(second)
    assert world.again("first-like", *words)[1] == said.out


def test_beside_what_is_installed(world: World) -> None:
    """An environment that has the same distributions is like the first; one that has others isn't."""
    for name in ("one", "two", "three", "four"):
        environment, _ = world.long(name, "lib")
        if name == "three":
            (environment / "extra").mkdir()
            next(environment.glob("lib/python*/site-packages")).joinpath("more.py").touch()
        if name == "four":
            metadata = next(environment.glob("lib/python*/site-packages/lib-1.0.dist-info/METADATA"))
            text = metadata.read_bytes()
            metadata.unlink()
            metadata.write_bytes(text.replace(b"\n\n", b"\nRequires-Dist: other\n\n", 1))
    said = say(world.argv(world.root / "one"), environ=world.environ)
    assert said.out == "+ app==1.0\nSuccessfully installed app-1.0\n"
    assert repeat(world.argv(world.root / "two"), world.environ) == said.out
    assert content(world.root / "two") == content(world.root / "one")
    assert repeat(world.argv(world.root / "three"), world.environ) is None
    assert repeat(world.argv(world.root / "four"), world.environ) is None
    assert world.again("five")[1] is None


def listing(world: World) -> None:
    """Have another listing in the store."""
    world.index.add(wheel("lib", "2.0"))
    say([*world.argv(world.environment("other"), "lib"), "--refresh"], environ=world.environ)


def pruned(world: World) -> None:
    """Remove one unpacked wheel."""
    manifest = min((world.root / "cache").glob("wheels-*/*/manifest"))
    manifest.unlink()


def old(world: World) -> None:
    """Let an unpacked wheel be one that nobody has looked into for days."""
    manifest = min((world.root / "cache").glob("wheels-*/*/manifest"))
    os.utime(manifest, (time.time() - 200_000,) * 2)


def requirements(world: World) -> None:
    """Change the requirement file."""
    (world.root / "r.txt").write_text("app\ntool\n")


def broken(world: World) -> None:
    """Cut off the end of what is kept."""
    for path in (world.root / "cache" / "recipes-1").iterdir():
        path.write_bytes(path.read_bytes()[:-20])


def foreign(world: World) -> None:
    """Keep something else, as whole."""
    for path in (world.root / "cache" / "recipes-1").iterdir():
        path.write_bytes(marshal.dumps((1, marshal.loads(path.read_bytes())[1])))


@pytest.mark.parametrize("change", [listing, pruned, old, requirements, broken, foreign])
def test_whatever_has_changed_goes_the_long_way(world: World, change: Callable[[World], None]) -> None:
    """And nothing is left of an attempt."""
    (world.root / "r.txt").write_text("app\n")
    words = ["-r", str(world.root / "r.txt")]
    time.sleep(0.02)
    world.long("first", *words)
    assert world.again("second", *words)[1] is not None
    change(world)
    third, text = world.again("third", *words)
    assert text is None
    assert content(third) == content(world.environment("empty"))
    assert "lib" in world.long("fourth", *words)[1].out


def test_a_file_that_changes_meanwhile_is_not_remembered(world: World) -> None:
    """What the file said at first isn't what it says in the end."""
    file = world.root / "r.txt"
    file.write_text("app\n")
    time.sleep(0.02)
    world.index.fail(Fault(path=".whl", delay=0.3))

    def change() -> None:
        while not any("/app/" in request.path for request in world.index.requests):
            time.sleep(0.01)
        file.write_text("app\ntool\n")

    changer = threading.Thread(target=change)
    changer.start()
    assert "tool" not in world.long("first", "-r", str(file))[1].out
    changer.join()
    assert world.again("second", "-r", str(file))[1] is None
    assert answer(world.argv(world.root / "first", "-r", str(file)), world.environ) is None


def test_what_fails_half_way_is_undone(world: World) -> None:
    """A file that is gone from the store: nothing stays of the attempt."""
    world.long("first")
    min((world.root / "cache").glob("wheels-*/*/files/lib.py")).unlink()
    second, text = world.again("second")
    assert text is None
    assert content(second) == content(world.environment("empty"))


@pytest.mark.parametrize("words", [["app", "--no-deps"], ["app", "--pre"], ["lib"], ["app", "-U"], ["app", "--", "x"]])
def test_another_line_is_another_question(world: World, words: list[str]) -> None:
    """Every word counts."""
    world.long("first")
    assert world.again("second", *words)[1] is None


@pytest.mark.parametrize(
    "more", [{"CFLAGS": "-O0"}, {"PIP_PRE": "1"}, {"PYBUILDSYNC_NO_DEPS": "1"}, {"HOME": "/elsewhere"}]
)
def test_another_variable_is_another_question(world: World, more: dict[str, str]) -> None:
    """Options, build variables, and where configuration is read."""
    world.long("first")
    assert world.again("second", **more)[1] is None
    assert world.again("third", TERM="dumb", SHLVL="3")[1] is not None


@pytest.mark.parametrize(
    "line", [["-v"], ["--dry-run"], ["--json"], ["--color", "always"], ["--refresh"], ["--verify"]]
)
def test_lines_that_ask_for_more_are_never_kept(world: World, line: list[str]) -> None:
    """They want to see or to check what this way leaves out."""
    world.long("first", "app", *line)
    assert world.again("second", "app", *line)[1] is None


def test_variables_are_kept_as_a_digest(world: World) -> None:
    """What is in them is nobody's business: a token for a build tool's own registry, for one."""
    world.environ["CFLAGS"] = "-DKEY=s3cr3t"
    run_whole(world.argv(world.environment("first")), world.environ)
    files = [path for path in (world.root / "cache").rglob("*") if path.is_file()]
    assert [path for path in files if b"s3cr3t" in path.read_bytes()] == []
    _, modules, out = imported(world.argv(world.environment("second")), world.environ)
    assert "pybuildsync.environments.recipes" in modules
    assert "Successfully installed app-1.0 lib-1.0\n" in out


def test_an_expired_listing_goes_the_long_way(tmp_path: Path) -> None:
    """What must be asked for again may say something else."""
    with LoopbackIndex([wheel("app", "1.0")], form="json", cache_control="max-age=1") as index:
        world = World(tmp_path, index)
        world.long("first")
        time.sleep(1.1)
        assert world.again("second")[1] is None


def test_where_something_is_in_the_way(world: World) -> None:
    """Scripts, folders, links out of the environment, another kind of environment: nothing is replaced or followed."""
    world.long("first", "tool")
    script, folder, link, shared, busy = (world.environment(name) for name in "abcde")
    (script / "bin" / "tool").write_text("mine")
    (folder / "share").mkdir()
    (link / "bin" / "python").rename(link / "python")
    (link / "bin").rmdir()
    (link / "real").mkdir()
    (link / "bin").symlink_to("real")
    (link / "python").rename(link / "bin" / "python")
    with (shared / "pyvenv.cfg").open("a") as file:
        file.write("include-system-site-packages = true\n")
    next(busy.glob("lib/python*/site-packages")).joinpath(".pybuildsync").mkdir()
    for environment in (script, folder, link, shared, busy, world.root / "absent"):
        before = tree(environment)
        assert repeat(world.argv(environment, "tool"), world.environ) is None
        assert tree(environment) == before


def test_the_active_environment(world: World) -> None:
    """VIRTUAL_ENV names it as well; a version or nothing is for the long way."""
    first = world.environment("first")
    line = [*world.words, "lib"]
    said = say(line, environ={**world.environ, "PYBUILDSYNC_PYTHON": str(first)})
    assert said.status == 0
    assert repeat(line, {**world.environ, "PYBUILDSYNC_PYTHON": str(first)}) is None
    world.long("second", "lib")
    third = world.environment("third")
    assert repeat(line, {**world.environ, "VIRTUAL_ENV": str(third)}) == said.out
    assert repeat(line, world.environ) is None
    assert repeat([*line, "--python", "3"], world.environ) is None
    fourth = world.environment("fourth")
    assert repeat([*line, f"--python={fourth}/bin/python"], world.environ) == said.out


def kept_recipe(world: World) -> tuple[Any, ...]:
    """Return the one recipe in the store."""
    (path,) = (world.root / "cache" / "recipes-1").iterdir()
    recipe: tuple[Any, ...] = marshal.loads(path.read_bytes())[0][4]
    return recipe


class Failing:
    """The module ``os`` with *end* called instead of the change numbered *at*."""

    def __init__(self, at: int, end: Callable[[], None]) -> None:
        self.left = at
        self.end = end

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return the function *name*."""

        def counted(*arguments: object, **options: object) -> object:
            self.left -= 1
            if self.left < 0:
                self.end()
            result: object = getattr(os, name)(*arguments, **options)
            return result

        return counted


def test_killed_at_any_moment(world: World) -> None:
    """The next command leaves what was asked for."""
    expected = content(world.long("first", "app", "tool")[0])
    recipe = kept_recipe(world)
    ends = set()
    for number in range(0, 150, 4):
        environment = world.environment(f"killed-{number}")
        work = partial(recipes.follow, recipe, str(environment), Failing(number, kill_this_process))
        ends.add(in_child(work))
        said = say(world.argv(environment, "app", "tool"), environ=world.environ)
        assert said.status == 0, said.err
        assert content(environment) == expected
    assert ends == {0, signal.SIGKILL}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_undoes(world: World, number: int) -> None:
    """What was done is undone, and then the signal does what it would have done."""
    world.long("first", "app", "tool")
    recipe = kept_recipe(world)
    empty = content(world.environment("empty"))
    for at in (3, 12, 25):
        environment = world.environment(f"stopped-{at}")
        failing = Failing(at, partial(os.kill, os.getpid(), number))
        if number == signal.SIGINT:
            with pytest.raises(KeyboardInterrupt):
                recipes.follow(recipe, str(environment), failing)
        else:

            def work(failing: Failing = failing, environment: Path = environment) -> None:
                failing.end = lambda: os.kill(os.getpid(), number)
                recipes.follow(recipe, str(environment), failing)

            assert in_child(work) == number
        assert content(environment) == empty


def test_it_goes_with_the_cache(world: World) -> None:
    """``cache clean`` leaves no recipe, and measuring counts it."""
    world.long("first")
    assert "recipes         1 file" in say(["cache", "size", *world.words[3:]], environ=world.environ).out
    assert say(["cache", "clean", *world.words[3:]], environ=world.environ).status == 0
    assert not (world.root / "cache" / "recipes-1").exists()
    assert world.again("second")[1] is None


def test_an_environment_in_use_goes_the_long_way(world: World) -> None:
    """It waits, and says so; this way can't."""
    world.long("first")
    second = world.environment("second")
    with locked(str(second / ".pybuildsync.lock")):
        assert repeat(world.argv(second), world.environ) is None
    with locked(str(world.root / "cache" / "lock")):
        assert repeat(world.argv(second), world.environ) is None
    assert repeat(world.argv(second), world.environ) is not None


def test_it_imports_next_to_nothing(world: World) -> None:
    """No typing, no re, no contextlib, no signal, no hashlib: a bare interpreter, fcntl, and seven modules of ours."""
    first, second = world.environment("first"), world.environment("second")
    run_whole(world.argv(first, "app", "tool"), world.environ)
    status, modules, out = imported(world.argv(second, "app", "tool"), world.environ)
    assert (status, "Successfully installed app-1.0 lib-1.0 tool-1.0\n" in out) == (0, True)
    assert [name for name in modules if name.startswith("pybuildsync")] == [
        "pybuildsync",
        "pybuildsync.__main__",
        "pybuildsync.cli",
        "pybuildsync.cli.fast",
        "pybuildsync.cli.fast_install",
        "pybuildsync.commands",
        "pybuildsync.commands.watched",
        "pybuildsync.environments",
        "pybuildsync.environments.configuration",
        "pybuildsync.environments.recipes",
        "pybuildsync.environments.records",
    ]
    heavy = {"typing", "re", "collections", "functools", "contextlib", "signal", "hashlib", "enum", "threading"}
    assert heavy & set(modules) == set()
