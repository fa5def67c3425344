"""Interpreters: what they are, against what they say themselves; where they are found; what is kept of them."""

import json
import marshal
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import packaging
import pytest

from pybuildsync.environments import interpreter_probe
from pybuildsync.environments.interpreter_discovery import Request, candidates
from pybuildsync.environments.interpreter_tags import tags_from_facts
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record

PACKAGING = os.path.dirname(packaging.__file__)
PROBE = interpreter_probe.__file__
BASE = os.path.realpath(sys.executable)
SITE_SCRIPT = """
import json, sys, sysconfig
folders = [folder for folder in sys.path if folder.endswith("-packages")]
print(json.dumps([sys.prefix, sys.base_prefix, sysconfig.get_paths(), folders]))
"""
TAGS_SCRIPT = "import sys; sys.path.insert(0, sys.argv[1]); from packaging.tags import sys_tags; print(*sys_tags())"
MARKERS_SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from packaging.markers import default_environment
print(json.dumps(default_environment()))
"""


def installed_interpreters() -> list[str]:
    """Return one executable for each Python here: the one that runs us, the system's, those of a version manager."""
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    paths = [BASE, "/usr/bin/python3", *map(str, sorted(root.glob("versions/3.*/bin/python")))]
    real = {os.path.realpath(path): path for path in paths if os.path.exists(path)}
    return [path for path in real.values() if _release(path) >= (3, 8)]


