"""Requests: retries, redirects, credentials, proxies, certificates."""

import socket
import time
from pathlib import Path

import pytest
from index.clients import World, only_file
from loopback import CERTIFICATE, Fault, LoopbackIndex, make_wheel

from pybuildsync.errors import EnvironmentFault, IndexFault
from pybuildsync.index.credentials import Keyring
from pybuildsync.index.settings import IndexSettings
from pybuildsync.index.transport import Transport

WHEEL = make_wheel("lib", "1.0")
SECRET = "s3cret"  # noqa: S105 - nobody's
WHO = ("somebody", SECRET)


def authorizations(index: LoopbackIndex) -> list[str | None]:
    """Return the credentials that came with each request."""
    return [request.headers.get("authorization") for request in index.requests]


def fault_of(world: World, url: str, settings: IndexSettings | None = None) -> IndexFault:
    """Return the error of asking *url* for a listing."""
    with world.client(url, settings=settings) as client, pytest.raises(IndexFault) as caught:
        client.listing("lib")
    return caught.value


@pytest.mark.parametrize(
    "fault", [Fault(status=429), Fault(status=500), Fault(status=503), Fault(drop=True), Fault(cut=10)]
)
def test_what_may_be_better_next_time_is_tried_again(world: World, fault: Fault) -> None:
    """With pauses that double, and vary by half."""
    fault.times = 3
    with LoopbackIndex([WHEEL]) as index, world.client(index.url) as client:
        index.fail(fault)
        assert client.listing("lib").versions == ("1.0",)
    assert len(index.requests) == 4
    assert [0.5 <= pause / base <= 1.5 for pause, base in zip(world.pauses, (0.25, 0.5, 1.0), strict=True)] == [
        True
    ] * 3


def test_a_server_says_itself_when_to_come_back(world: World) -> None:
    """``Retry-After`` in seconds or as a date; what is too long to wait for is an error that says so."""
    with LoopbackIndex([WHEEL]) as index:
        index.fail(Fault(status=429, headers={"Retry-After": "7"}))
        index.fail(Fault(status=503, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}))
        with world.client(index.url) as client:
            client.listing("lib")
        assert world.pauses == [7.0, 0.0]
        world.now += 10_000
        index.fail(Fault(status=429, headers={"Retry-After": "4000"}))
        fault = fault_of(world, index.url)
    assert fault.why.splitlines()[-1] == "it asks to come back in 4000 s"


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "put user and password into the URL of the index, netrc or a keyring"),
        (403, "check the credentials in the URL of the index or netrc, and what they may read"),
        (400, "check the address of the index"),
    ],
)
def test_a_refusal_is_not_tried_again(world: World, status: int, hint: str) -> None:
    """It says what to do."""
    with LoopbackIndex([WHEEL]) as index:
        index.fail(Fault(status=status, times=-1))
        fault = fault_of(world, index.url)
    assert fault.hint == hint
    assert len(index.requests) == 1


def test_nobody_there(world: World) -> None:
    """A port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/simple/"
    fault = fault_of(world, url, IndexSettings(retries=0))
    assert fault.what == f"{url}lib/ can't be read"
    assert fault.why == "it takes no connection"


def test_a_name_that_nobody_knows(world: World) -> None:
    """Tried again as well: networks come and go."""
    fault = fault_of(world, "https://index.invalid/simple", IndexSettings(retries=1))
    assert fault.why == "its name is unknown here\ntried 2 times"


def test_a_slow_server(world: World) -> None:
    """The timeout is for each wait."""
    with LoopbackIndex([WHEEL]) as index:
        index.fail(Fault(delay=1.0))
        fault = fault_of(world, index.url, IndexSettings(timeout=0.1, retries=0))
    assert fault.why == "no answer within 0.1 s"


def test_what_isnt_http(world: World) -> None:
    """Something else listens there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/simple/"
        with world.client(url, settings=IndexSettings(retries=0)) as client:
            client.expect(["lib"])
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ready\r\n")
            with pytest.raises(IndexFault) as caught:
                client.listing("lib")
    assert caught.value.why == "the connection broke"


def test_a_body_that_cant_be_unpacked(world: World) -> None:
    """The content encoding is a lie."""
    with LoopbackIndex([WHEEL]) as index:
        index.fail(Fault(headers={"Content-Encoding": "gzip"}, times=-1))
        fault = fault_of(world, index.url, IndexSettings(retries=0))
    assert fault.why == "the answer can't be decompressed"


def test_redirects_are_followed_within_reason(world: World) -> None:
    """Not round and round, nor to what is no web address or can't be trusted."""
    with LoopbackIndex([WHEEL]) as target, LoopbackIndex(redirect_to=target.root) as index:
        with world.client(index.url) as client:
            assert client.listing("lib").versions == ("1.0",)
        for place, why in (
            (index.root, "it leads through more than 20 redirects"),
            ("ftp://index.example", "it redirects to ftp://index.example/simple/lib/, which can't be trusted"),
            ("http://index.invalid", "it redirects to http://index.invalid/simple/lib/, which can't be trusted"),
        ):
            world.now += 1000
            index.redirect_to = place
            assert fault_of(world, index.url).why == why


