"""The first stage: the same question with the same answer, and what makes it another question."""

import marshal
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.worlds import Runner, say
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.cli import fast
from pybuildsync.cli.fast import _question, answer, store_root
from pybuildsync.commands.results import Change, InstallResult, Satisfied
from pybuildsync.commands.watched import is_settled, name_of_question, signature, watch, watch_all
from pybuildsync.store import default_root

ARGV = ["install", "a"]
TEXT = "Requirement already satisfied: a in /x (1)\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a user with a store of its own."""
    return {"PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store"), "PATH": "/bin", "TERM": "xterm"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that was last changed a while ago."""
    path = tmp_path / "site-packages"
    path.mkdir()
    time.sleep(0.02)
    return path


def remember(argv: list[str], environ: dict[str, str], watched: tuple[tuple[str, str], ...], text: str) -> bool:
    """Keep an answer of a command that begins and ends now, for the interpreter at the first path *watched*."""
    return fast.remember(argv, environ, watched, text, python=watched[0][0] if watched else "/", since=time.time_ns())


def test_what_was_remembered_is_answered(environ: dict[str, str], folder: Path) -> None:
    """Nothing has changed, so the answer hasn't."""
    watched = (watch(str(folder)), watch(str(folder / "absent")))
    assert answer(ARGV, environ) is None
    assert remember(ARGV, environ, watched, TEXT)
    assert answer(ARGV, environ) == TEXT
    assert answer(ARGV, {**environ, "TERM": "dumb"}) == TEXT


@pytest.mark.parametrize("change", ["added", "replaced", "written", "removed", "appeared"])
def test_whatever_changes_is_seen(environ: dict[str, str], folder: Path, change: str) -> None:
    """An entry added to or removed from a folder, a file written, replaced or made: the answer is gone."""
    file = folder / "requirements.txt"
    file.write_text("a")
    time.sleep(0.02)
    watched = (watch(str(folder)), watch(str(file)), watch(str(folder / "absent")))
    assert remember(ARGV, environ, watched, TEXT)
    assert answer(ARGV, environ) == TEXT
    if change == "added":
        (folder / "b-1.dist-info").mkdir()
    elif change == "replaced":
        (folder.parent / "new").write_text("b")
        (folder.parent / "new").replace(file)
    elif change == "written":
        file.write_text("b")
    elif change == "removed":
        file.unlink()
    else:
        (folder / "absent").touch()
    assert answer(ARGV, environ) is None


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (["install", "b"], {}),
        (["install", "a", "b"], {}),
        (["install", "a", ""], {}),
        (["install", "a", "--no-deps"], {}),
        (ARGV, {"VIRTUAL_ENV": "/env"}),
        (ARGV, {"PIP_INDEX_URL": "https://index.example"}),
        (ARGV, {"PYBUILDSYNC_PRE": "1"}),
        (ARGV, {"PATH": "/usr/bin"}),
    ],
)
def test_another_question_has_another_answer(
    environ: dict[str, str], folder: Path, argv: list[str], more: dict[str, str]
) -> None:
    """Words and variables are part of the question."""
    assert remember(ARGV, environ, (watch(str(folder)),), TEXT)
    assert answer(argv, {**environ, **more}) is None


def test_the_working_directory_is_part_of_the_question(environ: dict[str, str], folder: Path, tmp_path: Path) -> None:
    """A relative path means something else elsewhere."""
    assert remember(ARGV, environ, (watch(str(folder)),), TEXT)
    code = "import sys; from pybuildsync.cli.fast import answer; sys.exit(answer(['install', 'a']) is None)"
    for directory, status in ((os.getcwd(), 0), (str(tmp_path), 1)):
        run = subprocess.run([sys.executable, "-c", code], env=environ, cwd=directory, check=False)
        assert run.returncode == status


WORDS = st.lists(st.text(st.sampled_from("a \n="), max_size=3), max_size=3)


@given(WORDS, WORDS)
def test_questions_never_run_together(argv: list[str], other: list[str]) -> None:
    """Two lines with different words are two questions."""
    assert (_question(argv, {}) == _question(other, {})) == (argv == other)