def _release(path: str) -> tuple[int, int]:
    script = "import sys; print(*sys.version_info[:2])"
    major, minor = subprocess.run([path, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    return int(major), int(minor)


INTERPRETERS = installed_interpreters()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of its own."""
    return Store(str(tmp_path / "store"))


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store for tests that only ask real interpreters."""
    return Store(str(tmp_path_factory.mktemp("store")))


def say(executable: str, script: str, *arguments: str) -> str:
    """Return what *script* prints."""
    command = [executable, "-I", "-c", script, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def make_venv(python: str, folder: Path, *options: str) -> Path:
    """Make a virtual environment with the standard library's venv."""
    subprocess.run([python, "-m", "venv", "--without-pip", *options, folder], check=True)
    return folder


@pytest.mark.parametrize("python", INTERPRETERS)
def test_paths_of_an_interpreter_and_of_its_venvs_are_what_they_say(
    python: str, tmp_path: Path, shared_store: Store
) -> None:
    """A virtual environment is derived from its base interpreter, and equal to what it says itself."""
    base = find_interpreter(python, shared_store)
    shared = make_venv(python, tmp_path / "shared", "--system-site-packages")
    copies = make_venv(python, tmp_path / "copies", "--copies")
    for folder in (None, make_venv(python, tmp_path / "plain"), copies, shared):
        executable = str(folder / "bin" / "python") if folder else python
        found = find_interpreter(str(folder or python), shared_store, environ={"PYTHONNOUSERSITE": "1"})
        prefix, base_prefix, paths, site_packages = json.loads(say(executable, SITE_SCRIPT))
        assert (found.executable, found.prefix, found.base_prefix) == (executable, prefix, base_prefix)
        assert {name: path for name, path in found.paths if name != "headers"} == paths
        existing = [path for path in found.site_packages if os.path.isdir(path)]
        assert existing == site_packages
        assert (found.is_virtual, found.system_site_packages) == (folder is not None, folder == shared)
        assert (found.target, found.base_executable) == (base.target, base.base_executable)
        assert found.path("scripts") == paths["scripts"]


@pytest.mark.parametrize("python", INTERPRETERS)
def test_tags_are_those_of_packaging_inside(python: str, tmp_path: Path, shared_store: Store) -> None:
    """Where our packaging loads, its sys_tags() there and ours are equal; from outside they are the same, too."""
    target = find_interpreter(python, shared_store).target
    assert target.version == "{}.{}".format(*_release(python))
    facts = json.loads(subprocess.run([python, "-ISB", PROBE, PACKAGING], check=True, capture_output=True).stdout)
    assert tags_from_facts(facts) == target.tags
    if facts["tags"] is None:
        assert target.tags[0].startswith(f"cp{target.version.replace('.', '')}-")
    else:
        tree = tmp_path / "tree"
        tree.mkdir()
        (tree / "packaging").symlink_to(PACKAGING)
        assert say(python, TAGS_SCRIPT, str(tree)).split() == list(target.tags)
        markers = json.loads(say(python, MARKERS_SCRIPT, str(tree)))
        markers.pop("extra", None)
        assert dict(target.markers) == markers
    assert target.platform == target.tags[0].split("-")[2]


def test_the_probe_tells_all_in_one_object(facts: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The script's main, run here: the same as in a process of its own, but for what a virtual environment changes."""
    interpreter_probe.main(PACKAGING)
    here = json.loads(capsys.readouterr().out)
    same = ("implementation", "full_version", "version", "markers", "tags", "platform", "is_64_bit", "abi_flags")
    assert {key: here[key] for key in same} == {key: facts[key] for key in same}
    assert set(here) == set(facts)


def test_the_probe_without_packaging_has_no_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So it is where packaging doesn't load."""
    interpreter_probe.main(str(tmp_path))
    assert json.loads(capsys.readouterr().out)["tags"] is None


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        ({"mac_version": "11.2", "mac_machine": "arm64"}, ("cp38-cp38-macosx_11_0_arm64", "py30-none-any")),
        ({"platform": "win-amd64"}, ("cp38-cp38-win_amd64", "py30-none-any")),
        ({"platform": "linux-ppc64le"}, ("cp38-cp38-linux_ppc64le", "py30-none-any")),
        ({"is_64_bit": False, "abi_flags": "d"}, ("cp38-cp38d-linux_x86_64", "py30-none-any")),
        (
            {"implementation": "pypy", "extension_suffix": ".pypy38-pp73-x86_64-linux-gnu.so", "platform": "win32"},
            ("pp38-pypy38_pp73-win32", "py30-none-any"),
        ),
        (
            {"implementation": "other", "extension_suffix": ".so", "platform": "win32"},
            ("other38-none-win32", "py30-none-any"),
        ),
    ],
)
def test_tags_from_outside(facts: dict[str, Any], changes: dict[str, Any], tags: tuple[str, str]) -> None:
    """Best and last tag of interpreters that aren't here."""
    asked_for = {**facts, "version": [3, 8, 1], "platform": "linux-x86_64", **changes}
    found = tags_from_facts(asked_for)
    assert (found[0], found[-1]) == tags
    assert "d" not in changes.get("abi_flags", "") or "cp38-cp38-linux_x86_64" in found


def test_a_known_interpreter_costs_no_process_and_no_import(shared_store: Store, tmp_path: Path) -> None:
    """A second look reads one record: no subprocess, json or packaging, and a millisecond at most."""
    find_interpreter(sys.executable, shared_store)
    folder = make_venv(sys.executable, tmp_path / "new")
    script = (
        "import sys, time\n"
        "from pybuildsync.environments.interpreters import find_interpreter\n"
        "from pybuildsync.store.location import Store\n"
        "before = set(sys.modules)\n"
        "times = [time.process_time()]\n"
        "for _ in range(20):\n"
        "    find_interpreter(sys.argv[2], Store(sys.argv[1]))\n"
        "    times.append(time.process_time())\n"
        "print(min(after - start for start, after in zip(times, times[1:])))\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    command = [sys.executable, "-c", script, shared_store.root, str(folder)]
    seconds, modules = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")[:2]
    assert {"subprocess", "json", "packaging", "hashlib"} & set(modules.split()) == set()
    assert float(seconds) < 0.005, "with room for a slow machine"


def fake(path: Path, facts: Mapping[str, Any]) -> str:
    """Write an executable that answers the probe with *facts* instead of being a Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Path(f"{path}.json").write_text(json.dumps({**facts, "executable": str(path)}))
    path.write_text(f"#!/bin/sh\necho asked >> {path}.log\ncat {path}.json\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What the interpreter that runs us says."""
    run = subprocess.run([BASE, "-ISB", PROBE, PACKAGING], check=True, capture_output=True)
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def asked(path: str) -> int:
    """Return how often the fake interpreter *path* was asked."""
    return len(Path(f"{path}.log").read_text().splitlines())


def test_what_is_kept_is_dropped_when_something_changes(tmp_path: Path, store: Store, facts: dict[str, Any]) -> None:
    """The executable's time or size, the marker of PEP 668, a damaged record: the interpreter is asked again."""
    marker = tmp_path / "EXTERNALLY-MANAGED"
    python = fake(tmp_path / "python", {**facts, "managed_path": str(marker)})
    for _ in range(2):
        find_interpreter(python, store)
    assert asked(python) == 1
    os.utime(python, (1, 1))
    find_interpreter(python, store)
    assert asked(python) == 2
    marker.touch()
    for _ in range(2):
        find_interpreter(python, store)
    assert asked(python) == 3
    for record in (b"", marshal.dumps((0, (), {})), marshal.dumps(1)):
        write_record(store, "interpreters", python, record)
        find_interpreter(python, store)
    assert asked(python) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[externally-managed]\nError=Use the\n system's 100%\n", "Use the\nsystem's 100%"),
        ("[other]\n", "This environment is externally managed."),
        ("no ini", "This environment is externally managed."),
    ],
)
def test_the_message_of_an_externally_managed_interpreter(tmp_path: Path, text: str, message: str) -> None:
    """PEP 668: the Error text of the marker file; a file without one still counts."""
    marker = tmp_path / "EXTERNALLY-MANAGED"
    assert interpreter_probe.managed_message(str(marker)) == ""
    marker.write_text(text)
    assert interpreter_probe.managed_message(str(marker)) == message


def test_a_venv_of_an_externally_managed_interpreter_is_free(
    tmp_path: Path, store: Store, facts: dict[str, Any]
) -> None:
    """PEP 668 is about the base interpreter alone."""
    python = fake(tmp_path / "base" / "python3", {**facts, "managed": "Use apt"})
    assert find_interpreter(python, store).externally_managed == "Use apt"
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(python)
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {tmp_path / 'base'}\n")
    found = find_interpreter(str(tmp_path / "venv"), store)
    assert (found.externally_managed, found.is_virtual, asked(python)) == ("", True, 1)


@pytest.mark.parametrize(
    ("line", "is_seen"),
    [
        ("", True),
        ("include-system-site-packages = True", True),
        ("include-system-site-packages = false", False),
        ("include-system-site-packages = no", False),
    ],
)
def test_an_environment_that_does_not_say_sees_its_interpreters_packages(
    tmp_path: Path, store: Store, line: str, *, is_seen: bool
) -> None:
    """As the interpreter itself reads it."""
    folder = make_venv(sys.executable, tmp_path / "venv")
    path = folder / "pyvenv.cfg"
    others = [text for text in path.read_text().splitlines() if not text.startswith("include-system")]
    path.write_text("\n".join([*others, line]))
    found = find_interpreter(str(folder), store, environ={"PYTHONNOUSERSITE": "1"})
    assert found.system_site_packages is is_seen
    run = [str(folder / "bin" / "python"), "-s", "-c", "import sys; print(*sys.path, sep='\\n')"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTHON"))}
    seen = subprocess.run(run, capture_output=True, text=True, check=True, env=clean).stdout.splitlines()
    assert [each for each in seen if each in found.site_packages] == [*map(str, found.site_packages)]


def test_a_wrapper_is_followed_to_the_interpreter_that_it_runs(tmp_path: Path, store: Store) -> None:
    """A shim runs another interpreter: that one is found and kept; the shim is asked each time, as it may change."""
    folder = make_venv(sys.executable, tmp_path / "venv")
    shim = tmp_path / "shim"
    shim.write_text(f'#!/bin/sh\nexec {folder}/bin/python "$@"\n')
    shim.chmod(0o755)
    for _ in range(2):
        found = find_interpreter(str(shim), store)
        assert (found.executable, found.prefix) == (str(folder / "bin" / "python"), str(folder))
    assert read_record(store, "interpreters", str(shim)) is None
    assert read_record(store, "interpreters", BASE) is not None


def fault(spec: str | None, store: Store, environ: Mapping[str, str] | None = None) -> EnvironmentFault:
    """Return why *spec* can't be found."""
    with pytest.raises(EnvironmentFault) as caught:
        find_interpreter(spec, store, environ=environ)
    return caught.value


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 3", "it ended without a word"),
        ("echo trouble >&2; exit 3", "trouble"),
        ("echo hello", "it prints something else than a Python would"),
        ("case $1 in -c) printf 2.7.18;; *) exit 2;; esac", "it is Python 2.7.18; 3.8 is the oldest that is supported"),
        (
            "case $1 in -c) printf 3.9.1;; *) echo oops >&2; exit 2;; esac",
            "Python 3.9.1 failed when asked what it is:\noops",
        ),
    ],
)
def test_what_does_not_answer_is_told_with_its_last_words(tmp_path: Path, store: Store, script: str, why: str) -> None:
    """Whatever an executable does, the error says which it is and why it is of no use."""
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    error = fault(str(path), store)
    assert (error.what, error.why) == (f"{path} is not a usable interpreter", why)


