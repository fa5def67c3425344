"""Requests over HTTP: retries, redirects, credentials, proxies, TLS. The only module that knows ``urllib3``.

It never keeps anything and never judges what it is given. ``urllib3`` and ``ssl`` are imported by the first request, so
that a run that needs none doesn't pay the 80 ms.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pybuildsync
from pybuildsync.errors import EnvironmentFault, IndexFault
from pybuildsync.index.addresses import (
    Credentials,
    has_scheme,
    is_loopback,
    join,
    origin,
    shown,
    split_credentials,
    split_url,
)
from pybuildsync.index.credentials import Keyring, basic_authorization
from pybuildsync.index.faults import RETRIED_STATUSES, connection_fault, status_fault
from pybuildsync.index.freshness import retry_after
from pybuildsync.index.proxies import proxy_for
from pybuildsync.index.settings import IndexSettings
from pybuildsync.index.tls import make_context

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager

    from pybuildsync.index.keyring_providers import KeyringAsker

CONNECTIONS = 24  # to one host
LARGEST_PAGE = 256 * 1024 * 1024
RANGE_REFUSALS = frozenset({400, 405, 406, 412, 416, 501})  # what servers answer to a range they don't serve
_CHUNK = 256 * 1024
_LITTLE = 64 * 1024
_DIGITS = 9  # of a length that may be little
_MOST_REDIRECTS = 20
_UNAUTHORIZED = 401
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_PAUSE = 8.0
_LONGEST_WISH = 60.0  # Retry-After beyond this is an error to tell, not a wait to sit out
FIRST_ERROR = 400


class Reply(NamedTuple):
    """A whole answer; names of ``headers`` are in lower case; ``url`` is where it came from, without credentials."""

    status: int
    headers: Mapping[str, str]
    url: str
    body: bytes


class BrokenAnswerError(Exception):
    """An answer broke off while it was read; ``fault`` is the error for the user."""

    def __init__(self, fault: IndexFault) -> None:
        super().__init__(fault.what)
        self.fault = fault


class OpenReply:
    """An answer whose body is still to be read, by :meth:`chunks`; to be closed."""

    def __init__(self, response: "BaseHTTPResponse", url: str, timeout: float) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self.url = url
        self._response = response
        self._timeout = timeout

    def chunks(self, *, decode: bool = False) -> Iterator[bytes]:
        """Yield the body in pieces; with *decode* without its content encoding.

        Raises:
            BrokenAnswerError: it broke off, or nothing came for too long.

        """
        from urllib3.exceptions import HTTPError

        try:
            yield from self._response.stream(_CHUNK, decode_content=decode)
        except (HTTPError, OSError) as error:
            raise BrokenAnswerError(connection_fault(error, self.url, self._timeout)[0]) from error

    def close(self) -> None:
        """Give the connection back, after reading what is left if that is little; else close it."""
        length = self.headers.get("content-length", "")
        if length.isdecimal() and len(length) <= _DIGITS and int(length) <= _LITTLE:
            self._response.drain_conn()
        else:
            self._response.close()
        self._response.release_conn()


class Transport:
    """Sends requests, from any thread; *pause* is what waits, in seconds, *largest_page* is in bytes."""

    def __init__(
        self,
        settings: IndexSettings,
        keyring: Keyring,
        environ: Mapping[str, str],
        pause: Callable[[float], object] = time.sleep,
        *,
        asker: "KeyringAsker | None" = None,
        largest_page: int = LARGEST_PAGE,
    ) -> None:
        self._settings = settings
        self._keyring = keyring
        self._environ = environ
        self._pause = pause
        self._asker = asker
        self._largest_page = largest_page
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, bool, bool], PoolManager] = {}
        self._servers: dict[tuple[str, str], HTTPConnectionPool] = {}

    def fetch(
        self, url: str, *, headers: Mapping[str, str] | None = None, index: str = "", accept: frozenset[int]
    ) -> Reply:
        """Return the whole answer to a GET of *url*, with its content encoding undone; see :meth:`open`.

        Raises:
            IndexFault: as :meth:`open`; the answer broke off in every attempt, or is longer than *largest_page*.

        """
        attempt = 0
        while True:
            reply = self.open(url, headers=headers, index=index, accept=accept)
            try:
                pieces = []
                length = 0
                for piece in reply.chunks(decode=True):
                    length += len(piece)
                    if length > self._largest_page:
                        raise IndexFault(
                            f"{shown(url)} can't be read",
                            why=f"it is longer than {self._largest_page} bytes, and no more is read",
                            hint="check the address",
                        )
                    pieces.append(piece)
                return Reply(reply.status, reply.headers, reply.url, b"".join(pieces))
            except BrokenAnswerError as error:
                self.wait(attempt, error.fault)
            finally:
                reply.close()
            attempt += 1

    def open(
        self, url: str, *, headers: Mapping[str, str] | None = None, index: str = "", accept: frozenset[int]
    ) -> OpenReply:
        """Return the answer to a GET of *url* as soon as its head is here.

        Redirects are followed; credentials go only to the origin that they belong to (*index* tells which index *url*
        was listed by). Answers that may be better next time, and connections that fail, are tried again with growing
        pauses, or as ``Retry-After`` says.

        Raises:
            IndexFault: nothing came in any attempt, or a status of 400 or more that *accept* doesn't hold.
            EnvironmentFault: the settings' certificates can't be used.

        """
        from urllib3.exceptions import HTTPError

        attempt = -1
        while True:
            attempt += 1
            try:
                reply = self._follow(url, headers or {}, index)
            except (HTTPError, OSError) as error:
                fault, again = connection_fault(error, url, self._settings.timeout)
                if not again:
                    raise fault from error
                self.wait(attempt, fault)
                continue
            if reply.status < FIRST_ERROR or reply.status in accept:
                return reply
            reply.close()
            fault = status_fault(reply.status, reply.url)
            if reply.status not in RETRIED_STATUSES:
                raise fault
            self.wait(attempt, fault, reply.headers.get("retry-after", ""))

    def wait(self, attempt: int, fault: IndexFault, wish: str = "") -> None:
        """Wait before another attempt (they count from 0); raise *fault* if that was the last one.

        The pause doubles from attempt to attempt and varies by half, so that many don't come back at once; *wish* is
        the server's ``Retry-After``.
        """
        retries = self._settings.retries
        if attempt >= retries:
            if retries:
                fault = IndexFault(fault.what, why=f"{fault.why}\ntried {retries + 1} times", hint=fault.hint)
            raise fault
        jitter = 0.5 + os.urandom(1)[0] / 255
        pause = min(0.25 * 2**attempt, _LONGEST_PAUSE) * jitter
        wished = retry_after(wish, time.time())
        if wished is not None and wished > _LONGEST_WISH:
            why = f"{fault.why}\nit asks to come back in {wished:.0f} s"
            raise IndexFault(fault.what, why=why, hint=fault.hint)
        self._pause(pause if wished is None else wished)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
            self._servers.clear()
        for pool in pools:
            pool.clear()

    def is_secure(self, url: str) -> bool:
        """Return whether what comes from *url* can be trusted without a hash: by TLS, this machine, or the settings."""
        scheme, host, _ = origin(url)
        return scheme in ("https", "file") or is_loopback(host) or self._is_trusted(url)

    def _follow(self, url: str, headers: Mapping[str, str], index: str) -> OpenReply:
        here, given = split_credentials(url)
        start = origin(here)
        for hop in range(_MOST_REDIRECTS):
            sent = {"User-Agent": f"pybuildsync/{pybuildsync.__version__}", **headers}
            own = given if given and origin(here) == start else self._keyring.of_index(here, index)
            asker = None if own and own[1] else self._asker  # what an address says is all there is
            who = (asker and asker.find(here, index)) or own
            who = who or self._keyring.find(here, index=index, redirected=hop > 0, encrypted=self.is_secure(here))
            response = self._send(here, _signed(sent, who))
            if response.status == _UNAUTHORIZED and asker and self.is_secure(here):
                told = asker.ask(here, index, own[0] if own else "")
                if told and told != who:
                    OpenReply(response, here, self._settings.timeout).close()
                    response = self._send(here, _signed(sent, told))
            target = response.headers.get("location", "") if response.status in _REDIRECTS else ""
            reply = OpenReply(response, here, self._settings.timeout)
            if not target:
                return reply
            reply.close()
            there = split_credentials(join(here, target))[0]
            self._check_redirect(here, there)
            here = there
        raise IndexFault(
            f"{shown(url)} can't be read",
            why=f"it leads through more than {_MOST_REDIRECTS} redirects",
            hint="check the address",
        )

    def _check_redirect(self, here: str, there: str) -> None:
        if not there.startswith(("https://", "http://")) or (self.is_secure(here) and not self.is_secure(there)):
            raise IndexFault(
                f"{shown(here)} can't be read",
                why=f"it redirects to {shown(there) if has_scheme(there) else 'nowhere'}, which can't be trusted",
                hint=f"if you trust it: --trusted-host {origin(there)[1]}",
            )

    def _is_trusted(self, url: str) -> bool:
        _, host, port = origin(url)
        return any(entry.lower() in (host, f"{host}:{port}", f"[{host}]") for entry in self._settings.trusted_hosts)

    def _send(self, url: str, headers: Mapping[str, str]) -> "BaseHTTPResponse":
        scheme, authority, rest = split_url(url)
        server = self._servers.get((scheme, authority))
        if server:  # known to have no proxy: the short way, which spares a third of the time
            target = rest.partition("#")[0]
            target = target if target.startswith("/") else f"/{target}"
            return server.urlopen("GET", target, headers=headers, redirect=False, retries=False, preload_content=False)
        proxy = proxy_for(url, self._settings.proxy, self._environ if self._settings.proxy_env else None)
        verify = not self._is_trusted(url)
        with self._lock:
            key = (proxy, verify, scheme == "https")
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = self._make_pool(proxy, verify=verify, encrypted=key[2])
            if not proxy:
                self._servers[scheme, authority] = pool.connection_from_url(url)
        return pool.request("GET", url, headers=headers, redirect=False, retries=False, preload_content=False)

    def _make_pool(self, proxy: str, *, verify: bool, encrypted: bool) -> "PoolManager":
        import urllib3

        options: dict[str, Any] = {
            "num_pools": 32,
            "maxsize": CONNECTIONS,
            "timeout": urllib3.Timeout(connect=self._settings.timeout, read=self._settings.timeout),
        }
        if encrypted or proxy.startswith("https:"):
            if not verify:
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            options["ssl_context"] = make_context(self._settings.cert, self._settings.client_cert, verify=verify)
        if not proxy:
            return urllib3.PoolManager(**options)
        if proxy.startswith("socks"):
            return _make_socks_pool(proxy, options)
        address, who = split_credentials(proxy)
        headers = {"Proxy-Authorization": basic_authorization(who)} if who else None
        if address.startswith("https:"):
            options["proxy_ssl_context"] = make_context(self._settings.cert, "")
        return urllib3.ProxyManager(address, proxy_headers=headers, **options)


def _signed(headers: Mapping[str, str], who: Credentials | None) -> Mapping[str, str]:
    return {**headers, "Authorization": basic_authorization(who)} if who else headers


def _make_socks_pool(proxy: str, options: dict[str, Any]) -> "PoolManager":
    from importlib.util import find_spec

    if find_spec("socks") is None:
        raise EnvironmentFault(
            f"the proxy {shown(proxy)} can't be used",
            why="a SOCKS proxy needs the package PySocks",
            hint="install it beside pybuildsync: pip install 'urllib3[socks]'",
        )
    from urllib3.contrib.socks import SOCKSProxyManager

    return SOCKSProxyManager(proxy, **options)
