"""Where a user's own packages are (PEP 370), as the standard library's ``site`` has it.

Reads the environment variables it is given and the process's own rights; never looks into a folder.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def user_base(environ: "Mapping[str, str]", framework: str, version: str, system: str = sys.platform) -> str:
    """Return ``site.USER_BASE`` of a Python of *version* ("3.11") on *system*, for the user that *environ* tells of.

    *framework* is the name of the macOS framework that this Python is in, or "".
    """
    named = environ.get("PYTHONUSERBASE", "")
    if named:
        return os.path.abspath(named)
    home = environ.get("HOME") or os.path.expanduser("~")
    if system == "win32":
        return os.path.join(environ.get("APPDATA") or os.path.expanduser("~"), "Python")
    return os.path.join(home, "Library", framework, version) if framework else os.path.join(home, ".local")


def is_disguised() -> bool:
    """Tell whether the process has another user's rights: such a one doesn't import what its user may write."""
    return sys.platform != "win32" and (os.geteuid(), os.getegid()) != (os.getuid(), os.getgid())
