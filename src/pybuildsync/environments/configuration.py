"""What makes an interpreter what it is besides its executable: ``pyvenv.cfg`` (PEP 405), the kernel, the C library.

Built-ins and ``os`` only, as the first stage of ``install`` looks at it. Never changes anything.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ELSEWHERE = "<venv>"  # in a path: the folder of an environment that is still to be named; as in interpreter_probe


def read_configuration(executable: str) -> tuple[str, dict[str, str] | None]:
    """Return the environment's folder and its ``pyvenv.cfg`` (PEP 405: beside the executable, or one folder up)."""
    folder = os.path.dirname(executable)
    for candidate in (folder, os.path.dirname(folder)):
        try:
            with open(os.path.join(candidate, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            continue
        pairs = (line.partition("=") for line in lines if "=" in line)
        config = {key.strip().lower(): value.strip() for key, _, value in pairs}
        if "home" in config:
            return candidate, config
    return "", None


def sees_system_packages(config: "Mapping[str, str]") -> bool:
    """Whether an environment with the ``pyvenv.cfg`` *config* imports its interpreter's packages as well.

    It does unless it says otherwise, as the standard library's ``site`` reads it.
    """
    return config.get("include-system-site-packages", "true").lower() == "true"


def machine() -> str:
    """Return what marker values and manylinux tags depend on besides the interpreter: kernel and C library."""
    if sys.platform == "win32":
        return str(sys.getwindowsversion()[:3])
    system, _, release, version, hardware = os.uname()
    try:
        library = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):  # not the GNU C library
        library = ""
    return f"{system}|{release}|{version}|{hardware}|{library}"
