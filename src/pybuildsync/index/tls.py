"""TLS contexts: whom to trust.

``truststore`` asks the system's own verifier, on macOS and Windows. On other systems it only chooses files, and does so
again for every connection, one at a time: 16 connections take 0.53 s that way and 0.03 s with a context made once. So
there it serves where OpenSSL's own places hold no certificates.
"""

import os
import sys
from typing import TYPE_CHECKING

from pybuildsync.errors import EnvironmentFault

if TYPE_CHECKING:
    import ssl


def make_context(cert: str, client_cert: str, *, verify: bool = True) -> "ssl.SSLContext":
    """Return a context that trusts *cert* (a file or folder in PEM form, "" for the system's certificates).

    *client_cert* is a PEM file with our own certificate and key, "" for none. Without *verify* everybody is trusted.

    Raises:
        EnvironmentFault: *cert* or *client_cert* can't be read.

    """
    import ssl

    try:
        context = _trusting(cert) if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    except (OSError, ssl.SSLError) as error:
        raise _unreadable("--cert", cert, error) from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if client_cert:
        try:
            context.load_cert_chain(client_cert)
        except (OSError, ssl.SSLError) as error:
            raise _unreadable("--client-cert", client_cert, error) from error
    return context


def _trusting(cert: str) -> "ssl.SSLContext":
    import ssl

    if cert:
        is_folder = os.path.isdir(cert)
        return ssl.create_default_context(cafile=None if is_folder else cert, capath=cert if is_folder else None)
    places = ssl.get_default_verify_paths()
    if sys.platform not in ("darwin", "win32") and (places.cafile or (places.capath and os.listdir(places.capath))):
        return ssl.create_default_context()
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _unreadable(option: str, path: str, error: Exception) -> EnvironmentFault:
    return EnvironmentFault(
        f"the certificates in {path or 'the system'} can't be used",
        why=str(error),
        hint=f"{option} takes the path of a PEM file that exists",
    )