def test_what_is_not_whole_is_not_believed(environ: dict[str, str], folder: Path) -> None:
    """A power cut may leave a file that is cut off, or that ends in zeros."""
    assert remember(ARGV, environ, (watch(str(folder)),), TEXT)
    (path,) = (Path(environ["PYBUILDSYNC_CACHE_DIR"]) / "answers-1").iterdir()
    content = path.read_bytes()
    for length in range(len(content)):
        for broken in (content[:length], content[:length] + bytes(len(content) - length)):
            path.write_bytes(broken)
            assert answer(ARGV, environ) is None
    path.write_bytes(content)
    assert answer(ARGV, environ) == TEXT


@pytest.mark.parametrize("value", [None, (), ("a",), (1, TEXT), ((("/",),), TEXT), ((), TEXT, 1)])
def test_what_has_another_shape_is_not_believed(environ: dict[str, str], folder: Path, value: object) -> None:
    """Nobody of this release has kept it."""
    assert remember(ARGV, environ, (watch(str(folder)),), TEXT)
    (path,) = (Path(environ["PYBUILDSYNC_CACHE_DIR"]) / "answers-1").iterdir()
    _, end = marshal.loads(path.read_bytes())
    path.write_bytes(marshal.dumps((value, end)))  # type: ignore[arg-type]  # any of them
    assert answer(ARGV, environ) is None


CONFIDED = "s3cr3t"


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (["--proxy", f"me:{CONFIDED}@proxy.example:3128"], {}),
        (["--config-settings", f"token={CONFIDED}"], {}),
        ([], {"PIP_PROXY": f"me:{CONFIDED}@proxy.example:3128"}),
    ],
)
def test_what_is_asked_is_not_kept(
    environ: dict[str, str], folder: Path, words: list[str], more: dict[str, str]
) -> None:
    """Words and variables may hold secrets, in whatever form: only a digest of them is kept."""
    assert remember([*ARGV, *words], {**environ, **more}, (watch(str(folder)),), TEXT)
    (path,) = (Path(environ["PYBUILDSYNC_CACHE_DIR"]) / "answers-1").iterdir()
    assert CONFIDED.encode() not in path.read_bytes()
    assert answer([*ARGV, *words], {**environ, **more}) == TEXT


def test_new_credentials_make_no_new_question() -> None:
    """An index may give new ones for each job."""
    with_token = [_question([f"--index-url=https://me:{token}@index.example/"], {}) for token in ("one", "two")]
    assert name_of_question(with_token[0]) == name_of_question(with_token[1])


def test_what_was_changed_just_now_is_not_remembered(environ: dict[str, str], folder: Path) -> None:
    """File times advance in steps: a second change within one would not be seen."""
    assert not is_settled((("/x", f"{time.time_ns()} 0 0 0 0"),))
    assert not remember(ARGV, environ, (("/x", f"{time.time_ns() + 10**9} 0 0 0 0"),), TEXT)
    assert not remember(ARGV, environ, (), TEXT)
    assert is_settled(watch_all([str(folder), str(folder / "absent"), str(folder)]))
    assert signature(str(folder / "absent")) == "-"


def test_a_store_that_cannot_be_written_is_no_error(environ: dict[str, str], folder: Path, tmp_path: Path) -> None:
    """Then every command goes the long way."""
    (tmp_path / "store").touch()
    assert not remember(ARGV, environ, (watch(str(folder)),), TEXT)
    assert answer(ARGV, environ) is None


@given(
    st.dictionaries(
        st.sampled_from(["PYBUILDSYNC_CACHE_DIR", "XDG_CACHE_HOME", "HOME"]),
        st.sampled_from(["", "/a", "b", "~/c", "/d/../e"]),
    )
)
def test_the_store_is_where_it_is(environ: dict[str, str]) -> None:
    """The folder is that of the store, though the code that says so there is too heavy to be imported here."""
    assert store_root([], environ) == default_root(environ)


def test_the_store_of_the_command_line(tmp_path: Path) -> None:
    """--cache-dir moves the answers, too."""
    assert store_root(["install", "--cache-dir", str(tmp_path)], {}) == str(tmp_path)
    assert store_root(["install", f"--cache-dir={tmp_path}"], {}) == str(tmp_path)
    assert store_root(["install", "--cache-dir", "/other", f"--cache-dir={tmp_path}"], {}) == str(tmp_path)
    assert store_root(["install", "--cache-dir="], {"HOME": "/h"}) == default_root({"HOME": "/h"})


