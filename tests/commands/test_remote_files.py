"""Files by URL that say what to install: every command reads them, and none remembers what they were before."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands.test_secrets import PASSWORD, USER, traces
from commands.worlds import make_environment
from loopback import LoopbackIndex
from pipeline.worlds import Place, builds, make_place, sdist, wheel

TEXT = "text/plain; charset=utf-8"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give a place whose index promises to stay as it is, and serves texts as well."""
    with LoopbackIndex(form="json", cache_control="max-age=600") as index:
        for name in ("one", "two"):
            index.add(wheel(name, "1.0"))
            index.add(wheel(name, "2.0"))
        yield make_place(tmp_path, index)


def serve(place: Place, **texts: str) -> None:
    """Put *texts* on the server."""
    place.index.pages.update({f"/{name}.txt": (TEXT, text.encode()) for name, text in texts.items()})


def url(place: Place, name: str) -> str:
    """Return the URL of the text *name*."""
    return f"{place.index.root}/{name}.txt"


def elsewhere(place: Place, name: str) -> Place:
    """Return a place with another environment, the rest being the same."""
    return Place(place.root, place.index, make_environment(place.root / name), place.options)


def kept(place: Place, kind: str) -> int:
    """Return how many records of *kind* the store has."""
    folder = place.cache / kind
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_what_they_list_is_installed(place: Place) -> None:
    """Nested files come by URLs relative to theirs. --no-index is about packages, as in pip."""
    serve(place, r="one\n-r sub/s.txt\n-c limits.txt\n", limits="two<2\n")
    place.index.pages["/sub/s.txt"] = (TEXT, b"two\n")
    place.install("-r", url(place, "r"))
    assert place.versions() == {"one": "2.0", "two": "1.0"}
    place.options.append("--no-index")
    assert "already satisfied" in place.install("-r", url(place, "r")).out
    assert "this is an offline run" in place.refused("--offline", "-r", url(place, "r"))


def test_constraints(place: Place) -> None:
    """By the option, and by pip's variable."""
    serve(place, c="one==1.0\n")
    place.install("-c", url(place, "c"), "one")
    assert place.versions() == {"one": "1.0"}
    said = place.run("install", "two", environ={"PIP_CONSTRAINT": f"{url(place, 'c')} {url(place, 'd')}"})
    assert said.status == 1
    assert said.err.startswith(f"error: the file {url(place, 'd')} can't be read\n")
    serve(place, d="two<2\n")
    said = place.run("install", "two", environ={"PIP_CONSTRAINT": f"{url(place, 'c')} {url(place, 'd')}"})
    assert said.status == 0, said.err
    assert place.versions() == {"one": "1.0", "two": "1.0"}


def test_build_constraints(place: Place) -> None:
    """What builds run with is kept to them."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("helper", version))
    place.index.add(sdist("app", "1.0", needs=["helper"]))
    serve(place, b="helper==1.0\n")
    assert builds(place.install("--build-constraint", url(place, "b"), "app")) == ["app 1.0"]
    assert place.built_with("app")["helper"] == "1.0"


def test_other_commands(place: Place) -> None:
    """What resolves takes them, and so does uninstall; freeze reads files here only, as pip's does."""
    serve(place, r="one<2\n")
    for command, option in (("wheel", "-w"), ("download", "-d")):
        said = place.run(command, option, str(place.root / command), "-r", url(place, "r"))
        assert said.status == 0, said.err
        assert [path.name for path in (place.root / command).iterdir()] == ["one-1.0-py3-none-any.whl"]
    place.install("one", "two")
    said = place.run("uninstall", "-y", "-r", url(place, "r"))
    assert said.status == 0, said.err
    assert place.versions() == {"two": "2.0"}
    said = place.run("freeze", "-r", url(place, "r"))
    assert (said.status, said.err.splitlines()[1]) == (1, "  only files on this machine are read here")


