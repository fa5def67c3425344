"""What holds for every test here: no network but loopback, nothing of this machine's settings, a store of its own."""

import ipaddress
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("long", settings.get_profile("default"), max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

for _name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "PYBUILDSYNC_"))]:
    del os.environ[_name]
for _name in ("VIRTUAL_ENV", "CONDA_PREFIX", "SOURCE_DATE_EPOCH", "NETRC"):
    os.environ.pop(_name, None)
for _name in ("http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.upper(), None)
os.environ["PIP_CONFIG_FILE"] = os.devnull

_guarding = [False]


def _is_here(host: object) -> bool:
    """Say whether a socket address stays on this machine; names other than localhost don't count as here."""
    if host in ("localhost", b"localhost", "", None):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _guarding[0]:
        return
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise PermissionError(
                f"a test may not connect to {address[0]!r}: the real registry belongs to integration/"
            )
    elif event == "socket.getaddrinfo" and not _is_here(arguments[0]) and not str(arguments[0]).endswith(".invalid"):
        raise PermissionError(f"a test may not look up {arguments[0]!r}: use loopback, or a name under .invalid")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Tests in this folder never leave the machine."""
    _guarding[0] = True
    yield
    _guarding[0] = False


@pytest.fixture(autouse=True, scope="session")
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever forgets to name a store doesn't get the user's."""
    os.environ["PYBUILDSYNC_CACHE_DIR"] = str(tmp_path_factory.mktemp("store"))
    yield
    os.environ.pop("PYBUILDSYNC_CACHE_DIR", None)
