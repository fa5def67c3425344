"""The entry point of ``pybuildsync`` and ``python -m pybuildsync``.

Answers what needs next to nothing before anything is imported: the version, an ``install`` that finds nothing to do or
does again what was done before, another ``venv``. ``pybuildsync pip install`` is ``pybuildsync install``.
"""

import gc
import sys


def run() -> int:
    """Be the process: run the command line and return the exit status, and let nobody look for circles of objects.

    Looking for them takes a sixth of the time that a resolution takes (half of that while the interpreter ends), and
    what a command leaves in circles is small beside what it needs.
    """
    gc.disable()
    fill_streams()
    status = main()
    gc.freeze()
    return status


def fill_streams() -> None:
    """Give the process a stream that leads nowhere for each that it was started without (``>&-``; ``pythonw``).

    In the order of their descriptors: each is the lowest that is free, so no file that is opened later, and may be
    written to by a build's processes, gets it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            import os

            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 - open until the process ends
            os.set_inheritable(stream.fileno(), True)  # noqa: FBT003 - os takes it by position only
            setattr(sys, name, stream)


def main() -> int:
    """Run the command line and return the exit status."""
    arguments = sys.argv[1:]
    given = arguments
    if arguments[:1] == ["pip"]:
        arguments = arguments[1:]
    text, told = None, ""
    if arguments in (["--version"], ["-V"]):
        from pybuildsync import __version__

        text = f"pybuildsync {__version__}\n"
    elif arguments[:1] == ["install"]:
        from pybuildsync.cli.fast import answer

        text = answer(arguments)
        if text is None:
            from pybuildsync.cli.fast_install import repeat

            try:
                text = repeat(arguments)
            except KeyboardInterrupt as interrupt:
                from pybuildsync.cli.failures import INTERRUPTED, describe_interrupt

                sys.stderr.write(describe_interrupt(interrupt))
                return INTERRUPTED
    elif arguments[:1] == ["venv"]:
        from pybuildsync.cli.fast_venv import make

        text, told = make(arguments) or (None, "")
    if text is not None:
        try:
            sys.stderr.write(told)
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            from pybuildsync.cli.main import not_printed

            return not_printed(error, f"{arguments[0]} was done" if arguments[0] in ("install", "venv") else "")
        return 0
    from pybuildsync.cli.main import main as run_command

    return run_command(given)


if __name__ == "__main__":
    sys.exit(run())