def test_credentials_of_an_index_go_to_it_and_its_files(world: World) -> None:
    """By the URL of the index; what is listed holds none."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index, world.client(index.url_with_credentials) as client:
        file = only_file(client, "lib")
        client.download_wheel(file, "lib", "1.0")
    assert authorizations(index) == ["Basic c29tZWJvZHk6czNjcmV0"] * 2
    assert SECRET not in str(file)


def test_credentials_go_nowhere_else(world: World) -> None:
    """Neither to another port by a redirect nor to where the files are."""
    with LoopbackIndex([WHEEL]) as other, LoopbackIndex([WHEEL], credentials=WHO, files_from=other.root) as index:
        with world.client(index.url_with_credentials) as client:
            client.download_wheel(only_file(client, "lib"), "lib", "1.0")
        world.now += 1000
        index.redirect_to = other.root
        with world.client(index.url_with_credentials) as client:
            client.listing("lib")
    assert [request.path for request in other.requests] == [f"/files/{WHEEL.filename}", "/simple/lib/"]
    assert authorizations(other) == [None, None]


def test_of_two_indexes_on_one_host_each_has_its_own_credentials(world: World) -> None:
    """The address that a page begins with decides."""
    with LoopbackIndex() as index:
        first = f"http://one:1@127.0.0.1:{index.port}/one/"
        second = f"http://two:2@127.0.0.1:{index.port}/two"
        with world.client(first, second) as client:
            client.listing("lib")
    sent = {request.path: request.headers["authorization"] for request in index.requests}
    assert sent == {"/one/lib/": "Basic b25lOjE=", "/two/lib/": "Basic dHdvOjI="}


def test_netrc_gives_credentials_to_its_hosts(world: World) -> None:
    """``$NETRC``, else ``~/.netrc``; its default entry is not for where a server sends us."""
    netrc = world.folder / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login somebody password {SECRET}\n")
    netrc.chmod(0o600)
    with LoopbackIndex([WHEEL], credentials=WHO) as index:
        with world.client(index.url) as client:
            assert client.listing("lib").versions == ("1.0",)
        named = world.folder / "elsewhere"
        netrc.rename(named)
        world.environ = {"NETRC": str(named)}
        world.now += 1000
        with world.client(index.url) as client:
            assert client.listing("lib").versions == ("1.0",)
        named.write_text("default login somebody password other\n")
        world.now += 1000
        with LoopbackIndex(redirect_to=index.root) as first:
            assert "status 401" in fault_of(world, first.url).why
        assert authorizations(first) == ["Basic c29tZWJvZHk6b3RoZXI="]
        assert authorizations(index)[-1] is None
        named.write_text("nonsense")
        assert "status 401" in fault_of(world, index.url).why


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=403), Fault(body=b"{"), Fault(drop=True), Fault(cut=1)]
)
def test_no_error_shows_a_secret(world: World, fault: Fault) -> None:
    """Whatever goes wrong, password and query stay out of every text."""
    fault.times = -1
    with LoopbackIndex([WHEEL], credentials=WHO, form="json") as index:
        index.fail(fault)
        error = fault_of(world, index.url_with_credentials)
        chain: list[str] = []
        cause: BaseException | None = error
        while cause:
            chain.append(str(cause))
            cause = cause.__cause__
    assert SECRET not in "".join(chain)
    assert SECRET not in "".join(map(repr, world.events))


def test_nothing_in_the_store_holds_a_secret(world: World) -> None:
    """Records may be read by whoever reads the folder."""
    with LoopbackIndex([WHEEL], credentials=WHO) as index, world.client(index.url_with_credentials) as client:
        client.metadata(only_file(client, "lib"), "lib", "1.0")
    kept = [path.read_bytes() for path in (world.folder / "store").rglob("*") if path.is_file()]
    assert kept
    assert not [data for data in kept if SECRET.encode() in data]


def test_a_proxy_takes_the_request(world: World) -> None:
    """By the option or the environment, with its own credentials; not for hosts that are excepted."""
    url = "http://index.invalid/simple"
    trust = ("index.invalid",)
    with LoopbackIndex([WHEEL], proxy=True) as proxy:
        address = f"http://me:{SECRET}@127.0.0.1:{proxy.port}"
        with world.client(url, settings=IndexSettings(proxy=address, trusted_hosts=trust)) as client:
            assert client.listing("lib").versions == ("1.0",)
        assert proxy.requests[0].path == "http://index.invalid/simple/lib/"
        assert proxy.requests[0].headers["proxy-authorization"] == "Basic bWU6czNjcmV0"
        world.now += 1000
        world.environ = {"HTTP_PROXY": address}
        with world.client(url, settings=IndexSettings(trusted_hosts=trust)) as client:
            client.listing("lib")
        assert len(proxy.requests) == 2
        world.now += 1000
        world.environ = {"HTTP_PROXY": address, "NO_PROXY": "invalid"}
        fault = fault_of(world, url, IndexSettings(trusted_hosts=trust, retries=0))
        assert fault.why == "its name is unknown here"
        world.environ = {"HTTP_PROXY": address}
        fault = fault_of(world, url, IndexSettings(trusted_hosts=trust, retries=0, proxy_env=False))
        assert fault.why == "its name is unknown here"
        assert len(proxy.requests) == 2


def test_a_proxy_that_isnt_there(world: World) -> None:
    """It is told apart from the index."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"http://me:{SECRET}@127.0.0.1:{taken.getsockname()[1]}"
    fault = fault_of(world, "https://index.invalid/simple", IndexSettings(proxy=proxy, retries=0))
    assert fault.why == "the proxy can't be used"
    assert SECRET not in str(fault)


