"""Bad input through the real command line: one clear error, exit status 1 (usage 2), nothing changed."""

import json
import os
import socket
import subprocess
import tarfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from loopback import Archive, LoopbackIndex, make_sdist, make_wheel
from loopback.faults import Fault

from integration.bad_input_world import (
    BACKEND,
    FAST,
    INFO,
    PYPROJECT,
    WHEEL,
    World,
    judge,
    link,
    rewritten,
    sdist,
    tarball,
)
from integration.command import differences, snapshot

# What is asked for.


def test_unknown_project(world: World, index: LoopbackIndex) -> None:
    """A project that nobody has."""
    world.refuse("nobody-has-this", says=["nobody-has-this"])
    world.refuse("nobody-has-this", says=["nobody-has-this"], index=index)


def test_unknown_version(world: World, index: LoopbackIndex) -> None:
    """A version that nobody has; those that are there are named."""
    world.refuse("bad==9", says=["bad==9", "1.0"], index=index)


def test_nothing_for_this_platform(world: World) -> None:
    """A wheel for another platform only, and no sdist: it says which there are."""
    world.add(make_wheel("bad", "1.0", tag="cp27-cp27m-win32"))
    world.refuse("bad", says=["bad", "no wheel for", "no sdist"])


def test_requires_another_python(world: World) -> None:
    """Every version is for another Python."""
    page = make_wheel("bad", "1.0", requires_python=">=4")
    with LoopbackIndex([page]) as index:
        world.refuse("bad", says=["bad", ">=4"], index=index)


def test_unsatisfiable(world: World) -> None:
    """Two requirements that exclude each other: both are named, and who asks."""
    world.add(make_wheel("x", "1.0", requires=("y==1",)), make_wheel("z", "1.0", requires=("y==2",)))
    world.add(make_wheel("y", "1"), make_wheel("y", "2"))
    world.refuse("x", "z", says=["x", "z", "y==1", "y==2"])


def test_would_break_what_is_installed(world: World) -> None:
    """Two distributions with different files of one name: neither is installed."""
    world.add(
        make_wheel("x", "1.0", files={"same.py": b"X = 1\n"}), make_wheel("z", "1.0", files={"same.py": b"Z = 1\n"})
    )
    world.refuse("x", "z", says=["same.py", "x", "z"])
    world.add(make_wheel("x", "1.0", files={"kept.py": b"X = 1\n"}))
    world.refuse("x", says=["kept.py", "x", "kept"])


@pytest.mark.parametrize(
    "words", [["--no-such-option", "kept"], [], ["--build-timeout", "soon", "kept"], ["--build-jobs", "0", "kept"]]
)
def test_usage(world: World, words: list[str]) -> None:
    """What can't be understood ends with status 2."""
    before = world.state()
    ran = world.run(*words)
    judge(ran, [word for word in words[:1] if word.startswith("--")], status=2)
    assert differences(before, world.state()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["kept==="], ["kept==="]),
        (["not a requirement"], ["not a requirement"]),
        (["./nowhere/at-all"], ["nowhere"]),
        (["-r", "no-such-file.txt"], ["no-such-file.txt"]),
        (["--python", "/nowhere/python", "kept"], ["/nowhere/python"]),
    ],
)
def test_what_is_named_is_not_there(world: World, words: list[str], says: list[str]) -> None:
    """Requirements, paths, files and interpreters that are none."""
    ran = world.run(*words)
    judge(ran, says, status=ran.returncode if ran.returncode == 2 else 1)


# Archives that lie.


