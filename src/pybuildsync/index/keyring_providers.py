"""The user's keyring: asked when a server wants to know who asks, and neither an address nor netrc has satisfied it.

As pip asks it: by the package ``keyring`` beside us ("import"), by the command ``keyring`` on ``PATH`` ("subprocess"),
or by the first of these that is there ("auto"). What is told is for the server that it is asked for and no other;
nothing here prints or keeps it.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from pybuildsync.core.story import Story, Warned
from pybuildsync.errors import PybuildsyncError, without_credentials
from pybuildsync.index.addresses import Credentials, split_credentials, split_url
from pybuildsync.index.credentials import nearest

Ask: TypeAlias = Callable[[str, str], Credentials | None]
"""Takes what a keyring calls a service, and a user or ""; returns user and password, or None."""

_USAGE = 2  # exit status of a command that doesn't know an option


class TooOldError(PybuildsyncError):
    """The command ``keyring`` can't be asked without a user's name."""


def load_package() -> Any:  # noqa: ANN401 - a package that may not be there
    """Import ``keyring``."""
    from importlib import import_module

    return import_module("keyring")


class KeyringAsker:
    """Asks the keyring that *provider* names, once for each service; safe in threads.

    *indexes* are the addresses of the settings; *environ* has the way to the command and is its environment; *story* is
    told where asking fails; *load* imports the package.
    """

    def __init__(
        self,
        provider: str,
        indexes: Iterable[str],
        environ: Mapping[str, str],
        story: Story,
        load: Callable[[], Any] = load_package,
    ) -> None:
        self._provider = provider
        self._indexes = tuple(_ended(split_credentials(index)[0]) for index in indexes)
        self._environ = environ
        self._story = story
        self._load = load
        self._lock = threading.Lock()
        self._told: dict[str, Credentials | None] = {}
        self._ask: Ask | None = None
        self._is_off = provider == "disabled"

    def find(self, url: str, index: str) -> Credentials | None:
        """Return what was told for the server of *url*, which stands in a listing of *index* ("" for none)."""
        return self._told.get(self._services(url, index)[0])

    def ask(self, url: str, index: str, user: str) -> Credentials | None:
        """Return the credentials for the server of *url*, as for :meth:`find`; *user* is "" if nobody is named.

        The index is asked for by its address, the nearest of several on that server, then the server by its name.
        """
        services = self._services(url, index)
        with self._lock:  # a keyring may ask the user: once
            if services[0] not in self._told:
                found = (self._ask_for(service, user) for service in services)
                self._told[services[0]] = next(filter(None, found), None)
            return self._told[services[0]]

    def _services(self, url: str, index: str) -> tuple[str, ...]:
        server = split_url(split_credentials(url)[0])[1]
        own = nearest(self._indexes, url, index)
        return (own, server) if own else (server,)

    def _ask_for(self, service: str, user: str) -> Credentials | None:
        if self._is_off:
            return None
        try:
            if self._ask is None:
                self._ask = self._choose()
            return self._ask(service, user)
        except Exception as error:  # noqa: BLE001 - backends are anybody's
            self._give_up(f"the keyring isn't asked: {_first_line(error)}")
            return None

    def _choose(self) -> Ask:
        """Return the way to ask that is there; with none, one that knows nothing."""
        if self._provider != "subprocess":
            try:
                package = self._load()
            except ImportError:
                if self._provider == "import":
                    self._give_up("the keyring isn't asked: there is no package keyring beside pybuildsync")
            except Exception as error:  # noqa: BLE001 - as above
                self._story.tell(Warned(f"the package keyring can't be used: {_first_line(error)}"))
            else:
                return _by_package(package)
        if self._provider != "import":
            import shutil

            command = shutil.which("keyring", path=self._environ.get("PATH", ""))
            if command:
                return _by_command(command, self._environ)
            if self._provider == "subprocess":
                self._give_up("the keyring isn't asked: there is no command keyring on PATH")
        self._is_off = True
        return _nobody

    def _give_up(self, text: str) -> None:
        self._is_off = True
        self._story.tell(Warned(text))


def _nobody(_service: str, _user: str) -> None:
    return None


def _by_package(package: Any) -> Ask:  # noqa: ANN401 - a package that may not be there
    def ask(service: str, user: str) -> Credentials | None:
        if hasattr(package, "get_credential"):  # since 15.2
            found = package.get_credential(service, user or None)
            return (str(found.username), str(found.password)) if found is not None else None
        password = package.get_password(service, user) if user else None
        return (user, str(password)) if password else None

    return ask


def _by_command(command: str, environ: Mapping[str, str]) -> Ask:
    import subprocess

    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [command, *words],
            stdin=subprocess.DEVNULL, capture_output=True, check=False, env={**environ, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")

    def ask(service: str, user: str) -> Credentials | None:
        named = (user,) if user else ()
        status, out, errors = run("--mode=creds", "--output=json", "get", service, *named)
        if status == _USAGE and "--mode=creds" in errors:  # before 25.2
            if not user:
                raise TooOldError("its command is too old to be asked without a user's name; 25.2.1 can")
            status, out, _ = run("get", service, user)
            return (user, out.rstrip("\r\n")) if status == 0 else None
        if status:
            return None
        import json

        found = json.loads(out)
        return str(found["username"]), str(found["password"])

    return ask


def _ended(index: str) -> str:
    return index.rstrip("/") + "/"


def _first_line(error: Exception) -> str:
    name = "" if isinstance(error, PybuildsyncError) else f"{type(error).__name__}: "
    return without_credentials(f"{name}{error}".partition("\n")[0])
