"""Virtual environments made by hand are those that the standard library would make."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from environments.places import make_interpreter, tree

from pybuildsync.environments import venv
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.environments.schemes import virtual_scheme
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store


def this_interpreter(tmp_path: Path) -> Interpreter:
    """Return the interpreter that runs the tests."""
    return find_interpreter(sys.executable, Store(str(tmp_path / "store")))


def ask(python: Path, code: str) -> str:
    """Return what *code* prints in *python*."""
    return subprocess.run(
        [python, "-c", f"import sys; {code}"], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_it_is_an_environment_of_its_own(tmp_path: Path) -> None:
    """Python started there finds its prefix, its site-packages and nothing of the base interpreter's."""
    base = this_interpreter(tmp_path)
    scheme = venv.create(str(tmp_path / "env"), base)
    for name in ("python", "python3", f"python{base.target.version}"):
        python = tmp_path / "env/bin" / name
        assert ask(python, "print(sys.prefix)") == str(tmp_path / "env")
        assert ask(python, "import sysconfig; print(sysconfig.get_path('purelib'))") == scheme.purelib
        paths = ask(python, "print([path for path in sys.path if path.endswith('-packages')])")
        assert paths == str([scheme.purelib])
    assert scheme == virtual_scheme(str(tmp_path / "env"), base)


def test_it_is_what_the_standard_library_makes(tmp_path: Path) -> None:
    """The same folders and links; the same keys in the configuration, with the same meaning."""
    base = this_interpreter(tmp_path)
    venv.create(str(tmp_path / "ours"), base)
    venv.create(str(tmp_path / "theirs"), base, by_hand=False)
    kinds = []
    for name in ("ours", "theirs"):
        entries = {path: entry[0] for path, entry in tree(tmp_path / name).items() if "ctivate" not in path}
        kinds.append(entries)
    assert kinds[0] == kinds[1]
    keys = [
        [line.partition(" = ")[0] for line in (tmp_path / name / "pyvenv.cfg").read_text().splitlines()]
        for name in ("ours", "theirs")
    ]
    assert keys[0] == keys[1]


def test_the_interpreter_is_found_again(tmp_path: Path) -> None:
    """What was made is what ``find_interpreter`` sees, with the same folders."""
    base = this_interpreter(tmp_path)
    scheme = venv.create(str(tmp_path / "env"), base)
    found = find_interpreter(str(tmp_path / "env"), Store(str(tmp_path / "store")))
    assert found.is_virtual
    assert (found.base_executable, found.path("purelib")) == (base.base_executable, scheme.purelib)
    folders = [found.path(name) for name in ("scripts", "headers", "data")]
    assert folders == [scheme.scripts, scheme.headers, scheme.data]


@pytest.mark.parametrize("by_hand", [True, False])
def test_the_base_may_be_let_in(tmp_path: Path, *, by_hand: bool) -> None:
    """``system_site_packages`` shows what the base interpreter has; a prompt is written down."""
    base = this_interpreter(tmp_path)
    root = tmp_path / "env"
    venv.create(str(root), base, prompt="it's", system_site_packages=True, by_hand=by_hand)
    lines = (root / "pyvenv.cfg").read_text().splitlines()
    assert "include-system-site-packages = true" in lines
    assert 'prompt = "it\'s"' in lines
    assert (root / ".gitignore").read_text().endswith("*\n")


def test_the_prompt_may_be_the_folders(tmp_path: Path) -> None:
    """A dot stands for the name of the current folder."""
    venv.create(str(tmp_path / "env"), make_interpreter(), prompt=".")
    assert f"prompt = {os.path.basename(os.getcwd())!r}\n" in (tmp_path / "env/pyvenv.cfg").read_text()


def test_pypy_has_names_of_its_own(tmp_path: Path) -> None:
    """PyPy is ``python`` and ``pypy``."""
    venv.create(str(tmp_path / "env"), make_interpreter(tag="pp311-pypy311_pp73"))
    links = {path: entry[2] for path, entry in tree(tmp_path / "env/bin").items() if entry[0] == "link"}
    names = ("python3", "python3.11", "pypy", "pypy3", "pypy3.11")
    assert links == {"python": "/usr/bin/python3.11", **dict.fromkeys(names, "python")}
    assert (tmp_path / "env/lib/pypy3.11/site-packages").is_dir()


