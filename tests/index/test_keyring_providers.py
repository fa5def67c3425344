"""The user's keyring: when it is asked, what for, and who gets what it tells."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from index.clients import World, only_file
from index.keyrings import Command, make_command, make_package
from loopback import LoopbackIndex, make_wheel

from pybuildsync.core.story import Warned
from pybuildsync.errors import IndexFault
from pybuildsync.index.keyring_providers import KeyringAsker
from pybuildsync.index.settings import IndexSettings

WHEEL = make_wheel("lib", "1.0")
SECRET = "s3cret"  # noqa: S105 - nobody's
WHO = ("me", SECRET)
BASIC = "Basic bWU6czNjcmV0"
COMMAND = IndexSettings(keyring_provider="subprocess")


def sent(index: LoopbackIndex) -> list[str | None]:
    """Return the credentials that came with each request."""
    return [request.headers.get("authorization") for request in index.requests]


def server_of(index: LoopbackIndex) -> str:
    """Return host and port."""
    return index.root.partition("://")[2]


def told(world: World) -> list[str]:
    """Return what was warned of."""
    return [event.text for event in world.events if isinstance(event, Warned)]


def with_command(world: World, known: dict[str, tuple[str, str]], *, old: bool = False, noise: str = "") -> Command:
    """Return a command that is on the PATH of *world*."""
    command = make_command(world.folder / "bin", known, old=old, noise=noise)
    world.environ = command.environ
    return command


def refused(world: World, url: str, settings: IndexSettings = COMMAND) -> IndexFault:
    """Return the error of asking *url*."""
    with world.client(url, settings=settings) as client, pytest.raises(IndexFault) as caught:
        client.listing("lib")
    return caught.value


@pytest.mark.parametrize("provider", ["auto", "subprocess"])
def test_it_is_asked_once_after_a_refusal(world: World, provider: str) -> None:
    """For the address of the index; from then on its answer comes with every request to that server."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        command = with_command(world, {index.url: WHO})
        with world.client(index.url, settings=IndexSettings(keyring_provider=provider)) as client:
            client.download(only_file(client, "lib"))
        assert sent(index)[:2] == [None, BASIC]
        assert set(sent(index)[2:]) == {BASIC}
    assert command.asked() == [f"--mode=creds --output=json get {index.url}"]
    assert told(world) == []


def test_the_server_is_asked_for_after_the_index(world: World) -> None:
    """By its name and port."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        command = with_command(world, {server_of(index): WHO})
        with world.client(index.url, settings=COMMAND) as client:
            assert client.listing("lib").versions == ("1.0",)
    assert [line.rpartition(" ")[2] for line in command.asked()] == [index.url, server_of(index)]


@pytest.mark.parametrize("old", [False, True])
def test_a_user_without_a_password_is_named(world: World, *, old: bool) -> None:
    """That of the address; commands from before 25.2 can only be asked so."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        command = with_command(world, {index.url: WHO}, old=old)
        with world.client(index.url.replace("//", "//me@"), settings=COMMAND) as client:
            assert client.listing("lib").versions == ("1.0",)
    expected = [f"--mode=creds --output=json get {index.url} me", f"get {index.url} me"]
    assert command.asked() == expected[: 1 + old]
    assert sent(index) == ["Basic bWU6", BASIC]


def test_who_isnt_known_to_an_old_command(world: World) -> None:
    """Neither with a user's name nor, which is told, without."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        with_command(world, {}, old=True)
        refused(world, index.url.replace("//", "//me@"))
        assert told(world) == []
        refused(world, index.url)
    text = "the keyring isn't asked: its command is too old to be asked without a user's name; 25.2.1 can"
    assert told(world) == [text]


def test_whole_credentials_are_the_last_word(world: World) -> None:
    """Of the address of the index; of netrc they are not, as for pip."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        command = with_command(world, {index.url: WHO})
        refused(world, index.url.replace("//", "//me:wrong@"))
        assert (command.asked(), len(index.requests)) == ([], 1)
        (world.folder / ".netrc").write_text("machine 127.0.0.1 login me password wrong\n")
        with world.client(index.url, settings=COMMAND) as client:
            assert client.listing("lib").versions == ("1.0",)
        assert sent(index)[1:] == ["Basic bWU6d3Jvbmc=", BASIC]


def test_what_it_tells_may_be_wrong(world: World) -> None:
    """Then it isn't tried again, and no error shows it."""
    with LoopbackIndex([WHEEL], credentials=("me", "other")) as index:
        with_command(world, {index.url: WHO})
        fault = refused(world, index.url)
    assert sent(index) == [None, BASIC]
    assert SECRET not in str(fault)


def test_it_is_for_no_other_server(world: World) -> None:
    """Neither where files lie nor where a redirect leads: those are asked for themselves."""
    with LoopbackIndex([WHEEL]) as other:
        with LoopbackIndex([WHEEL], credentials=WHO, files_from=other.root) as index:
            with_command(world, {index.url: WHO})
            with world.client(index.url, settings=COMMAND) as client:
                client.download(only_file(client, "lib"))
            assert BASIC in sent(index)
        with LoopbackIndex(redirect_to=other.root) as index, world.client(index.url, settings=COMMAND) as client:
            client.listing("lib")
    assert set(sent(other)) == {None}


