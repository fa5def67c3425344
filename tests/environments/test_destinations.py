"""Where an install goes that is told to go elsewhere, against what pip and the interpreters themselves say."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from environments.places import dying, installed, is_killed, make_environment, make_interpreter, make_wheel, placed

from pybuildsync.environments.destinations import Destination, below, destination_scheme, user_scheme
from pybuildsync.environments.interpreters import Interpreter, find_interpreter, with_user_site
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.recovery import settle
from pybuildsync.environments.schemes import FOLDERS, environment_scheme, unwritable_folder
from pybuildsync.environments.transaction import apply, environment_lock
from pybuildsync.environments.user_site import is_disguised, user_base
from pybuildsync.store.location import Store
from pybuildsync.store.locks import locked

BASE = os.path.realpath(sys.executable)
PIPS_SCHEME = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pip._internal.locations import get_scheme
found = get_scheme("name", **json.loads(sys.argv[2]))
print(json.dumps({name: getattr(found, name) for name in ("purelib", "platlib", "scripts", "headers", "data")}))
"""
USER_SITE = "import json, site; print(json.dumps([site.getusersitepackages(), site.getuserbase()]))"


def pips_folders(python: str, **how: object) -> dict[str, str]:
    """Return the folders that pip would install into with *python*."""
    import pip

    folder = os.path.dirname(os.path.dirname(pip.__file__))
    command = [python, "-c", PIPS_SCHEME, folder, json.dumps(how)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    folders: dict[str, str] = json.loads(found.stdout)
    return {**folders, "headers": os.path.dirname(folders["headers"])}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give a store."""
    return Store(str(tmp_path / "store"))


@pytest.mark.parametrize("is_virtual", [False, True])
@pytest.mark.parametrize(
    "destination",
    [
        Destination(prefix="/some/where"),
        Destination(prefix="/usr", root="/build/tree"),
        Destination(root="/build/tree"),
        Destination(user=True),
        Destination(user=True, root="/build/tree"),
    ],
)
def test_the_folders_are_pips(tmp_path: Path, store: Store, destination: Destination, *, is_virtual: bool) -> None:
    """For each destination, with a base interpreter and in a virtual environment."""
    python = BASE
    if is_virtual:
        subprocess.run([BASE, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
        python = str(tmp_path / "env" / "bin" / "python")
    how = {"prefix": destination.prefix or None, "root": destination.root or None, "user": destination.user}
    scheme = destination_scheme(destination, find_interpreter(python, store))
    expected = pips_folders(python, **how)
    if destination.user and is_virtual:  # where pip has headers in the environment itself
        expected["headers"] = scheme.headers
    assert {name: scheme.folder(name) for name in FOLDERS} == {
        name: os.path.realpath(expected[name]) for name in FOLDERS
    }


def test_the_users_folders_are_what_site_says(tmp_path: Path, store: Store) -> None:
    """PYTHONUSERBASE, else below the home; none with PYTHONNOUSERSITE."""
    for more in ({"PYTHONUSERBASE": str(tmp_path / "base")}, {"HOME": str(tmp_path / "home")}):
        environ = {"PATH": os.environ["PATH"], **more}
        found = find_interpreter(BASE, store, environ=environ)
        said = subprocess.run([BASE, "-c", USER_SITE], env=environ, capture_output=True, text=True, check=True)
        site, base = json.loads(said.stdout)
        assert (found.user_site, dict(found.user_paths)["data"]) == (site, base)
        assert found.site_packages[0] == site
    assert find_interpreter(BASE, store, environ={**environ, "PYTHONNOUSERSITE": "1"}).user_site == ""


def test_where_users_packages_come_in_the_path(tmp_path: Path) -> None:
    """Before those of the interpreter, but after those of a virtual environment that sees them."""
    user = (("data", "<venv>"), ("headers", "<venv>/include"), ("platlib", "<venv>/lib"), ("purelib", "<venv>/lib"))
    environ = {"PYTHONUSERBASE": str(tmp_path)}
    folders = ("/usr/lib/python3.11/site-packages", "/base")
    interpreter = make_interpreter(user_paths=user, site_packages=folders)
    bare = with_user_site(interpreter, environ)
    assert bare.site_packages == (f"{tmp_path}/lib", *bare.site_packages[1:])
    shared = with_user_site(interpreter._replace(is_virtual=True, system_site_packages=True), environ)
    assert shared.site_packages == ("/usr/lib/python3.11/site-packages", f"{tmp_path}/lib", "/base")
    closed = with_user_site(interpreter._replace(is_virtual=True), environ)
    assert (closed.user_site, closed.site_packages) == ("", folders)


@pytest.mark.parametrize(
    ("environ", "framework", "system", "base"),
    [
        ({"HOME": "/home/me"}, "", "linux", "/home/me/.local"),
        ({"HOME": "/Users/me"}, "Python", "darwin", "/Users/me/Library/Python/3.11"),
        ({"APPDATA": "/roaming"}, "", "win32", "/roaming/Python"),
        ({"PYTHONUSERBASE": "/named", "HOME": "/home/me"}, "Python", "darwin", "/named"),
    ],
)
def test_the_users_base(environ: dict[str, str], framework: str, system: str, base: str) -> None:
    """It is what ``site`` makes of the variables on each system."""
    assert user_base(environ, framework, "3.11", system) == base
    assert not is_disguised()


def test_below_a_root() -> None:
    """A root stands for /."""
    assert below("/root", "/usr/lib") == "/root/usr/lib"
    assert below("/root", "/") == "/root/"


def test_headers_in_a_target_folder(tmp_path: Path) -> None:
    """They are where pip has them: it differs between virtual environments and others, and for PyPy."""
    target = str(tmp_path / "there")
    pypy = make_interpreter(tag="pp311-pypy311_pp73")
    found = [
        destination_scheme(Destination(target=target), each).headers.removeprefix(target)
        for each in (make_interpreter(), make_interpreter(is_virtual=True), pypy)
    ]
    assert found == ["/include/python", "/include/site/python3.11", "/include/pypy"]


def real_prefix(tmp_path: Path, store: Store) -> tuple[Interpreter, Path]:
    """Return a virtual environment's interpreter and its folder."""
    root = tmp_path / "env"
    make_environment(root)
    (root / "bin" / "python").unlink()
    (root / "bin" / "python").symlink_to(BASE)
    return find_interpreter(str(root), store), root


def test_a_prefix_that_is_an_environment(tmp_path: Path, store: Store) -> None:
    """Whoever changes an environment holds its lock and leaves its own files alone, whatever way he came."""
    interpreter, root = real_prefix(tmp_path, store)
    own = environment_scheme(interpreter)
    assert destination_scheme(Destination(prefix=str(root)), interpreter) == own
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "pyvenv.cfg").touch()
    other = destination_scheme(Destination(prefix=str(tmp_path / "other")), interpreter)
    assert other.lock == f"{tmp_path}/other/.pybuildsync.lock"
    assert f"{tmp_path}/other/pyvenv.cfg" in other.protected
    assert destination_scheme(Destination(target=own.purelib), interpreter).lock == own.lock