def lying_wheels() -> list[tuple[str, Archive, str]]:
    """Return (what is wrong, the wheel, a word that must be said)."""
    record = f"{INFO}/RECORD"
    other = make_wheel("other", "1.0")
    cases = [
        ("not a zip", Archive(filename=WHEEL.filename, data=b"not a zip" * 100), "zip"),
        ("empty", Archive(filename=WHEEL.filename, data=b""), WHEEL.filename),
        ("cut off", Archive(filename=WHEEL.filename, data=WHEEL.data[:-60]), WHEEL.filename),
        ("another name", Archive(filename=WHEEL.filename, data=other.data), "other"),
        ("another version", Archive(filename=WHEEL.filename, data=make_wheel("bad", "2.0").data), "2.0"),
        ("a file changed", rewritten(WHEEL, {"bad.py": b"EVIL = 1\n"}), "bad.py"),
        ("a file too many", rewritten(WHEEL, {"evil.py": b"EVIL = 1\n"}), "evil.py"),
        ("a file missing", rewritten(WHEEL, {"bad.py": None}), "bad.py"),
        ("no RECORD", rewritten(WHEEL, {record: None}), "RECORD"),
        ("no METADATA", rewritten(WHEEL, {f"{INFO}/METADATA": None}), "METADATA"),
        (
            "a version that is none",
            rewritten(WHEEL, {f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: bad\nVersion: x y\n"}),
            "bad",
        ),
        ("a wheel of the future", make_future_wheel(), "version 2.0"),
    ]
    cases += [(f"path {path}", make_wheel("bad", "1.0", files={path: b"EVIL = 1\n"}), "evil.py") for path in ESCAPES]
    return cases


ESCAPES = (
    "../evil.py",
    "a/../../evil.py",
    "/evil.py",
    "C:/evil.py",
    "bad-1.0.data/scripts/../../evil.py",
    "a\\..\\evil.py",
)


def make_future_wheel() -> Archive:
    """Return a wheel of a format that nobody knows yet."""
    text = b"Wheel-Version: 2.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    sound = make_wheel("bad", "1.0")
    return rewritten(sound, {f"{INFO}/WHEEL": text})


@pytest.mark.parametrize("via", ["folder", "index", "path"])
@pytest.mark.parametrize(
    ("wheel", "says"), [case[1:] for case in lying_wheels()], ids=[case[0] for case in lying_wheels()]
)
def test_lying_wheels(world: World, wheel: Archive, says: str, via: str) -> None:
    """A wheel that is not what it says is refused, wherever it comes from, and isn't kept."""
    outside = snapshot(world.environment.folder.parent, without=("environment", "store", "links"))
    if via == "index":
        with LoopbackIndex([wheel]) as index:
            world.refuse("bad", *FAST, says=["bad", says], index=index, clean=True)
    else:
        world.add(wheel)
        asked = "bad" if via == "folder" else world.links / wheel.filename
        world.refuse(asked, says=["bad", says], clean=True)
    assert snapshot(world.environment.folder.parent, without=("environment", "store", "links")) == outside
    assert not os.path.exists("/evil.py")


def lying_sdists() -> list[tuple[str, Archive, str]]:
    """Return (what is wrong, the sdist, a word that must be said)."""
    name = "bad-1.0.tar.gz"
    good = [
        ("bad-1.0/pyproject.toml", PYPROJECT),
        ("bad-1.0/backend.py", (BACKEND + "    return pack(folder)\n").encode()),
    ]
    return [
        ("not an archive", Archive(filename=name, data=b"nothing" * 50), name),
        ("cut off", Archive(filename=name, data=tarball(name, good).data[:-40]), name),
        ("../", tarball(name, [*good, ("bad-1.0/../../evil.py", b"")]), "evil.py"),
        ("absolute", tarball(name, [*good, ("/evil.py", b"")]), "evil.py"),
        ("a link out", tarball(name, [*good, link("bad-1.0/evil", "../../../../etc/passwd")]), "evil"),
        ("an absolute link", tarball(name, [*good, link("bad-1.0/evil", "/etc/passwd")]), "evil"),
        ("through a link", tarball(name, [*good, link("bad-1.0/evil", ".."), ("bad-1.0/evil/evil.py", b"")]), "evil"),
        ("a hard link out", tarball(name, [*good, link("bad-1.0/evil", "../../etc/passwd", tarfile.LNKTYPE)]), "evil"),
        ("a device", tarball(name, [*good, link("bad-1.0/evil", "", tarfile.CHRTYPE)]), "evil"),
        ("no root folder", tarball(name, [("pyproject.toml", PYPROJECT), ("backend.py", b"")]), "bad"),
        ("two root folders", tarball(name, [*good, ("other-1.0/x", b"")]), "bad"),
        ("no project in it", tarball(name, [("bad-1.0/README", b"")]), "bad"),
        (
            "pyproject.toml that is none",
            tarball(name, [("bad-1.0/pyproject.toml", b"[build-system\n")]),
            "pyproject.toml",
        ),
    ]


@pytest.mark.parametrize("via", ["folder", "index", "path"])
@pytest.mark.parametrize(
    ("archive", "says"), [case[1:] for case in lying_sdists()], ids=[case[0] for case in lying_sdists()]
)
def test_lying_sdists(world: World, archive: Archive, says: str, via: str) -> None:
    """An sdist that reaches out of its folder, or has none, is refused before anything of it runs."""
    outside = snapshot(world.environment.folder.parent, without=("environment", "store", "links"))
    if via == "index":
        with LoopbackIndex([archive]) as index:
            world.refuse("bad", *FAST, says=["bad", says], index=index)
    else:
        world.add(archive)
        world.refuse("bad" if via == "folder" else world.links / archive.filename, says=["bad", says])
    assert snapshot(world.environment.folder.parent, without=("environment", "store", "links")) == outside
    assert not os.path.exists("/evil.py")


@pytest.mark.parametrize("archive", [WHEEL, sdist("return pack(folder)")], ids=["wheel", "sdist"])
def test_a_wrong_hash(world: World, archive: Archive) -> None:
    """A file that isn't what the index says it is: both digests are told, the file isn't kept."""
    wrong = archive.with_hashes(sha256="0" * 64)
    with LoopbackIndex([wrong]) as index:
        world.refuse("bad", *FAST, says=["bad", "0" * 64, archive.sha256], index=index, clean=True)


def test_a_hash_in_a_requirement_file(world: World, tmp_path: Path) -> None:
    """A file that isn't what the requirement file says it is."""
    world.add(WHEEL)
    (tmp_path / "requirements.txt").write_text(f"bad==1.0 --hash=sha256:{'0' * 64}\n")
    world.refuse("-r", tmp_path / "requirements.txt", says=["bad", "0" * 64])


@pytest.mark.parametrize(
    "archive",
    [make_wheel("bad", "1.0", files={"bad.py": os.urandom(300_000)}), sdist("pass", files={"x": os.urandom(300_000)})],
    ids=["wheel", "sdist"],
)
def test_a_download_that_always_breaks_off(world: World, archive: Archive) -> None:
    """An index that never sends the whole file is given up."""
    with LoopbackIndex([archive], ranges=False) as index:
        index.fail(Fault(path="/files/", times=-1, cut=1000))
        world.refuse("bad", *FAST, says=["bad", archive.filename], index=index, clean=True)


# Backends.


BACKENDS = {
    "raises": ("raise RuntimeError('this backend is broken')", "this backend is broken"),
    "leaves": ("sys.exit(3)", "3"),
    "leaves at once": ("os._exit(4)", "bad"),
    "is killed": ("os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
    "crashes": ("os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
    "returns a number": ("return 42", "42"),
    "returns None": ("return None", "None"),
    "returns a file that isn't there": ("return 'bad-1.0-py3-none-any.whl'", "bad-1.0-py3-none-any.whl"),
    "returns a path": ("pack(folder)\nreturn os.path.join(folder, 'bad-1.0-py3-none-any.whl')", "bad"),
    "leads out of the folder": ("pack(os.path.dirname(folder))\nreturn '../bad-1.0-py3-none-any.whl'", ".."),
    "returns no zip": ("name = pack(folder)\nopen(os.path.join(folder, name), 'w').write('x')\nreturn name", "zip"),
    "builds another project": ("return pack(folder, 'other')", "other"),
    "builds another version": ("return pack(folder, version='2.0')", "2.0"),
    "lies in the file's name": ("return pack(folder, 'other', wheel_name='bad-1.0-py3-none-any.whl')", "other"),
    "builds for another platform": ("return pack(folder, wheel_name='bad-1.0-cp27-cp27m-win32.whl')", "win32"),
    "fills its output": ("sys.stdout.write('x' * 10_000_000)\nraise SystemExit('too much')", "too much"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "says"), BACKENDS.values(), ids=BACKENDS)
def test_backends(world: World, body: str, says: str) -> None:
    """A backend that fails or answers nonsense: the error names the project, and the log ends with the cause."""
    world.add(sdist(body))
    held = world.held("built", "wheels")
    said = world.refuse("bad", says=["bad", says])
    assert len(said) < 20_000
    assert world.held("built", "wheels") == held


def test_a_backend_that_is_not_there(world: World) -> None:
    """The backend can't be imported."""
    world.add(make_sdist("bad", "1.0", files={"pyproject.toml": PYPROJECT}))
    world.refuse("bad", says=["bad", "backend"])


def test_a_backend_that_can_not_be_had(world: World) -> None:
    """What a source needs for its build is nowhere."""
    text = b'[build-system]\nrequires = ["nobody-has-this"]\nbuild-backend = "nobody"\n'
    world.add(make_sdist("bad", "1.0", files={"pyproject.toml": text}))
    world.refuse("bad", says=["bad", "nobody-has-this"])


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(600)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(600)",
        "import subprocess\nsubprocess.run(['sleep', '600'])",
        "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=False)\ntime.sleep(600)",
    ],
    ids=["sleeps", "ignores signals", "waits for a child", "leaves a child"],
)
def test_a_backend_that_hangs(world: World, body: str) -> None:
    """--build-timeout ends it, with all that it has started."""
    world.add(sdist(body.replace("'600'", f"'600.{os.getpid()}'")))
    started = time.monotonic()
    world.refuse("bad", "--build-timeout", "1.5", says=["bad", "1.5 seconds", "--build-timeout"])
    assert time.monotonic() - started < 20
    assert f"600.{os.getpid()}" not in subprocess.run(["ps", "ax"], check=True, capture_output=True, text=True).stdout


def test_a_backend_that_changes_metadata(world: World) -> None:
    """What the sdist states as static, the wheel must have (PEP 643)."""
    text = b"Metadata-Version: 2.2\nName: bad\nVersion: 1.0\nRequires-Dist: kept\n"
    world.add(sdist("return pack(folder, requires=['kept>=5'])", files={"PKG-INFO": text}))
    world.refuse("bad", says=["bad", "kept>=5"])


def test_needs_itself(world: World) -> None:
    """A source that needs itself for its build: the chain is told."""
    text = '[build-system]\nrequires = ["{}"]\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    for name, needed in (("bad", "bad"), ("x", "y"), ("y", "x")):
        world.add(sdist("return pack(folder)", name=name, files={"pyproject.toml": text.format(needed).encode()}))
    world.refuse("bad", says=["bad"])
    said = world.refuse("x", says=["x", "y"])
    assert "itself" in said or "x 1.0" in said


def test_one_of_several_builds_fails(world: World) -> None:
    """Nothing is installed when one build fails, and what others have started ends."""
    world.add(sdist("return pack(folder, 'good')", name="good"), sdist("time.sleep(1)\nraise RuntimeError('no')"))
    world.add(sdist("time.sleep(600)", name="slow"))
    started = time.monotonic()
    world.refuse("good", "bad", "slow", "--build-jobs", "3", says=["bad", "no"])
    assert time.monotonic() - started < 30
    ran = world.run("good", "--json")
    assert json.loads(ran.stdout)["builds"] == 0, "what was built well is kept: it may have taken hours"


# Indexes.


def test_an_index_that_is_down(world: World) -> None:
    """Nobody listens there."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/simple/"
    world.refuse("bad", *FAST, says=["127.0.0.1"], index=address)


def test_an_index_whose_name_nobody_knows(world: World) -> None:
    """No such host."""
    world.refuse("bad", *FAST, says=["no-such-host.invalid"], index="https://no-such-host.invalid/simple/")


def test_an_index_that_is_slow(world: World, index: LoopbackIndex) -> None:
    """A silent connection is given up after --timeout."""
    index.fail(Fault(path="/simple/", times=-1, delay=5))
    started = time.monotonic()
    world.refuse("bad", "--retries", "0", "--timeout", "1", says=["127.0.0.1"], index=index)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("status", [400, 403, 410, 429, 500, 503])
def test_an_index_that_refuses(world: World, index: LoopbackIndex, status: int) -> None:
    """The status is told, and where; 410 is what 404 is."""
    index.fail(Fault(path="/simple/", times=-1, status=status))
    world.refuse("bad", *FAST, says=["bad", *([str(status)] if status != 410 else [])], index=index)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_file_that_is_not_there(world: World, index: LoopbackIndex, status: int) -> None:
    """The listing names a file that the index doesn't give."""
    index.fail(Fault(path="/files/", times=-1, status=status))
    world.refuse("bad", *FAST, says=["bad-1.0-py3-none-any.whl", str(status)], index=index, clean=True)


def test_an_index_that_wants_a_password(world: World) -> None:
    """401: the error says what to do, and never tells the password that was wrong."""
    with LoopbackIndex([WHEEL], credentials=("user", "right")) as index:
        world.refuse("bad", *FAST, says=["401", "127.0.0.1"], index=index)
        address = index.url.replace("://", "://user:hunter2@")
        said = world.refuse("bad", *FAST, says=["401"], index=address)
        assert "hunter2" not in said
        assert not any(
            "hunter2" in path.read_text(errors="replace") for path in world.store.rglob("*") if path.is_file()
        )


def test_an_index_without_the_project(world: World) -> None:
    """A 404 of the whole index is told as an unknown project, with the index."""
    with LoopbackIndex() as index:
        world.refuse("bad", *FAST, says=["bad"], index=index)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/vnd.pypi.simple.v1+json", b"{"),
        ("application/vnd.pypi.simple.v1+json", b"[]"),
        ("application/vnd.pypi.simple.v1+json", b'{"meta": {"api-version": "2.0"}, "name": "bad", "files": []}'),
        (
            "application/vnd.pypi.simple.v1+json",
            b'{"meta": {"api-version": "1.0"}, "name": "bad", "files": [{"url": 3}]}',
        ),
        ("application/pdf", b"%PDF"),
        ("text/html", b"\xff\xfe\x00garbage"),
        ("text/html", b"<html><body>Please log in</body></html>"),
    ],
    ids=["half JSON", "another JSON", "JSON of the future", "wrong JSON", "a PDF", "garbage", "a login page"],
)
def test_a_malformed_listing(world: World, index: LoopbackIndex, kind: str, body: bytes) -> None:
    """What is no listing is said to be none, or lists nothing."""
    index.pages["/simple/bad/"] = (kind, body)
    world.refuse("bad", *FAST, says=["bad"], index=index)


def test_an_index_that_sends_round_in_circles(world: World, index: LoopbackIndex) -> None:
    """Redirects without an end."""
    index.redirect_to = index.root
    world.refuse("bad", *FAST, says=["127.0.0.1"], index=index)
