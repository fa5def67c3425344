"""The entry point of ``pybuildsync`` and ``python -m pybuildsync``.

Answers what needs nothing at all before anything is imported: the version, and an ``install`` that finds nothing to do.
"""

import sys


def main() -> int:
    """Run the command line and return the exit status."""
    arguments = sys.argv[1:]
    text = None
    if arguments in (["--version"], ["-V"]):
        from pybuildsync import __version__

        text = f"pybuildsync {__version__}\n"
    elif arguments[:1] == ["install"]:
        from pybuildsync.cli.fast import answer

        text = answer(arguments)
    if text is not None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            pass  # nobody reads: the long way knows how to end quietly
        else:
            return 0
    from pybuildsync.cli.main import main as run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
