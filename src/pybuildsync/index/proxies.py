"""Which proxy a request goes through: the option, else the environment variables, else the system's settings."""

import sys
from collections.abc import Mapping

from pybuildsync.index.addresses import has_scheme, origin


def proxy_for(url: str, option: str, environ: Mapping[str, str] | None) -> str:
    """Return the URL of the proxy for *url*, maybe with credentials, or "" to connect directly.

    *option* is for every host. Else ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``ALL_PROXY`` count (small letters first), but
    not for the hosts that ``NO_PROXY`` names. On macOS and Windows the system's settings stand in for absent variables.
    *environ* None is for neither to count.
    """
    if option:
        return option if has_scheme(option) and "://" in option else f"http://{option}"
    if environ is None:
        return ""
    scheme, host, port = origin(url)
    names = (f"{scheme}_proxy", "all_proxy")
    found = next((value for name in names if (value := _variable(name, environ))), "")
    if not found and sys.platform in ("darwin", "win32"):
        return _system_proxy(scheme, host)
    if not found or is_excepted(host, port, _variable("no_proxy", environ)):
        return ""
    return found if "://" in found else f"http://{found}"


def is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Return whether *exceptions*, the text of ``NO_PROXY``, names *host*.

    Its entries are joined by commas: ``*``, a host (its subdomains count too, a leading dot changes nothing), an
    address or a network as ``10.0.0.0/8``; host and address may have a port.
    """
    for entry in exceptions.lower().replace(" ", ",").split(","):
        name = entry.strip().lstrip(".").removeprefix("*.")
        if name in ("*", host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"):
            return True
        bare, colon, stated = name.rpartition(":")
        suffix = bare if colon and stated == str(port) else name
        if suffix and host.endswith("." + suffix):
            return True
        if "/" in name and _is_in_network(host, name):
            return True
    return False


def _is_in_network(host: str, network: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if name == "http_proxy" and "REQUEST_METHOD" in environ:
        return environ.get(name, "")  # in a CGI script HTTP_PROXY is what the client sent as its Proxy header
    return environ.get(name) or environ.get(name.upper()) or ""


def _system_proxy(scheme: str, host: str) -> str:
    from urllib.request import getproxies, proxy_bypass

    return "" if proxy_bypass(host) else getproxies().get(scheme, "")