def test_what_cannot_be_run_is_told(tmp_path: Path, store: Store) -> None:
    """No file, no permission, an empty folder, a link to nothing, an environment whose base is gone."""
    assert fault(str(tmp_path / "none"), store).why == "there is no such file"
    (tmp_path / "python").touch()
    assert fault(str(tmp_path / "python"), store).why == "it does not run: Permission denied"
    assert fault(str(tmp_path), store).why == "the folder holds no bin/python"
    assert fault(None, store, {"VIRTUAL_ENV": str(tmp_path)}).why.endswith(f" (VIRTUAL_ENV={tmp_path})")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    link = tmp_path / "venv" / "bin" / "python"
    link.symlink_to(tmp_path / "gone")
    assert fault(str(tmp_path / "venv"), store).why == f"it is a broken link to {tmp_path / 'gone'}"
    link.unlink()
    link.touch()
    (tmp_path / "venv" / "pyvenv.cfg").write_text("home = /gone\nversion = 3.11.7\n")
    assert fault(str(tmp_path / "venv"), store).why == "the interpreter that it was made from is gone: /gone"


def test_an_interpreter_too_old_is_told_though_it_answers(tmp_path: Path, store: Store, facts: dict[str, Any]) -> None:
    """3.7 would run the probe, and is not supported."""
    python = fake(tmp_path / "python", {**facts, "version": [3, 7, 1], "full_version": "3.7.1"})
    assert fault(python, store).why == "it is Python 3.7.1; 3.8 is the oldest that is supported"


