"""Credentials in the addresses of indexes: used, and never to be seen again."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.worlds import Said
from loopback import Fault, LoopbackIndex
from pipeline.worlds import Place, builds, make_place, sdist, wheel

from pybuildsync.errors import without_credentials

USER, PASSWORD = "somebody", "s3cr3t-w0rd"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Place]:
    """Give a place whose index wants to know who asks."""
    with LoopbackIndex(form="json", credentials=(USER, PASSWORD)) as index:
        yield make_place(tmp_path, index)


def traces(place: Place, *said: Said) -> list[str]:
    """Return where the password is to be found: outputs, and every file below the place."""
    found = [f"output {at}" for at, each in enumerate(said) if PASSWORD in each.out + each.err]
    for folder, _, names in os.walk(place.root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    if PASSWORD.encode() in file.read():
                        found.append(os.path.relpath(path, place.root))
    return found


def test_what_works_leaves_no_trace(guarded: Place) -> None:
    """Installing, building and answering again with -vv: the password stands in no output, record, log or answer."""
    place = guarded
    place.options.extend(["--index-url", place.index.url_with_credentials])
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))
    first = place.install("-vv", "app")
    assert builds(first) == ["app 1.0"]
    second = place.install("app")
    third = place.install("lib")
    assert "already satisfied" in second.out + third.out
    wheels = place.run("wheel", "-w", str(place.root / "wheels"), "app", "-vv", "--json")
    assert wheels.status == 0
    place.run("uninstall", "-y", "app", "lib")
    fourth = place.install("lib")
    assert traces(place, first, second, third, wheels, fourth) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401, times=-1),
        Fault(status=404, times=-1),
        Fault(status=500, times=-1),
        Fault(drop=True, times=-1),
        Fault(body=b"<nonsense", times=-1),
        Fault(path=".whl", status=403, times=-1),
        Fault(path=".whl", body=b"nonsense", times=-1),
    ],
    ids=["401", "404", "500", "drop", "nonsense", "403-file", "broken-file"],
)
def test_what_fails_leaves_no_trace(guarded: Place, fault: Fault) -> None:
    """Whatever an index does wrong, the error names it without the password."""
    place = guarded
    place.options.extend(["--index-url", place.index.url_with_credentials, "--retries", "0"])
    place.index.add(wheel("lib", "1.0"))
    place.index.fail(fault)
    said = place.run("install", "-vv", "--json", "lib")
    assert said.status == 1
    assert "127.0.0.1" in said.err or fault.status == 404
    assert "traceback" not in said.err
    assert traces(place, said) == []


def test_wherever_the_address_is_given(guarded: Place) -> None:
    """In a requirement file, for --find-links and as one more index; the file itself is the user's."""
    place = guarded
    place.index.add(wheel("lib", "1.0"))
    secret = place.index.url_with_credentials
    file = place.root / "requirements.txt"
    file.write_text(f"--index-url {secret}\n--extra-index-url {secret}\n--find-links {secret}lib/\nlib\n")
    place.options.append("-v")
    said = place.install("-r", str(file))
    file.unlink()
    assert traces(place, said) == []


def test_an_address_that_is_none(guarded: Place) -> None:
    """An address that can't be asked is named without the password."""
    place = guarded
    place.options.extend(["--index-url", f"gopher://{USER}:{PASSWORD}@index.example/simple"])
    said = place.run("install", "lib")
    assert said.status == 1
    assert "gopher://index.example" in said.err
    assert traces(place, said) == []


def test_a_requirement_by_its_address(guarded: Place) -> None:
    """Credentials in the address of a requirement are used there; nothing that is told or kept has them."""
    guarded.index.add(wheel("lib", "1.0"))
    address = guarded.index.root.replace("://", f"://{USER}:{PASSWORD}@")
    said = guarded.run("install", f"lib @ {address}/files/lib-1.0-py3-none-any.whl")
    assert said.status == 0, said.err
    assert traces(guarded, said) == []
    refused = guarded.run("install", f"other @ {address}/files/lib-1.0-py3-none-any.whl", f"git+{address}/lib")
    assert refused.status == 1
    assert traces(guarded, refused) == []