def test_uninstall_goes_by_the_connection_that_it_is_told(place: Place) -> None:
    """It has pip's options on connections, in pip's places."""
    serve(place, r="one\n")
    place.install("one")
    place.index.proxy = True
    named = "http://files.invalid/r.txt"
    untrusted = place.run("uninstall", "-y", "-r", named)
    assert (untrusted.status, untrusted.err.splitlines()[-1]) == (
        1,
        "hint: use its https address, or --trusted-host files.invalid",
    )
    trusting = ("uninstall", "-y", "--trusted-host", "files.invalid", "-r", named)
    refused = place.run(*trusting, "--retries", "0", "--proxy", "http://127.0.0.1:9")
    assert (refused.status, refused.err.splitlines()[1]) == (1, "  the proxy can't be used")
    said = place.run(*trusting, environ={"PIP_PROXY": place.index.root})
    assert said.status == 0, said.err
    assert place.versions() == {}


def test_the_answer_is_for_what_is_in_them_now(place: Place) -> None:
    """With nothing to do they are asked for all the same: nothing on this machine shows that they have changed."""
    serve(place, r="-r s.txt\n", s="one<2\n")
    place.install("-r", url(place, "r"))
    time.sleep(0.02)  # what has changed just now is never answered from memory
    assert "already satisfied" in place.install("-r", url(place, "r")).out
    assert (kept(place, "answers-1"), kept(place, "recipes-1")) == (0, 0)
    place.install("one")
    assert kept(place, "answers-1") == 1
    serve(place, s="one\ntwo==1.0\n")
    place.install("-r", url(place, "r"))
    assert place.versions() == {"one": "1.0", "two": "1.0"}
    serve(place, s="one==2.0\n")
    place.install("-c", url(place, "s"), "one")
    assert place.versions() == {"one": "2.0", "two": "1.0"}


def test_a_plan_is_remembered_for_what_was_in_them(place: Place) -> None:
    """They are fetched, then compared; a nested one that has changed makes it another question, as it should."""
    serve(place, r="-r s.txt\n", s="one<2\n")
    place.install("-r", url(place, "r"))
    assert kept(place, "plans-1") == 1
    count = len(place.index.requests)
    second = elsewhere(place, "second")
    second.install("-r", url(place, "r"))
    assert second.versions() == {"one": "1.0"}
    assert place.index.paths()[count:] == ["/r.txt", "/s.txt"]
    assert (kept(place, "plans-1"), kept(place, "recipes-1")) == (1, 0)
    elsewhere(place, "with words").install("one<2")
    assert (kept(place, "plans-1"), kept(place, "recipes-1")) == (2, 1)
    serve(place, s="two==1.0\n")
    third = elsewhere(place, "third")
    third.install("-r", url(place, "r"))
    assert third.versions() == {"two": "1.0"}
    assert kept(place, "plans-1") == 3


def test_what_a_file_here_includes_is_not_remembered(place: Place) -> None:
    """The file's name and times tell nothing of it."""
    serve(place, r="one<2\n", c="one==1.0\n")
    file = place.root / "r.txt"
    file.write_text(f"-r {url(place, 'r')}\n")
    for at, texts in enumerate((("one<2\n", "1.0"), ("one==2.0\n", "2.0"))):
        serve(place, r=texts[0])
        for words in (("-r", str(file)), ("-r", str(file), "-c", url(place, "empty"))):
            serve(place, empty="# nothing\n")
            here = elsewhere(place, f"{at} {len(words)}")
            here.install(*words)
            assert here.versions() == {"one": texts[1]}
    assert (kept(place, "plans-1"), kept(place, "answers-1"), kept(place, "recipes-1")) == (0, 0, 0)


def test_a_file_url_is_a_file(place: Place) -> None:
    """It is watched like one."""
    file = place.root / "r.txt"
    file.write_text("one<2\n")
    time.sleep(0.02)  # what was written just now may be written again unseen
    place.install("-r", file.as_uri())
    assert kept(place, "plans-1") == 1
    file.write_text("two<2\n")
    second = elsewhere(place, "second")
    second.install("-r", file.as_uri())
    assert second.versions() == {"two": "1.0"}


