"""Texts by their URLs: requirement files, constraint files and lock files that lie on a server.

They are asked for each time, since nothing says how long they are good for, and never kept. A text is what can be read
as one; a bound keeps a wrong URL from filling the memory.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pybuildsync.core.encoded_text import decode_page, why_no_list
from pybuildsync.errors import IndexFault, RequestError
from pybuildsync.index.addresses import origin, shown
from pybuildsync.index.settings import IndexSettings

if TYPE_CHECKING:
    from pybuildsync.core.story import Story
    from pybuildsync.index.transport import Reply, Transport

LARGEST = 32 * 1024 * 1024  # bytes: some hundred thousand requirements with hashes
_HINTS = {
    401: "put user and password into its URL, netrc or a keyring",
    403: "check the credentials in its URL or netrc, and what they may read",
}
_PROXYS, _SERVERS = 407, 500  # from the second on the fault is the server's


class Texts:
    """Fetches texts with the connections, credentials, proxies and certificates of *settings*; to be closed.

    *environ* holds proxies and the way to netrc and keyring, *story* is told of what is wrong with the latter, *pause*
    waits. *largest* is the bound, in bytes.
    """

    def __init__(
        self,
        settings: IndexSettings,
        *,
        story: "Story",
        environ: Mapping[str, str],
        pause: Callable[[float], object] = time.sleep,
        largest: int = LARGEST,
    ) -> None:
        self._settings = settings
        self._story = story
        self._environ = environ
        self._pause = pause
        self._largest = largest
        self._transport: Transport | None = None

    def fetch(self, url: str) -> str:
        """Return the text at *url*, which may hold credentials: they go to its server and no other.

        Raises:
            IndexFault: it can't be had: nobody there, refused, too long, by plain http, or nobody may be asked.
            RequestError: it is no text.
            EnvironmentFault: the settings' certificates can't be used.

        """
        what = f"the file {shown(url)} can't be read"
        if self._settings.offline:
            raise IndexFault(
                what, why="it would have to be fetched, and this is an offline run", hint="give the path of a copy"
            )
        reply = self._ask(url, what)
        text = decode_page(reply.body, reply.headers.get("content-type", ""))
        why = why_no_list(text)
        if why:
            raise RequestError(what, why=why, hint="check its URL: it has to be that of the bare file")
        return text

    def close(self) -> None:
        """Close the connections."""
        if self._transport:
            self._transport.close()

    def _ask(self, url: str, what: str) -> "Reply":
        from pybuildsync.index.faults import RETRIED_STATUSES, status_fault
        from pybuildsync.index.transport import FIRST_ERROR

        transport = self._get_transport()
        if origin(url)[1] and not transport.is_secure(url):
            raise IndexFault(
                what,
                why="its address is plain http: anybody on the way could say what is installed",
                hint=f"use its https address, or --trusted-host {origin(url)[1]}",
            )
        try:
            told = frozenset(range(FIRST_ERROR, 600)) - RETRIED_STATUSES  # by us, not as of an index
            reply = transport.fetch(url, accept=told)
        except IndexFault as fault:
            elsewhere = () if fault.what == f"{shown(url)} can't be read" else (fault.what,)
            raise IndexFault(what, why="\n".join([*elsewhere, fault.why]), hint=fault.hint) from fault
        if reply.status < FIRST_ERROR:
            return reply
        refusal = status_fault(reply.status, reply.url)
        is_ours = reply.status < _SERVERS
        hint = refusal.hint if reply.status == _PROXYS or not is_ours else "check its URL"
        kind = "Client" if is_ours else "Server"
        raise IndexFault(
            what,
            why=refusal.why,
            hint=_HINTS.get(reply.status, hint),
            pip=(f"{reply.status} {kind} Error: {_phrase(reply.status)} for url: {shown(url)}",),
        )

    def _get_transport(self) -> "Transport":
        if self._transport is None:
            from pybuildsync.index.credentials import make_keyring
            from pybuildsync.index.keyring_providers import KeyringAsker
            from pybuildsync.index.transport import Transport

            settings = self._settings
            keyring = make_keyring((*settings.indexes, *settings.texts), self._environ)
            asker = KeyringAsker(settings.keyring_provider, settings.indexes, self._environ, self._story)
            self._transport = Transport(
                settings, keyring, self._environ, self._pause, asker=asker, largest_page=self._largest
            )
        return self._transport


def _phrase(status: int) -> str:
    from http import HTTPStatus

    known = {each.value: each.phrase for each in HTTPStatus}
    return known.get(status, "")