def test_nothing_given_means_the_active_environment(tmp_path: Path, store: Store) -> None:
    """VIRTUAL_ENV, then CONDA_PREFIX, then the virtual environment that runs us."""
    one = make_venv(sys.executable, tmp_path / "one")
    other = make_venv(sys.executable, tmp_path / "other")
    both = {"VIRTUAL_ENV": str(one), "CONDA_PREFIX": str(other)}
    assert find_interpreter(None, store, environ=both).prefix == str(one)
    assert find_interpreter(None, store, environ={"CONDA_PREFIX": str(other)}).prefix == str(other)
    if sys.prefix != sys.base_prefix:
        assert find_interpreter(None, store, environ={}).prefix == sys.prefix


def version_of(found: Interpreter) -> str:
    """Return implementation and version."""
    return f"{found.target.implementation} {found.target.full_version}"


@pytest.fixture
def machine(tmp_path: Path, facts: dict[str, Any]) -> dict[str, str]:
    """A machine with fakes of many interpreters: on PATH, in version managers' folders; nothing of the real one."""
    for where, version, implementation in [
        ("first/python3", "3.9.1", "cpython"),
        ("second/python3.12", "3.12.1", "cpython"),
        ("second/python3.99", "3.99.0", "cpython"),
        ("home/.pyenv/versions/3.10.2/bin/python", "3.10.2", "cpython"),
        ("home/.pyenv/versions/3.10.13/bin/python", "3.10.13", "cpython"),
        ("home/.pyenv/versions/3.13.0t/bin/python3.13t", "3.13.0", "cpython"),
        ("home/.pyenv/versions/pypy3.98-7.3/bin/pypy3", "3.98.4", "pypy"),
        ("uv/cpython-3.97.1-linux-x86_64-gnu/bin/python", "3.97.1", "cpython"),
    ]:
        release = [int(part) for part in version.split(".")]
        digits = "".join(version.split(".")[:2])
        abi = "pypy" if implementation == "pypy" else f"cp{digits}{'t' if '0t/' in where else ''}"
        changes = {"version": release, "full_version": version, "implementation": implementation}
        fake(tmp_path / where, {**facts, **changes, "tags": [f"cp{digits}-{abi}-linux_x86_64"]})
    broken = tmp_path / "first" / "python3.12"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    (tmp_path / "home/.pyenv/shims").mkdir()
    shim = tmp_path / "home/.pyenv/shims/python3.12"
    shim.write_text("#!/bin/sh\necho shim >> $0.log\necho none is switched on >&2\nexit 127\n")
    shim.chmod(0o755)
    path = os.pathsep.join(str(tmp_path / each) for each in ("home/.pyenv/shims", "first", "second"))
    return {"HOME": str(tmp_path / "home"), "PATH": f"{path}:relative", "UV_PYTHON_INSTALL_DIR": str(tmp_path / "uv")}


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("3.12", "cpython 3.12.1"),
        ("python3.12", "cpython 3.12.1"),
        ("312", "cpython 3.12.1"),
        ("python", "cpython 3.9.1"),
        ("3", "cpython 3.9.1"),
        ("3.10", "cpython 3.10.13"),
        ("cpython@3.10.2", "cpython 3.10.2"),
        ("3.13t", "cpython 3.13.0"),
        ("pypy3.98", "pypy 3.98.4"),
        ("pypy", "pypy 3.98.4"),
        ("3.97", "cpython 3.97.1"),
        (">=3.10,<3.11", "cpython 3.10.13"),
        (">= 3.9", "cpython 3.9.1"),
        ("cpython>3.12", "cpython 3.12.1"),
    ],
)
def test_interpreters_are_found_by_version(machine: dict[str, str], store: Store, spec: str, version: str) -> None:
    """PATH in its order, then version managers' folders, newest first; shims, too; what doesn't run is passed over."""
    assert version_of(find_interpreter(spec, store, environ=machine)) == version
    log = Path(machine["HOME"], ".pyenv/shims/python3.12.log")
    assert (log.exists() and log.read_text()) == ("shim\n" if spec in ("3.12", "python3.12", "312") else False)


