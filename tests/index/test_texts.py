"""Texts by URL: fetched by the rules for indexes, and each thing that goes wrong is one clear error."""

import socket
from collections.abc import Callable, Iterator

import pytest
from index.clients import World
from loopback import CERTIFICATE, Fault, LoopbackIndex, make_wheel

from pybuildsync.errors import IndexFault, PybuildsyncError, RequestError
from pybuildsync.index.settings import IndexSettings
from pybuildsync.index.texts import Texts

USER, SECRET = "somebody", "s3cr3t"
KIND = "text/plain; charset=utf-8"


@pytest.fixture
def server() -> Iterator[LoopbackIndex]:
    """Give a server with one text."""
    with LoopbackIndex() as server:
        server.pages["/r.txt"] = (KIND, b"one\n")
        yield server


@pytest.fixture
def fetch(world: World) -> Iterator[Callable[..., str]]:
    """Give what fetches one URL, under settings."""
    made: list[Texts] = []

    def fetch(url: str, settings: IndexSettings | None = None, largest: int = 1000) -> str:
        environ = {"HOME": str(world.folder), **world.environ}
        settings = settings or IndexSettings(retries=1)
        made.append(Texts(settings, story=world, environ=environ, pause=world.pauses.append, largest=largest))
        return made[-1].fetch(url)

    yield fetch
    for texts in made:
        texts.close()


def fault_of(fetch: Callable[..., str], url: str, settings: IndexSettings | None = None) -> PybuildsyncError:
    """Return the error that fetching *url* ends with."""
    with pytest.raises(PybuildsyncError) as caught:
        fetch(url, settings)
    assert SECRET not in str(caught.value) + "".join(caught.value.pip)
    return caught.value


