"""One measurement after the other, and the processes that serve them."""

import contextlib
import marshal
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

LONGEST = 600.0  # seconds for one command
KEPT = ("PATH", "LANG", "TMPDIR", "TEMP", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run took: seconds of wall and processor time (with children), the largest process in kB."""

    wall: float
    cpu: float
    memory: int


class CommandFailed(Exception):
    """A command that was to be measured did not exit with 0."""


def neutral_environment(home: str) -> dict[str, str]:
    """Return the variables for everything measured: nobody's configuration, an empty home."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    return environment | {
        "HOME": home,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "NO_COLOR": "1",
    }


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Runs commands through the small process of spawner.py."""

    orders: IO[bytes]
    answers: IO[bytes]
    environment: Mapping[str, str]
    folder: str

    def run(self, command: Sequence[str]) -> Sample:
        """Run and measure one command. Raises CommandFailed, with the end of its output."""
        log = os.path.join(self.folder, "output.txt")
        marshal.dump((list(command), dict(self.environment), self.folder, log, LONGEST), self.orders)
        self.orders.flush()
        status, wall, cpu, memory = marshal.load(self.answers)
        if status:
            with open(log, encoding="utf-8", errors="replace") as file:
                tail = "".join(file.readlines()[-25:])
            raise CommandFailed(f"exit status {status}: {' '.join(command)[:400]}\n{tail}")
        return Sample(wall, cpu, memory)


@contextlib.contextmanager
def stopwatch(folder: str) -> Iterator[Stopwatch]:
    """Give a stopwatch that keeps its things in *folder*."""
    home = os.path.join(folder, "home")
    os.makedirs(home, exist_ok=True)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spawner.py")
    with subprocess.Popen(
        [sys.executable, "-I", "-S", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        yield Stopwatch(process.stdin, process.stdout, neutral_environment(home), folder)
        process.stdin.close()


@contextlib.contextmanager
def loopback_index(recording: str, registry: str, log: str) -> Iterator[str]:
    """Serve a recording and give the address of its index; with a *registry* what is missing is recorded."""
    command = [sys.executable, "-m", "integration.bench.server", recording]
    environment = {**os.environ, "BENCH_REGISTRY": registry}  # may hold credentials: nothing for a command line
    with (
        open(log, "wb") as misses,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=misses, env=environment
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/simple/"
        process.stdin.close()