def test_a_shim_on_the_path_is_asked(machine: dict[str, str], store: Store, facts: dict[str, Any]) -> None:
    """Before what comes later on PATH, as for any other command; each time anew, as another may be switched on."""
    home = Path(machine["HOME"])
    for version in ("3.12.7", "3.12.8", "3.11.9"):
        python = home / "switched" / version / "python"
        fake(python, {**facts, "version": [*map(int, version.split("."))], "full_version": version})
        shim = home / ".pyenv/shims/python3.12"
        shim.write_text(f'#!/bin/sh\nexec {python} "$@"\n')
        shutil.copy(shim, shim.with_name("python3"))
        for spec in ("3.12", "python3.12", ">=3.9"):
            found = find_interpreter(spec, store, environ=machine)
            assert version_of(found) == f"cpython {'3.12.1' if version == '3.11.9' and '12' in spec else version}"
        assert found.executable == str(python)
        assert read_record(store, "interpreters", str(shim)) is None


def test_a_command_on_the_path(machine: dict[str, str], store: Store) -> None:
    """A name that is no version is a command."""
    (Path(machine["HOME"]) / "my-python").symlink_to(Path(machine["PATH"].split(":")[1]) / "python3")
    environ = {**machine, "PATH": machine["HOME"]}
    assert version_of(find_interpreter("my-python", store, environ=environ)) == "cpython 3.9.1"