@pytest.mark.parametrize(
    "line",
    ["lib @ {}lib.whl ; nonsense", "--index-url {} --nonsense x", "--index-url '{}", "lib @ {}lib.whl --hash=md5:0"],
)
def test_a_line_that_is_wrong(guarded: Place, line: str) -> None:
    """A line of a requirement file is repeated in the error, without the password in it."""
    file = guarded.root / "requirements.txt"
    file.write_text(line.format(guarded.index.url_with_credentials))
    said = guarded.run("install", "--json", "-r", str(file))
    file.unlink()
    assert said.status == 1
    assert traces(guarded, said) == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("nothing", "nothing"),
        ("a@b", "a@b"),
        ("x https://u:p@h/a@b?c=u:p@d y", "x https://h/a@b?c=u:p@d y"),
        ("'https://u@h' ftp://u:p@q@h", "'https://h' ftp://h"),
        ("https://h/@x", "https://h/@x"),
    ],
)
def test_leaving_credentials_out(text: str, clean: str) -> None:
    """User and password go, whatever stands around; nothing else does."""
    assert without_credentials(text) == clean


def test_addresses_in_the_environment(guarded: Place) -> None:
    """An address in a variable leaves no trace either, whatever is kept for the next time."""
    place = guarded
    place.index.add(wheel("lib", "1.0"))
    place.options.append("--no-progress")
    environ = {"PYBUILDSYNC_INDEX_URL": place.index.url_with_credentials, "http_proxy": ""}
    first = place.run("install", "lib", environ=environ)
    assert first.status == 0, first.err
    second = place.run("install", "lib", environ=environ)
    place.run("uninstall", "-y", "lib")
    third = place.run("install", "lib", environ=environ)
    assert third.status == 0, third.err
    assert traces(place, first, second, third) == []


def test_secrets_among_the_build_variables(guarded: Place) -> None:
    """They are a part of the key, and stand in no record, log or answer."""
    place = guarded
    place.options.extend(["--index-url", place.index.url_with_credentials])
    place.index.add(sdist("app", "1.0"))
    address = f"CMAKE_URL=https://{USER}:{PASSWORD}@index.example/"

    def install(token: str) -> Said:
        values = (f"CARGO_REGISTRY_TOKEN={token}", f"API_KEY={PASSWORD}", address, "CFLAGS=-O0")
        words = [word for value in values for word in ("--build-variable", value)]
        return place.install("app", "-vv", "--force-reinstall", *words)

    first, again = install(PASSWORD), install(PASSWORD)
    assert (builds(first), builds(again)) == (["app 1.0"], [])
    variables = place.record("app")["variables"]
    assert (variables["CFLAGS"], sorted(variables)) == ("-O0", ["CFLAGS", "CMAKE_URL"])
    (log,) = (place.cache / "logs").iterdir()
    assert "variable: CARGO_REGISTRY_TOKEN\n" in log.read_text()
    assert "variable: CMAKE_URL=https://index.example/\n" in log.read_text()
    other = install("another")
    assert builds(other) == ["app 1.0"]
    assert traces(place, first, again, other) == []


def test_secrets_among_the_config_settings(place: Place) -> None:
    """They reach the backend, and neither the record nor the head of the log."""
    place.index.add(sdist("app", "1.0"))
    place.install("app", "-C", f"api-key={PASSWORD}", "-C", "k=v")
    assert place.tell("app", "SETTINGS") == {"api-key": PASSWORD, "k": "v"}
    assert place.record("app")["config_settings"] == {"k": "v"}
    (log,) = (place.cache / "logs").iterdir()
    assert "setting:  api-key\n" in log.read_text()
    assert "setting:  k=v\n" in log.read_text()
    assert PASSWORD not in log.read_text()
