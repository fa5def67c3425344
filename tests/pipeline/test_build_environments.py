"""Build environments have the byte code that earlier builds have left."""

import subprocess
import sys
from pathlib import Path

from pipeline.worlds import Place, builds, sdist, wheel
from store.wheel_files import make_wheel, plain_environment, sha256_of

from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.pipeline.build_environments import FillEnvironment
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import add_wheel

TAG = str(sys.implementation.cache_tag)


def imported(site: str) -> str:
    """Import ``sample.module`` from *site*; return what Python says of it."""
    script = f"import sys; sys.path.insert(0, {site!r}); import sample.module"
    command = [sys.executable, "-I", "-S", "-v", "-c", script]
    return subprocess.run(command, env=plain_environment(), capture_output=True, text=True, check=True).stderr


def test_byte_code_comes_along(tmp_path: Path) -> None:
    """What one environment has gathered the next one has, valid; what a wheel itself brings stays."""
    store = Store(str(tmp_path / "store"))
    compiled = f"sample/__pycache__/own.{TAG}.pyc"
    files = {"sample/__init__.py": b"", "sample/module.py": b"A = 1\n", "sample/own.py": b"", compiled: b"its own"}
    path = make_wheel(tmp_path, files)
    unpacked = add_wheel(store, path, sha256_of(path))
    interpreter = find_interpreter(sys.executable, store)
    environments = FillEnvironment(store, interpreter)
    sites = []
    for name in ("one", "two"):
        root = tmp_path / name
        environments(str(root), (unpacked.path,))
        (site,) = {found.parent.parent for found in root.rglob("sample/module.py")}
        sites.append(str(site))
        said = imported(str(site))
        assert (f"created '{site}/sample/__pycache__/module.{TAG}.pyc'" in said) == (name == "one")
        assert (f"matches {site}/sample/module.py" in said) == (name == "two")
        assert (site / compiled).read_bytes() == b"its own"
        environments.gather(str(root), (unpacked.path,))


def test_wheels_that_have_left_are_passed_over(tmp_path: Path) -> None:
    """What isn't in the store any more can't keep anything, and nothing fails."""
    store = Store(str(tmp_path / "store"))
    environments = FillEnvironment(store, find_interpreter(sys.executable, store))
    environments.gather(str(tmp_path), ("/nowhere/0/files",))


def test_builds_leave_byte_code_of_their_tools(place: Place) -> None:
    """Once a build has gone well, the tools that it has imported have byte code, and the next build goes well, too."""
    place.index.add(wheel("lib", "1.0", files={"lib.pth": b"import lib\n"}))
    place.index.add(sdist("app", "1.0", needs=["lib"]))
    place.index.add(sdist("broken", "1.0", needs=["lib"], breaks={"lib": "1.0"}))
    place.refused("broken")
    assert list(place.cache.glob("wheels-1/*/gathered/*/*.pyc")) == []
    assert builds(place.install("app")) == ["app 1.0"]
    assert list(place.cache.glob("wheels-1/*/gathered/*/*.pyc"))
    place.index.add(sdist("next", "1.0", needs=["lib"]))
    assert builds(place.install("next")) == ["next 1.0"]