def test_only_an_environment_is_cleared(tmp_path: Path) -> None:
    """A folder with other things in it is never touched; an environment only when asked to."""
    interpreter = make_interpreter()
    root = tmp_path / "env"
    root.mkdir()
    (root / "work.txt").touch()
    for clear in (False, True):
        with pytest.raises(EnvironmentFault, match="is not empty and not a virtual environment"):
            venv.create(str(root), interpreter, clear=clear)
    assert os.listdir(root) == ["work.txt"]
    (root / "work.txt").unlink()
    venv.create(str(root), interpreter)
    before = tree(root)
    (root / "lib/extra").mkdir()
    (root / "more").touch()
    with pytest.raises(EnvironmentFault, match="there is a virtual environment already") as caught:
        venv.create(str(root), interpreter)
    assert caught.value.hint == "use it as it is, or make it anew with `--clear`"
    venv.create(str(root), interpreter, clear=True)
    assert tree(root) == before


def test_impossible_places_are_told(tmp_path: Path) -> None:
    """A file in the way, a path that PATH can't hold, a folder that can't be written."""
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="no virtual environment can be made at"):
        venv.create(str(tmp_path / "file"), make_interpreter())
    with pytest.raises(EnvironmentFault, match="separates the folders in PATH"):
        venv.create(f"{tmp_path}/a{os.pathsep}b", make_interpreter())
    with pytest.raises(EnvironmentFault, match="could not be made") as caught:
        venv.create("/proc/env", make_interpreter())
    assert caught.value.why.endswith(": /proc/env")
    (tmp_path / "there").mkdir()
    with pytest.raises(EnvironmentFault, match="could not be made"):
        venv.create(f"{tmp_path}/there", make_interpreter(base_executable="/too-long" * 1000))


def test_a_broken_interpreter_is_told(tmp_path: Path) -> None:
    """What the interpreter's own ``venv`` says when it fails is shown."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no venv here >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(EnvironmentFault) as caught:
        venv.create(str(tmp_path / "env"), make_interpreter(base_executable=str(broken)), by_hand=False)
    assert caught.value.why == "no venv here"


@pytest.mark.parametrize("name", ["env", 'it\'s a "test" $HOME `x` \\ !'])
def test_a_shell_activates_and_deactivates(tmp_path: Path, name: str) -> None:
    """PATH, VIRTUAL_ENV and the prompt come and go, also in strict shells and for paths that need quotes."""
    venv.create(str(tmp_path / name), make_interpreter())
    code = (
        'set -eu; PATH=/usr/bin:/bin; PYTHONHOME=/x; PS1="> "; . "$1/bin/activate"; '
        'printf "%s\\n" "${PATH%%:*}" "$PS1" "$VIRTUAL_ENV" "${PYTHONHOME-none}"; deactivate; '
        'printf "%s\\n" "$PATH" "$PS1" "${VIRTUAL_ENV-none}" "$PYTHONHOME"'
    )
    root = str(tmp_path / name)
    run = subprocess.run(["/bin/sh", "-c", code, "sh", root], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [f"{root}/bin", f"({name}) > ", root, "none", "/usr/bin:/bin", "> ", "none", "/x"]
    assert run.stderr == ""


def test_every_shell_has_its_quotes(tmp_path: Path) -> None:
    """Each script names the folder as its shell reads it."""
    root = tmp_path / "it's !"
    venv.create(str(root), make_interpreter())
    quoted = {
        "activate": f"""'{tmp_path}/it'"'"'s !'""",
        "activate.fish": f"'{tmp_path}/it\\'s !'",
        "activate.csh": f"""'{tmp_path}/it'"'"'s \\!'""",
        "activate.nu": f'"{tmp_path}/it\'s !"',
        "Activate.ps1": f"'{tmp_path}/it''s !'",
    }
    for name, text in quoted.items():
        assert text in (root / "bin" / name).read_text()
