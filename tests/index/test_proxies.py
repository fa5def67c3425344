"""Which proxy a request goes through."""

import pytest

from pybuildsync.index.proxies import is_excepted, proxy_for

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("url", "option", "environ", "expected"),
    [
        ("https://index.example/", "", {}, ""),
        ("https://index.example/", PROXY, {"NO_PROXY": "*"}, PROXY),
        ("https://index.example/", "proxy.example:3128", {}, PROXY),
        ("https://index.example/", "", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://index.example/", "", {"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, PROXY),
        ("https://index.example/", "", {"HTTP_PROXY": PROXY}, ""),
        ("https://index.example/", "", {"ALL_PROXY": "proxy.example:3128"}, PROXY),
        ("http://index.example/", "", {"HTTP_PROXY": PROXY}, PROXY),
        ("http://index.example/", "", {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, ""),
        ("https://index.example/", "", {"HTTPS_PROXY": PROXY, "no_proxy": "a.b, example"}, ""),
    ],
)
def test_the_option_goes_before_the_environment(url: str, option: str, environ: dict[str, str], expected: str) -> None:
    """Small letters before capitals, the scheme's own before that of all, and none for what is excepted."""
    assert proxy_for(url, option, environ) == expected
    assert proxy_for(url, option, None) == (expected if option else "")  # --no-proxy-env


@pytest.mark.parametrize(
    ("host", "exceptions", "expected"),
    [
        ("index.example", "index.example", True),
        ("index.example", "EXAMPLE", True),
        ("index.example", ".example", True),
        ("index.example", "*.example", True),
        ("index.example", "dex.example", False),
        ("index.example", "index.example:443", True),
        ("index.example", "example:443", True),
        ("index.example", "index.example:80", False),
        ("index.example", "", False),
        ("index.example", "10.0.0.0/8", False),
        ("10.1.2.3", "a,10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8,x/y", False),
        ("::1", "[::1]", True),
    ],
)
def test_exceptions(host: str, exceptions: str, expected: bool) -> None:  # noqa: FBT001
    """Hosts, their subdomains, addresses, networks; maybe with a port."""
    assert is_excepted(host, 443, exceptions) is expected