def test_a_lock_file(place: Place) -> None:
    """It is one by its name, wherever it lies; what it names by paths is beside it, behind the same credentials."""
    place.index.credentials = (USER, PASSWORD)
    archive = wheel("locked", "1.0")
    lock = f"""lock-version = "1.0"
created-by = "x"
[[packages]]
name = "locked"
wheels = [{{path = "../files/{archive.filename}", hashes = {{sha256 = "{archive.sha256}"}}}}]
[[packages]]
name = "packed"
archive = {{path = "../files/packed-1.0-py3-none-any.whl", hashes = {{sha256 = "{wheel("packed", "1.0").sha256}"}}}}
"""
    place.index.add(archive)
    place.index.add(wheel("packed", "1.0"))
    place.index.pages["/a/pylock.toml"] = (TEXT, lock.encode())
    named = f"http://{USER}:{PASSWORD}@127.0.0.1:{place.index.port}/a/pylock.toml"
    said = place.install("-vv", "-r", named, "--report", str(place.root / "report.json"))
    assert place.versions() == {"locked": "1.0", "packed": "1.0"}
    assert traces(place, said) == []
    wrong = lock.replace(archive.sha256, "0" * 64)
    place.index.pages["/a/pylock.toml"] = (TEXT, wrong.encode())
    other = elsewhere(place, "other")
    error = other.refused("-r", named)
    assert f"is not the file that {place.index.root}/a/pylock.toml names" in error
    assert PASSWORD not in error


def test_credentials_leave_no_trace(place: Place) -> None:
    """Those of a file's URL serve its server, nested files and the index there, and are nowhere to be seen."""
    place.index.credentials = (USER, PASSWORD)
    place.options.extend(["--index-url", place.index.url])
    serve(place, r=f"one\n-r {url(place, 's')}\n", s="two\n", wrong="one ==\n")
    place.index.pages[f"/r.txt?token={PASSWORD}"] = place.index.pages["/r.txt"]
    root = f"http://{USER}:{PASSWORD}@127.0.0.1:{place.index.port}"
    said = [place.install("-vv", "-r", f"{root}/r.txt?token={PASSWORD}")]
    assert place.versions() == {"one": "2.0", "two": "2.0"}
    said.append(place.install("-r", f"{root}/r.txt"))
    for name in ("wrong", "nowhere"):
        serve(place, r=f"-r {name}.txt\n")
        said.append(place.run("install", "--json", "-r", f"{root}/r.txt"))
        assert said[-1].status == 1
        assert f"{place.index.root}/{name}.txt" in said[-1].err
    assert traces(place, *said) == []


PROGRAM = """
import sys
from pybuildsync.cli.main import main
status = main(sys.argv[2:])
assert status == 0
print(sorted(set(sys.modules) & set(sys.argv[1].split())))
"""


@pytest.mark.parametrize("again", [False, True])
def test_without_a_url_nothing_of_the_network_is_loaded(place: Place, *, again: bool) -> None:
    """Neither where a plan is carried out that is remembered, nor where everything comes from a folder."""
    heavy = "urllib3 ssl socket http pybuildsync.index.texts"
    links = place.root / "links"
    links.mkdir()
    archive = wheel("local", "1.0")
    (links / archive.filename).write_bytes(archive.data)
    file = place.root / "r.txt"
    file.write_text("local\n")
    time.sleep(0.02)  # what was written just now may be written again unseen
    common = ["--cache-dir", str(place.cache), "--no-index", "-f", str(links), "-r", str(file)]
    if again:
        place.options.extend(["--no-index", "-f", str(links)])
        place.install("-r", str(file))
        heavy += " pybuildsync.commands.full_install pybuildsync.project.requirement_files"
    second = elsewhere(place, "second")
    argv = ["install", "--python", str(second.environment.root), *common]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    loaded = subprocess.run(
        [sys.executable, "-c", PROGRAM, heavy, *argv], check=True, capture_output=True, text=True, env=environ
    ).stdout
    assert loaded.splitlines()[-1] == "[]"
    assert second.versions() == {"local": "1.0"}
