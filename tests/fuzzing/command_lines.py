"""Command lines: words (a line each), and variables of the environment among them."""

from fuzzing.law import Family
from pybuildsync.cli.arguments import read_arguments
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.values import understand
from pybuildsync.cli.words import HelpAsked, read_line

_FLAGS = sorted({flag for command in COMMANDS for option in command.options for flag in (*option.flags, *option.off)})
_VALUES = (
    "1", "0", "-1", "2024-01-01", "P3D", "latest", "a=b", "a:b=c", ":all:", ":none:", "3.8", "cp311", "manylinux_2_17",
    "h.example:80", "https://h.example/", "./x", "~", "off", "PIP_TIMEOUT=5", "PYBUILDSYNC_JOBS=x", "COLUMNS=40",
)  # fmt: skip


def read_words(data: bytes, folder: str) -> object:
    """Read a command line; words like ``PIP_X=Y`` in front are variables."""
    import os

    words = [os.fsdecode(word) for word in data.replace(b"\0", b"").split(b"\n")][:30]
    environ = {"HOME": folder, "PIP_CONFIG_FILE": "/dev/null"}
    while words and words[0].partition("=")[0].isupper() and "=" in words[0]:
        name, _, environ_value = words.pop(0).partition("=")
        environ[name] = environ_value
    here = os.getcwd()
    os.chdir(folder)
    try:
        line = read_line(words)
        return understand(line or read_arguments(words), environ)
    except HelpAsked as asked:
        return asked.text
    finally:
        os.chdir(here)


def _line(*words: str) -> bytes:
    return "\n".join(words).encode()


FAMILIES = (
    Family(
        "command_lines",
        read_words,
        (
            _line("install", "a==1", "-r", "r.txt", "-U", "--no-binary", ":all:", "--match", "a:b=exact"),
            _line(
                "PIP_NO_BINARY=:all:", "PYBUILDSYNC_VERBOSE=2", "install", "-e", ".", "-C", "k=v", "--build-time=latest"
            ),
            _line("uninstall", "-y", "a"),
            _line("list", "--format", "json"),
            _line("config", "set", "global.index-url", "https://h.example/"),
            _line("venv", "--python", "3.8", ".venv"),
            _line("wheel", "-w", "out", "a", "--uploaded-prior-to", "P3D"),
            _line("COLUMNS=40", "install", "--help"),
        ),
        tuple(f"\n{word}".encode() for word in (*_FLAGS, *_VALUES))
        + tuple(f"\n{' '.join(command.words)}".replace(" ", "\n").encode() for command in COMMANDS)
        + (b"=", b"-", b"--"),
    ),
)