def test_managed_environments(store: Store) -> None:
    """PEP 668 holds for an environment and its user's packages, not for other prefixes, roots and folders."""
    interpreter = find_interpreter(BASE, store)._replace(externally_managed="ask the distributor")
    managed = [Destination(), Destination(user=True)]
    free = [Destination(prefix="/usr"), Destination(root="/build"), Destination(target="there")]
    assert all(destination_scheme(each, interpreter).unchangeable for each in managed)
    assert not any(destination_scheme(each, interpreter).unchangeable for each in free)


def test_folders_that_cannot_be_written(tmp_path: Path) -> None:
    """The innermost folder that is there is looked at, for both kinds of modules."""
    scheme = make_environment(tmp_path / "env")._replace(platlib=f"{tmp_path}/no/such/folder")
    assert unwritable_folder(scheme, lambda folder: folder != str(tmp_path)) == str(tmp_path)
    assert unwritable_folder(scheme, lambda _: True) == ""


def test_a_kill_in_another_prefix_is_found_there(tmp_path: Path, store: Store) -> None:
    """The journal lies in the prefix: the next change there undoes it, also one that came by another way."""
    interpreter, _ = real_prefix(tmp_path, store)
    prefix = destination_scheme(Destination(prefix=str(tmp_path / "there")), interpreter)
    target = destination_scheme(Destination(target=prefix.purelib), interpreter)
    for begun, next_one in ((prefix, prefix), (prefix, target), (target, prefix)):
        apply(Changes(install=placed(make_wheel(tmp_path / "wheels", "sample", "1.0"))), begun)
        newer = Changes(install=placed(make_wheel(tmp_path / "wheels", "sample", "2.0")))
        assert is_killed(partial(apply, newer, begun, calls=dying(12)))
        recovered = settle(next_one)
        assert recovered is not None
        assert recovered.is_undone
        assert [each.version for each in installed(prefix)] == ["1.0"]
        assert "1.0" in Path(prefix.purelib, "sample/__init__.py").read_text()
        assert not os.path.exists(prefix.journal_folder)


def test_locks_of_other_places(tmp_path: Path, store: Store) -> None:
    """They hold, and nothing of them is left in the place."""
    interpreter, _ = real_prefix(tmp_path, store)
    prefix = destination_scheme(Destination(prefix=str(tmp_path / "there")), interpreter)
    waited = []

    def stop() -> None:
        waited.append(1)
        raise InterruptedError

    with environment_lock(prefix), pytest.raises(InterruptedError), locked(prefix.lock, waiting=stop):
        pass
    assert waited == [1]
    assert not (tmp_path / "there").exists()
    assert user_scheme(interpreter).lock != prefix.lock