def test_a_text(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """It comes as text, and is asked for each time; an index, or that there is none, has no part in it."""
    assert fetch(f"{server.root}/r.txt", IndexSettings(no_index=True)) == "one\n"
    assert fetch(f"{server.root}/r.txt#note") == "one\n"
    assert server.paths() == ["/r.txt"] * 2


def test_where_it_has_moved(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """Redirects are followed; credentials stay where they belong."""
    with LoopbackIndex(redirect_to=server.root) as other:
        url = other.root.replace("//", f"//{USER}:{SECRET}@")
        assert fetch(f"{url}/r.txt") == "one\n"
        assert "authorization" in other.requests[0].headers
    assert [request.headers.get("authorization") for request in server.requests] == [None]


def test_who_asks(server: LoopbackIndex, fetch: Callable[..., str], world: World) -> None:
    """Credentials are those in the URL, of another text or an index on that server, and in netrc."""
    server.credentials = (USER, SECRET)
    plain, named = f"{server.root}/r.txt", f"http://{USER}:{SECRET}@127.0.0.1:{server.port}"
    assert fault_of(fetch, plain).hint == "put user and password into its URL, netrc or a keyring"
    assert fetch(f"{named}/r.txt") == "one\n"
    assert fetch(plain, IndexSettings(texts=(f"{named}/other.txt",))) == "one\n"
    assert fetch(plain, IndexSettings(indexes=(f"{named}/simple/",))) == "one\n"
    (world.folder / ".netrc").write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
    assert fetch(plain) == "one\n"


def test_an_index_on_the_same_server(world: World) -> None:
    """What a text's URL says of who asks counts for the index beside it as well, as in pip, and for no other."""
    with LoopbackIndex([make_wheel("lib", "1.0")], credentials=(USER, SECRET)) as server:
        for url, ok in ((server.root, True), ("http://files.invalid", False)):
            settings = IndexSettings(texts=(f"{url.replace('//', f'//{USER}:{SECRET}@')}/r.txt",), retries=0)
            with world.client(server.url, settings=settings._replace(refresh=True)) as client:
                if ok:
                    assert client.listing("lib").versions == ("1.0",)
                else:
                    with pytest.raises(IndexFault, match="can't be read"):
                        client.listing("lib")


@pytest.mark.parametrize(
    ("status", "hint", "pip"),
    [
        (401, "put user and password into its URL, netrc or a keyring", "401 Client Error: Unauthorized"),
        (403, "check the credentials in its URL or netrc, and what they may read", "403 Client Error: Forbidden"),
        (404, "check its URL", "404 Client Error: Not Found"),
        (410, "check its URL", "410 Client Error: Gone"),
        (418, "check its URL", "418 Client Error: I'm a Teapot"),
        (407, "put USER:PASSWORD@ before the host in --proxy or HTTPS_PROXY", "407 Client Error: Proxy"),
        (505, "try again later; if it stays, its maintainers need to know", "505 Server Error: HTTP Version"),
        (599, "try again later; if it stays, its maintainers need to know", "599 Server Error: "),
    ],
)
def test_a_refusal(server: LoopbackIndex, fetch: Callable[..., str], status: int, hint: str, pip: str) -> None:
    """The URL is named, without credentials and query, and what to do about it; once is enough."""
    server.fail(Fault(status=status, times=-1))
    url = f"http://{USER}:{SECRET}@127.0.0.1:{server.port}/r.txt"
    fault = fault_of(fetch, f"{url}?token={SECRET}")
    assert (fault.what, fault.hint) == (f"the file {server.root}/r.txt can't be read", hint)
    assert fault.why.startswith(f"127.0.0.1 answered with status {status}")
    assert fault.pip[0].startswith(pip)
    assert fault.pip[0].endswith(f"for url: {server.root}/r.txt")
    assert len(server.requests) == 1
    assert isinstance(fault, IndexFault)


def test_what_may_be_better_next_time(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """As often as the settings say."""
    server.fail(Fault(status=503))
    assert fetch(f"{server.root}/r.txt") == "one\n"
    server.fail(Fault(status=503, times=-1))
    fault = fault_of(fetch, f"{server.root}/r.txt")
    assert fault.what == f"the file {server.root}/r.txt can't be read"
    assert fault.why.splitlines()[-1] == "tried 2 times"


def test_nobody_there(fetch: Callable[..., str]) -> None:
    """A port that nobody listens at, and what is no URL."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/r.txt"
    fault = fault_of(fetch, url)
    assert (fault.what, fault.why.splitlines()[0]) == (f"the file {url} can't be read", "it takes no connection")
    for wrong in ("http:///r.txt", "http:r.txt", "https://[x/r.txt"):
        assert fault_of(fetch, wrong).why == "its address is no valid URL"


def test_the_hop_that_fails_is_told(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """Where one is sent to somewhere that can't be trusted, both are named."""
    with LoopbackIndex(redirect_to="http://elsewhere.invalid") as other:
        fault = fault_of(fetch, f"{other.root}/a")
        assert fault.why == "it redirects to http://elsewhere.invalid/a, which can't be trusted"
    server.fail(Fault(status=302, headers={"Location": f"{server.root}/b"}))
    server.fail(Fault(path="/b", status=302, headers={"Location": "ftp://elsewhere.invalid/c"}))
    fault = fault_of(fetch, f"{server.root}/r.txt")
    assert fault.what == f"the file {server.root}/r.txt can't be read"
    assert fault.why.splitlines()[0] == f"{server.root}/b can't be read"


def test_what_is_too_long(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """There is a bound: a wrong URL may lead to anything."""
    server.pages["/long.txt"] = (KIND, b"one\n" * 100)
    assert fetch(f"{server.root}/long.txt", largest=400) == "one\n" * 100
    with pytest.raises(IndexFault) as caught:
        fetch(f"{server.root}/long.txt", largest=399)
    assert caught.value.what == f"the file {server.root}/long.txt can't be read"
    assert caught.value.why == "it is longer than 399 bytes, and no more is read"


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("application/octet-stream", bytes(range(256)), "it is no text"),
        ("text/html", b"\n<!doctype html><title>Sign in</title>", "it is a web page (HTML)"),
    ],
)
def test_what_is_no_text(server: LoopbackIndex, fetch: Callable[..., str], kind: str, body: bytes, why: str) -> None:
    """A wheel, or the page that shows the file, instead of the file."""
    server.pages["/r"] = (kind, body)
    fault = fault_of(fetch, f"{server.root}/r")
    assert isinstance(fault, RequestError)
    assert (fault.what, fault.why) == (f"the file {server.root}/r can't be read", why)
    assert fault.hint == "check its URL: it has to be that of the bare file"


def test_the_header_states_the_encoding(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """As for every page."""
    server.pages["/r.txt"] = ("text/plain; charset=latin-1", b"one  # \xfc\n")
    assert fetch(f"{server.root}/r.txt") == "one  # \u00fc\n"


def test_plain_http(fetch: Callable[..., str]) -> None:
    """Whoever is on the way could say what is installed: as for indexes, the host has to be trusted."""
    fault = fault_of(fetch, "http://files.invalid/r.txt")
    assert fault.what == "the file http://files.invalid/r.txt can't be read"
    assert fault.hint == "use its https address, or --trusted-host files.invalid"


def test_offline(server: LoopbackIndex, fetch: Callable[..., str]) -> None:
    """Nobody is asked, and nothing is kept that could serve."""
    fault = fault_of(fetch, f"{server.root}/r.txt", IndexSettings(offline=True))
    assert fault.what == f"the file {server.root}/r.txt can't be read"
    assert server.requests == []


def test_a_proxy(server: LoopbackIndex, fetch: Callable[..., str], world: World) -> None:
    """As for indexes: by the option, or by the environment."""
    server.proxy = True
    trusting = IndexSettings(trusted_hosts=("files.invalid",))
    assert fetch("http://files.invalid/r.txt", trusting._replace(proxy=server.root)) == "one\n"
    world.environ = {"HTTP_PROXY": server.root}
    assert fetch("http://files.invalid/r.txt", trusting) == "one\n"
    assert server.paths() == ["http://files.invalid/r.txt"] * 2


def test_certificates(fetch: Callable[..., str]) -> None:
    """As for indexes."""
    with LoopbackIndex(tls=True) as server:
        server.pages["/r.txt"] = (KIND, b"one\n")
        assert "no trusted TLS connection" in fault_of(fetch, f"{server.root}/r.txt").why
        assert fetch(f"{server.root}/r.txt", IndexSettings(cert=CERTIFICATE)) == "one\n"
        assert fetch(f"{server.root}/r.txt", IndexSettings(trusted_hosts=("127.0.0.1",))) == "one\n"
