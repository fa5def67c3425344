"""A command ``keyring`` for tests: it knows what it is given, and writes down what it is asked."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

_COMMAND = """#!{python}
import json, sys
with open({log!r}, "a") as log:
    print(*sys.argv[1:], file=log)
words = sys.argv[1:]
known = {known!r}
if {old!r} and words[0].startswith("--mode"):
    sys.stderr.write("keyring: error: unrecognized arguments: --mode=creds --output=json\\n")
    sys.exit(2)
service, *user = words[words.index("get") + 1:]
if service not in known or user not in ([], [known[service][0]]):
    sys.exit(1)
if {noise!r}:
    print({noise!r})
elif words[0] == "get":
    print(known[service][1])
else:
    print(json.dumps(dict(zip(("username", "password"), known[service]))))
"""


@dataclass(frozen=True, slots=True)
class Command:
    """The command: the folder that it lies in, and its log."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """The variables with which it is found."""
        return {"PATH": str(self.folder)}

    def asked(self) -> list[str]:
        """Return the words of each call."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


def make_command(folder: Path, known: dict[str, tuple[str, str]], *, old: bool = False, noise: str = "") -> Command:
    """Return a command that knows the user and password of each service in *known*.

    An *old* one is from before 25.2; one that makes *noise* prints that instead of an answer.
    """
    folder.mkdir()
    text = _COMMAND.format(python=sys.executable, log=str(folder / "log"), known=known, old=old, noise=noise)
    path = folder / "keyring"
    path.write_text(text)
    path.chmod(0o755)
    return Command(folder)


def make_package(folder: Path, known: dict[str, tuple[str, str]]) -> Path:
    """Return a folder to import a package ``keyring`` from that knows *known*."""
    folder.mkdir()
    (folder / "keyring.py").write_text(
        "import json, types\n"
        f"KNOWN = json.loads({json.dumps(known)!r})\n"
        "def get_credential(service, username):\n"
        "    found = KNOWN.get(service)\n"
        "    return types.SimpleNamespace(username=found[0], password=found[1]) if found else None\n"
    )
    return folder
