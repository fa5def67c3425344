"""A world for one command line: streams that remember, an environment of its own, commands that are functions."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

from pybuildsync.cli.main import World, load, main
from pybuildsync.commands.results import Result


class Terminal(StringIO):
    """A stream that somebody sits in front of."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say so."""
        return True


class ClosedPipe(StringIO):
    """A stream whose reader has gone."""

    def write(self, _text: str, /) -> int:
        """Fail as a pipe does."""
        raise BrokenPipeError

    def fileno(self) -> int:
        """Have no descriptor."""
        raise OSError


@dataclass(frozen=True, slots=True)
class Said:
    """What a command line said."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Runner:
    """A command that gives *result*, or raises it, and keeps the options it was given."""

    result: Result | BaseException
    tells: tuple[object, ...] = ()
    options: list[object] = field(default_factory=list)

    def __call__(self, options: object, story: object, **_extra: object) -> Result:
        """Be the command."""
        self.options.append(options)
        for event in self.tells:
            story.tell(event)  # type: ignore[attr-defined]  # a fake takes any story
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


def say(
    argv: Sequence[str],
    runner: Callable[..., Result] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    stdin: str = "",
    stdout: StringIO | None = None,
    stderr: StringIO | None = None,
) -> Said:
    """Run *argv*, with *runner* in the place of every command, and return what it said."""
    out, err = stdout or StringIO(), stderr or StringIO()
    world = World(
        stdin=StringIO(stdin),
        stdout=out,
        stderr=err,
        environ={"HOME": "/dev/null", "PIP_CONFIG_FILE": os.devnull, **(environ or {})},
        load=load if runner is None else lambda _words: runner,
    )
    status = main(argv, world)
    return Said(status, out.getvalue(), err.getvalue())
