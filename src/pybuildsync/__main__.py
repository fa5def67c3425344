"""The entry point of ``pybuildsync`` and ``python -m pybuildsync``."""

import sys


def main() -> int:
    """Run the command line and return the exit status."""
    from pybuildsync.cli.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
