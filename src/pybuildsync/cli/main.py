"""One command line, from words to exit status.

The words become options (``words``, ``values``), the command gives a result, the result becomes text on stdout; what
happens on the way goes to stderr. Nothing below this package prints or ends the process.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import TextIOWrapper
from time import time_ns
from typing import Any, NamedTuple, Protocol, TextIO

from pybuildsync.cli import failures
from pybuildsync.cli.colors import Colors, choose_colors, is_terminal
from pybuildsync.cli.output import change_text, exit_status, render, summary
from pybuildsync.cli.values import Order, Presentation, understand
from pybuildsync.cli.words import HelpAsked, read_line
from pybuildsync.commands.options import InstallOptions, VenvOptions
from pybuildsync.commands.results import Change, InstallResult, Result, VenvResult
from pybuildsync.core.story import Event, Warned
from pybuildsync.errors import PybuildsyncError, UsageError

MODULES = {
    ("install",): "pybuildsync.commands.install",
    ("uninstall",): "pybuildsync.commands.uninstall",
    ("check",): "pybuildsync.commands.check",
    ("list",): "pybuildsync.commands.list",
    ("freeze",): "pybuildsync.commands.freeze",
    ("show",): "pybuildsync.commands.show",
    ("inspect",): "pybuildsync.commands.inspect",
    ("index", "versions"): "pybuildsync.commands.index",
    ("debug",): "pybuildsync.commands.debug",
    ("completion",): "pybuildsync.cli.completion",
    ("hash",): "pybuildsync.commands.hash",
    ("wheel",): "pybuildsync.commands.wheel",
    ("download",): "pybuildsync.commands.download",
    ("venv",): "pybuildsync.commands.venv",
    ("config", "list"): "pybuildsync.commands.config",
    ("config", "get"): "pybuildsync.commands.config",
    ("config", "set"): "pybuildsync.commands.config",
    ("config", "unset"): "pybuildsync.commands.config",
    ("config", "edit"): "pybuildsync.commands.config",
    ("config", "debug"): "pybuildsync.commands.config",
    ("cache", "dir"): "pybuildsync.commands.cache",
    ("cache", "size"): "pybuildsync.commands.cache",
    ("cache", "prune"): "pybuildsync.commands.cache",
    ("cache", "clean"): "pybuildsync.commands.cache",
    ("cache", "info"): "pybuildsync.commands.cache",
    ("cache", "list"): "pybuildsync.commands.cache",
    ("cache", "remove"): "pybuildsync.commands.cache",
    ("cache", "purge"): "pybuildsync.commands.cache",
}

# Commands that pip, too, refuses to run outside of virtual environments with --require-virtualenv.
_CHANGING = ("install", "uninstall", "wheel", "download", "lock")
_NARROWEST = 40  # columns of help
_MOST_DIGITS = 5  # of a number of them


class ClosableStory(Protocol):
    """A story with an end."""

    def tell(self, event: Event) -> None:
        """Take *event*."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


def load(words: tuple[str, ...]) -> Callable[..., Result]:
    """Return the function of the command *words*: ``run``, or ``run_dir`` for ``cache dir``."""
    from importlib import import_module

    run: Callable[..., Result] = getattr(import_module(MODULES[words]), "_".join(["run", *words[1:]]))
    return run