def test_a_redirect_to_where_one_must_be_known(world: World) -> None:
    """That server is asked for by its name, and the first one learns nothing."""
    with (
        LoopbackIndex([WHEEL], credentials=WHO) as other,
        LoopbackIndex(redirect_to=other.root) as index,
    ):
        command = with_command(world, {server_of(other): WHO})
        with world.client(index.url, settings=COMMAND) as client:
            assert client.listing("lib").versions == ("1.0",)
        assert (sent(index), sent(other)) == ([None], [None, BASIC])
        assert [line.rpartition(" ")[2] for line in command.asked()] == [server_of(other)]


@pytest.mark.parametrize("provider", ["disabled", "auto", "import"])
def test_nobody_to_ask(world: World, provider: str) -> None:
    """By choice, or because there is none; that is told to whoever has chosen one."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        command = make_command(world.folder / "bin", {index.url: WHO})
        world.environ = {} if provider == "auto" else command.environ
        fault = refused(world, index.url, IndexSettings(keyring_provider=provider))
    assert "status 401" in fault.why
    assert command.asked() == []
    text = "the keyring isn't asked: there is no package keyring beside pybuildsync"
    assert told(world) == ([text] if provider == "import" else [])


def test_no_command(world: World) -> None:
    """Which is told once."""
    world.environ = {"PATH": str(world.folder)}
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        refused(world, index.url)
    assert told(world) == ["the keyring isn't asked: there is no command keyring on PATH"]


@pytest.mark.parametrize("noise", ["no JSON", '{"username": "me"}'])
def test_a_command_that_talks_nonsense(world: World, noise: str) -> None:
    """It isn't asked again, and nothing of what it said is told."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        command = with_command(world, {index.url: WHO}, noise=noise)
        refused(world, index.url)
    (text,) = told(world)
    assert text.startswith("the keyring isn't asked: ")
    assert noise not in text
    assert len(command.asked()) == 1


def ask(world: World, package: Any, provider: str = "import", user: str = "") -> tuple[str, str] | None:  # noqa: ANN401 - a package
    """Return what a keyring whose package is *package*, or fails so, tells of an index."""

    def load() -> Any:  # noqa: ANN401 - as above
        if isinstance(package, BaseException):
            raise package
        return package

    indexes = ("https://one.example/simple", f"https://x:{SECRET}@index.example/simple")
    asker = KeyringAsker(provider, indexes, world.environ, world, load)
    assert asker.find("https://index.example/simple/lib/", "") is None
    return asker.ask("https://index.example/simple/lib/", "", user)


def test_the_package(world: World) -> None:
    """It knows users by itself since 15.2; before, only passwords of those who are named."""
    service = "https://index.example/simple/"
    new = SimpleNamespace(get_credential=lambda *asked: SimpleNamespace(username=asked[1], password=asked[0]))
    assert ask(world, new, user="me") == ("me", service)
    assert ask(world, SimpleNamespace(get_credential=lambda *_: None)) is None
    old = SimpleNamespace(get_password=lambda *asked: SECRET if asked == (service, "me") else None)
    assert ask(world, old, user="me") == WHO
    assert ask(world, old, user="you") is None
    assert ask(world, old) is None
    assert told(world) == []


def fail(*_asked: object) -> None:
    """Fail as a backend does."""
    raise RuntimeError("locked\nhttps://me:s3cret@index.example")


def test_a_package_that_fails(world: World) -> None:
    """The first line of why is told, and that was it."""
    assert ask(world, SimpleNamespace(get_credential=fail)) is None
    assert told(world) == ["the keyring isn't asked: RuntimeError: locked"]


def test_a_package_that_cannot_be_imported(world: World) -> None:
    """Then the command may serve, where nobody wants the package."""
    command = with_command(world, {"https://index.example/simple/": WHO})
    assert ask(world, ImportError(), "auto") == WHO
    assert told(world) == []
    assert ask(world, OSError(f"no https://me:{SECRET}@x.example"), "auto") == WHO
    assert told(world) == ["the package keyring can't be used: OSError: no https://x.example"]
    assert ask(world, OSError("no"), "import") is None
    assert len(command.asked()) == 2


def test_the_package_for_real(tmp_path: Path) -> None:
    """It is that beside us."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        packages = make_package(tmp_path / "packages", {index.url: WHO})
        line = ["pybuildsync", "index", "versions", "lib", "-i", index.url, "--cache-dir", str(tmp_path / "cache")]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PIP_"))}
        environ = {**clean, "PYTHONPATH": str(packages), "HOME": str(tmp_path), "PATH": str(tmp_path)}
        for more, status in (([], 0), (["--no-input"], 1), (["--no-input", "--keyring-provider", "import"], 0)):
            run = [sys.executable, "-m", *line, "--refresh", *more]
            done = subprocess.run(run, capture_output=True, text=True, check=False, env=environ)
            assert (done.returncode, SECRET in done.stdout + done.stderr) == (status, False), done.stderr