def test_a_file_that_changes_meanwhile_is_not_remembered(environ: dict[str, str], folder: Path) -> None:
    """What was read of a requirement file before somebody wrote to it is no answer to what is in it now."""
    file = folder.parent / "requirements.txt"
    began = time.time_ns()
    time.sleep(0.02)
    file.write_text("a")
    time.sleep(0.02)
    watched = (watch(str(folder)), watch(str(file)))
    assert not fast.remember(ARGV, environ, watched, TEXT, python=str(folder), since=began)
    assert fast.remember(ARGV, environ, watched, TEXT, python=str(folder), since=time.time_ns())


def test_times_without_a_fraction_take_longer_to_settle() -> None:
    """Where file times are whole seconds, a second change may hide for as long."""
    second = time.time_ns() // 10**9 * 10**9
    assert not is_settled((("/x", f"{second - 10**9} 0 0 0 0"),))
    assert is_settled((("/x", f"{second - 3 * 10**9} 0 0 0 0"),))
    assert is_settled((("/x", f"{second - 10**9 + 1} 0 0 0 0"),))


def searched(tmp_path: Path, *names: str) -> tuple[dict[str, str], list[Path]]:
    """Return an environment whose PATH has folders called *names*, and these folders."""
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
    time.sleep(0.02)
    path = os.pathsep.join(map(str, folders))
    return {"PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store"), "PATH": path, "VIRTUAL_ENV": ""}, folders


def test_an_interpreter_that_was_searched_for(tmp_path: Path) -> None:
    """One that appears before it on PATH would be found instead; one behind it wouldn't."""
    environ, (first, second, third) = searched(tmp_path, "first", "second", "third")
    (second / "python3").touch()
    time.sleep(0.02)
    watched = watch_all([str(second / "python3")])
    assert fast.remember(ARGV, environ, watched, TEXT, python="3", since=time.time_ns())
    (third / "python3").touch()
    assert answer(ARGV, environ) == TEXT
    (first / "python3").touch()
    assert answer(ARGV, environ) is None


def test_an_interpreter_that_a_version_manager_chooses(tmp_path: Path) -> None:
    """Its own files say which; nobody here knows them all."""
    environ, (_, versions) = searched(tmp_path, "shims", "bin")
    (versions / "python3").touch()
    time.sleep(0.02)
    now = time.time_ns()
    watched = watch_all([str(versions / "python3")])
    for python in ("3", f"{tmp_path}/shims/python3", "no-such-command"):
        assert not fast.remember(ARGV, environ, watched, TEXT, python=python, since=now)
    elsewhere = watch_all([str(tmp_path / "python3")])
    assert not fast.remember(ARGV, {**environ, "PATH": str(versions)}, elsewhere, TEXT, python="3", since=now)


def test_a_link_to_a_source_tree_is_not_remembered(environ: dict[str, str], folder: Path) -> None:
    """Another version in the tree changes nothing in the folder."""
    (folder / "a.egg-link").touch()
    time.sleep(0.02)
    assert not remember(ARGV, environ, (watch(str(folder)),), TEXT)


def installed(folder: Path) -> InstallResult:
    """Return the result of an install that has just been made."""
    return InstallResult(
        changes=(Change(kind="install", name="a", new="1"),),
        satisfied=(Satisfied(requirement="a", version="1", location="/x", name="a"),),
        watched=(watch(str(folder)),),
    )


def test_the_command_line_remembers(environ: dict[str, str], folder: Path) -> None:
    """After an install, the same line finds nothing to do."""
    environ["VIRTUAL_ENV"] = str(folder)
    assert say(ARGV, Runner(installed(folder)), environ=environ).out == "+ a==1\nSuccessfully installed a-1\n"
    assert answer(ARGV, {"HOME": "/dev/null", "PIP_CONFIG_FILE": os.devnull, **environ}) == TEXT


@pytest.mark.parametrize(
    "more", [["-U"], ["--verify"], ["--force-reinstall"], ["-v"], ["--json"], ["--refresh"], ["--no-cache-dir"], ["-I"]]
)
def test_lines_that_ask_for_more_are_never_remembered(environ: dict[str, str], folder: Path, more: list[str]) -> None:
    """An upgrade asks the index; others want to see or to do the work again."""
    environ["VIRTUAL_ENV"] = str(folder)
    assert say([*ARGV, *more], Runner(installed(folder)), environ=environ).status == 0
    assert answer([*ARGV, *more], {"HOME": "/dev/null", **environ}) is None