class World(NamedTuple):
    """What a command line meets outside: streams, environment variables, and where commands come from."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    load: Callable[[tuple[str, ...]], Callable[..., Result]] = load


def main(argv: Sequence[str], world: World | None = None) -> int:
    """Run the command line *argv* (without the program's name) and return its exit status; never raises.

    ``pip`` in front says that a script for pip is run: errors and warnings are then in pip's words.
    """
    world = world or _real_world()
    as_pip = list(argv[:1]) == ["pip"]
    argv = argv[as_pip:]
    presentation = Presentation(as_pip=as_pip or "--pip-compat" in argv)
    try:
        try:
            order = _read(argv, world)
        except HelpAsked as asked:
            return _print(asked.text, world)
        if as_pip:
            order = order._replace(presentation=order.presentation._replace(as_pip=True))
        presentation = order.presentation
        return _carry_out(argv, order, world)
    except KeyboardInterrupt as interrupt:
        _write_last(world.stderr, failures.describe_interrupt(interrupt))
        return failures.INTERRUPTED
    except BrokenPipeError:
        return _leave_pipe(world)
    except Exception as error:  # noqa: BLE001 - whatever it is, a user gets one clear text
        return _fail(_explain(error, presentation, world), presentation, world)


def _real_world() -> World:
    """Return the process's own streams and environment; what a stream can't encode is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return World(stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr, environ=os.environ)


def _read(argv: Sequence[str], world: World) -> Order:
    """Return what *argv* orders; raises HelpAsked and UsageError."""
    line = read_line(argv)
    if line is None:
        import shutil

        from pybuildsync.cli.arguments import read_arguments

        columns = world.environ.get("COLUMNS", "")
        is_number = columns.isdecimal() and len(columns) < _MOST_DIGITS
        width = int(columns) if is_number else shutil.get_terminal_size().columns
        line = read_arguments(argv, max(width - 2, _NARROWEST))
    return understand(line, world.environ)


def _carry_out(argv: Sequence[str], order: Order, world: World) -> int:
    """Run the command and print its result."""
    presentation = order.presentation
    began = time_ns()
    if presentation.log:
        _log(presentation, f"pybuildsync {_joined(argv)}")
    if order.general.require_virtualenv and order.words[0] in _CHANGING:
        from pybuildsync.commands.virtual_environments import require_virtual_environment

        require_virtual_environment(getattr(order.options, "python", ""), order.options.store)
    run = world.load(order.words)
    story = _open_story(presentation, world)
    for warning in order.warnings:
        story.tell(Warned(warning))
    extra: dict[str, Any] = {}
    if order.words == ("uninstall",):
        extra["confirm"] = _asker(order, story, world)
    try:
        result = run(order.options, story, **extra)
    finally:
        story.close()
    text = render(result, presentation, choose_colors(world.stdout, presentation.color, world.environ))
    _print(text, world, failures.work_done(order.words, result))
    if presentation.log:
        _log(presentation, render(result, presentation, Colors(on=False)))
    told = summary(result)
    if told and presentation.loudness >= 0 and is_terminal(world.stderr):
        colors = choose_colors(world.stderr, presentation.color, world.environ)
        world.stderr.write(colors.paint("dim", told) + "\n")
    if not order.warnings:  # what is to be said each time can't be answered at once
        _remember(argv, order, result, world, began=began)
    return 0 if presentation.pip_compat and isinstance(result, InstallResult) else exit_status(result)


def _log(presentation: Presentation, text: str) -> None:
    """Add *text* to the log; raises EnvironmentFault where it can't be written."""
    from pybuildsync.cli.logs import append

    append(presentation.log, text.splitlines())


def _remember(argv: Sequence[str], order: Order, result: Result, world: World, *, began: int) -> None:
    """Let the same command line be answered faster next time, if it is one that can be; *began* is when it did."""
    options, presentation = order.options, order.presentation
    if isinstance(result, InstallResult) and isinstance(options, InstallOptions):
        _remember_install(argv, options, result, presentation, world, began=began)
    plain = presentation._replace(no_input=False) == Presentation()  # nothing is asked
    if isinstance(result, VenvResult) and isinstance(options, VenvOptions) and plain:
        from pybuildsync.cli import fast_venv

        fast_venv.remember(argv, world.environ, options, result)


def _remember_install(
    argv: Sequence[str],
    options: InstallOptions,
    result: InstallResult,
    presentation: Presentation,
    world: World,
    *,
    began: int,
) -> None:
    """Let the same command line be answered at once next time, where that is sound and would look the same.

    *began* is when the command did (Unix time, ns).
    """
    asks_more = (
        options.verify or options.upgrade or options.upgrade_packages or options.force_reinstall
        or options.reinstall_packages or options.ignore_installed or options.indexes.refresh
        or options.indexes.refresh_packages or options.store.no_cache or presentation.log
    )  # fmt: skip
    if asks_more or result.dry_run or presentation.loudness > 0 or presentation.json:
        return
    from pybuildsync.cli.fast import remember, store_root
    from pybuildsync.commands.stores import store_root as root_of

    if store_root(argv, world.environ) != root_of(options.store):  # the first stages would look elsewhere
        return
    plain = Colors(on=False)
    if result.watched:
        text = render(result._replace(changes=()), presentation, plain)
        remember(argv, world.environ, result.watched, text, python=options.python, since=began)
    if result.recipe and choose_colors(world.stdout, presentation.color, world.environ) == plain:
        from pybuildsync.cli.fast_install import remember as remember_recipe

        again = tuple(change._replace(built=False) for change in result.changes)
        text = render(result._replace(changes=again), presentation, plain)
        if any(one.location in text for one in result.satisfied):  # it tells where something lies in this environment
            return
        remember_recipe(argv, world.environ, options.python, result.recipe, text, since=began)


def _open_story(presentation: Presentation, world: World) -> ClosableStory:
    """Return the story that is shown and, with ``--log``, written down."""
    story = _open_shown_story(presentation, world)
    if not presentation.log:
        return story
    from pybuildsync.cli.logs import LoggedStory

    return LoggedStory(story.tell, story.close, presentation.log)


def _open_shown_story(presentation: Presentation, world: World) -> ClosableStory:
    """Return the story that suits stderr: moving on a terminal, lines elsewhere."""
    colors = choose_colors(world.stderr, presentation.color, world.environ)
    moving = is_terminal(world.stderr) and world.environ.get("TERM") != "dumb"
    if moving and presentation.loudness >= 0 and not presentation.no_progress:
        from pybuildsync.cli.live import LiveStory

        return LiveStory(world.stderr, presentation.loudness, colors)
    from pybuildsync.cli.story import PlainStory

    return PlainStory(world.stderr, presentation.loudness, colors, as_pip=presentation.as_pip)


def _asker(order: Order, story: ClosableStory, world: World) -> Callable[[tuple[Change, ...]], bool]:
    """Return the question that ``uninstall`` asks before it removes anything."""

    def ask(changes: tuple[Change, ...]) -> bool:
        story.close()
        colors = choose_colors(world.stderr, order.presentation.color, world.environ)
        for change in changes:
            world.stderr.write(f"{colors.paint('red', '-')} {change_text(change)}\n")
        if order.presentation.no_input:
            raise UsageError("nobody may be asked whether to proceed (--no-input)", hint="say --yes as well")
        world.stderr.write("Proceed (Y/n)? ")
        world.stderr.flush()
        answer = world.stdin.readline()
        if not answer:
            world.stderr.write("\n")
            raise UsageError("nobody answers whether to proceed", hint="say --yes where nobody can be asked")
        return answer.strip().lower() in ("", "y", "yes")

    return ask


def _print(text: str, world: World, done: str = "") -> int:
    """Write the result *text* to stdout; return 0. *done* says what was done before, "" for nothing.

    Raises:
        BrokenPipeError: nobody reads it.
        EnvironmentFault: it can't be written.

    """
    try:
        world.stdout.write(text)
        world.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _forget(world.stdout)
        raise failures.unprinted(error, done) from error
    return 0


def _explain(error: Exception, presentation: Presentation, world: World) -> PybuildsyncError:
    """Return *error* as one of ours: itself, the machine's fault, or a defect of pybuildsync."""
    if isinstance(error, PybuildsyncError):
        return error
    fault = failures.from_system(error) if isinstance(error, OSError) else None
    if fault is not None:
        return fault
    from pybuildsync.store.location import default_root

    return failures.from_defect(error, default_root(world.environ), loud=presentation.verbose > 1 or presentation.debug)


def _fail(error: PybuildsyncError, presentation: Presentation, world: World) -> int:
    """Write *error*, and, with ``--json``, its data to stdout; return its exit status."""
    colors = choose_colors(world.stderr, presentation.color, world.environ)
    _write_last(world.stderr, failures.describe(error, colors, as_pip=presentation.as_pip))
    if presentation.log:
        with suppress(PybuildsyncError):
            _log(presentation, failures.describe(error, Colors(on=False), as_pip=presentation.as_pip))
    if presentation.json:
        _write_last(world.stdout, failures.as_data(error))
    return error.exit_status


def _write_last(stream: TextIO, text: str) -> None:
    """Write *text*; if nobody reads any more, there is nobody to tell."""
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        return


def _joined(argv: Sequence[str]) -> str:
    """Return *argv* as a shell would take it."""
    import shlex

    return shlex.join(argv)


def not_printed(error: OSError, done: str) -> int:
    """End where an answer could not be written, quietly where nobody reads it any more; return the exit status.

    *done* says what was done before, "" for nothing.
    """
    _forget(sys.stdout)  # before anything else touches it: to reconfigure it is to write what it has buffered
    if isinstance(error, BrokenPipeError):
        return failures.PIPE_CLOSED
    return _fail(failures.unprinted(error, done), Presentation(), _real_world())


def _leave_pipe(world: World) -> int:
    """End quietly after the reader of stdout has left."""
    _forget(world.stdout)
    return failures.PIPE_CLOSED


def _forget(stream: TextIO) -> None:
    """Let what *stream* still has buffered go nowhere, instead of complaining when the process ends."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