def test_what_is_not_found_lists_what_there_is(machine: dict[str, str], store: Store) -> None:
    """The error names every interpreter that was found, and what is wrong with those that don't run."""
    error = fault("3.5", store, machine)
    assert error.what == "there is no interpreter for '3.5'"
    assert error.hint == "3.8 is the oldest that is supported"
    home, path = machine["HOME"], machine["PATH"].split(":")
    lines = error.why.splitlines()
    assert lines[0] == "what there is:"
    assert f"cpython 3.9.1: {path[1]}/python3" in lines
    assert f"{path[1]}/python3.12: it ended without a word" in lines
    assert f"cpython 3.10.13: {home}/.pyenv/versions/3.10.13/bin/python" in lines
    assert fault("3.96", store, machine).hint == "install one, or give the path of one"


def test_what_the_windows_launcher_knows(tmp_path: Path) -> None:
    """Its list, of today and of older launchers, where the name could mean what is asked for."""
    (tmp_path / "py").write_text(
        "#!/bin/sh\nprintf ' -V:3.12 *        C:\\\\Python312\\\\python.exe\\n'\n"
        "printf ' -3.9-64  D:\\\\My Programs\\\\python.exe\\n -V:3.7  C:\\\\Python37\\\\python.exe\\nno line\\n'\n"
    )
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    every = [r"C:\Python312\python.exe", r"D:\My Programs\python.exe"]
    assert list(candidates(Request(text=""), environ, "win32")) == []
    (tmp_path / "py").chmod(0o755)
    assert list(candidates(Request(text=""), environ, "win32")) == every
    assert list(candidates(Request(text="3.9", release=(3, 9)), environ, "win32")) == every[1:]


@pytest.mark.parametrize("spec", ["no-such-command", "t", "perl5", ">=nonsense"])
def test_what_is_no_request_and_no_command(machine: dict[str, str], store: Store, spec: str) -> None:
    """Neither a path, nor a command, nor a version: said so, with an example."""
    error = fault(spec, store, machine)
    assert error.what == f"there is no interpreter {spec!r}"
    assert '"3.12"' in error.hint


def test_a_file_in_the_working_folder_needs_no_slash(tmp_path: Path, store: Store) -> None:
    """A name that exists, and is no version, is a path."""
    folder = make_venv(sys.executable, tmp_path / "venv")
    script = (
        "import sys\n"
        "from pybuildsync.environments.interpreters import find_interpreter\n"
        "from pybuildsync.store.location import Store\n"
        "print(find_interpreter('venv', Store(sys.argv[1])).prefix)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, store.root], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == str(folder)


def test_a_store_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    """The interpreter is asked each time."""
    root = tmp_path / "store"
    root.mkdir()
    root.chmod(stat.S_IRUSR | stat.S_IXUSR)
    started = time.monotonic()
    assert find_interpreter(sys.executable, Store(str(root))).prefix == sys.prefix
    assert time.monotonic() - started < 60