def test_socks_needs_a_package(world: World) -> None:
    """It says which; with it, the proxy is what fails."""
    settings = IndexSettings(proxy="socks5://127.0.0.1:1", retries=0)
    with (
        world.client("https://index.invalid/simple", settings=settings) as client,
        pytest.raises((EnvironmentFault, IndexFault)) as caught,
    ):
        client.listing("lib")
    assert "PySocks" in str(caught.value) or "can't be read" in str(caught.value)


def test_a_certificate_that_nobody_vouches_for(world: World) -> None:
    """The index isn't asked, and not a second time; the error says what can be done."""
    with LoopbackIndex([WHEEL], tls=True) as index:
        fault = fault_of(world, index.url)
    assert fault.why.startswith("no trusted TLS connection: self")
    assert "--trusted-host" in fault.hint
    assert world.pauses == []


def test_certificates_of_the_settings_are_trusted(world: World) -> None:
    """A file, or a folder, in place of the system's; a trusted host needs none."""
    for settings in (
        IndexSettings(cert=CERTIFICATE),
        IndexSettings(cert=CERTIFICATE, client_cert=CERTIFICATE),
        IndexSettings(trusted_hosts=("127.0.0.1",)),
    ):
        world.now += 1000
        with LoopbackIndex([WHEEL], tls=True) as index, world.client(index.url, settings=settings) as client:
            assert client.listing("lib").versions == ("1.0",)
    with LoopbackIndex([WHEEL], tls=True) as index:
        empty = world.folder / "certificates"
        empty.mkdir()
        assert "no trusted TLS connection" in fault_of(world, index.url, IndexSettings(cert=str(empty))).why


@pytest.mark.parametrize("settings", [IndexSettings(cert="/nowhere"), IndexSettings(client_cert="/nowhere")])
def test_certificates_that_cant_be_read(world: World, settings: IndexSettings) -> None:
    """They are the machine's fault, not the index's."""
    with (
        LoopbackIndex([WHEEL], tls=True) as index,
        world.client(index.url, settings=settings) as client,
        pytest.raises(EnvironmentFault, match="the certificates in /nowhere can't be used"),
    ):
        client.listing("lib")


def test_many_requests_are_in_flight_at_once(world: World) -> None:
    """Sixteen: as many slow answers take as long as one."""
    wheels = [make_wheel(f"lib{number}", "1.0") for number in range(16)]
    with LoopbackIndex(wheels) as index, world.client(index.url) as client:
        index.fail(Fault(path="/simple/", delay=0.3, times=-1))
        names = [f"lib{number}" for number in range(16)]
        start = time.monotonic()
        client.expect(names)
        assert [client.listing(name).versions for name in names] == [("1.0",)] * 16
        assert time.monotonic() - start < 2.0


def test_closing_waits_for_nobody(world: World) -> None:
    """What is only expected is given up."""
    with LoopbackIndex([WHEEL]) as index:
        index.fail(Fault(path="/simple/", delay=1.0, times=-1))
        start = time.monotonic()
        with world.client(index.url) as client:
            client.expect([f"lib{number}" for number in range(100)])
        assert time.monotonic() - start < 0.9


def test_the_user_agent_says_who_asks(world: World) -> None:
    """And no more about the machine."""
    with LoopbackIndex([WHEEL]) as index, world.client(index.url) as client:
        client.listing("lib")
    assert index.requests[0].headers["user-agent"].startswith("pybuildsync/")


def test_the_store_works_without_a_home(tmp_path: Path) -> None:
    """No netrc anywhere is no error."""
    world = World(tmp_path, environ={"HOME": str(tmp_path / "nowhere")})
    with LoopbackIndex([WHEEL]) as index, world.client(index.url) as client:
        assert client.listing("lib").versions == ("1.0",)


def test_a_page_without_end_is_not_read_to_it(world: World) -> None:
    """256 MiB is more than any listing has."""
    with LoopbackIndex([WHEEL]) as index:
        transport = Transport(IndexSettings(), Keyring(), {}, world.pauses.append, largest_page=100)
        with pytest.raises(IndexFault) as caught:
            transport.fetch(f"{index.url}lib/", accept=frozenset())
        assert caught.value.why == "it is longer than 100 bytes, and no more is read"
        transport.close()
