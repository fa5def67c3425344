"""The script that asks an interpreter what it is; it runs inside that interpreter and prints one JSON object.

``PYTHON -I -S -B interpreter_probe.py FOLDER`` where FOLDER is the ``packaging`` package beside this project. Written
for Python 3.8 and later, with the standard library alone. It never imports the ``site`` of the environment it runs in,
so that no ``.pth`` file runs, and never touches ``sys.path``.

Tags are what ``packaging.tags.sys_tags()`` gives here: libc, ABI and platform are facts of this process. Where
``packaging`` doesn't load, in a Python older than it supports, ``tags`` is null and ``interpreter_tags`` takes over.
Marker values are those of PEP 508. Paths come from ``sysconfig``: as they are, and as they would be in a virtual
environment (PEP 405), below another prefix, and for one user, with ``VENV`` where that folder goes. ``managed`` is the
message of PEP 668.
"""

import json
import os
import platform
import site
import sys
import sysconfig

VENV = "<venv>"
BASES = ("base", "installed_base", "platbase", "installed_platbase", "prefix", "exec_prefix", "userbase")


def main(packaging: str) -> None:
    """Print the facts."""
    # Python 3.8 and 3.9 have it under the private name only.
    default_scheme = getattr(sysconfig, "get_default_scheme", None) or sysconfig._get_default_scheme  # type: ignore[attr-defined]  # noqa: SLF001
    scheme = default_scheme()
    # Debian's scheme is for its own interpreter; venvs have the plain one, which got a name in 3.11.
    venv_scheme = "venv" if "venv" in sysconfig.get_scheme_names() else scheme.replace("posix_local", "posix_prefix")
    paths = sysconfig.get_paths(scheme)
    marker = os.path.join(paths["stdlib"], "EXTERNALLY-MANAGED")
    facts = {
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "implementation": sys.implementation.name,
        "full_version": platform.python_version(),
        "version": list(sys.version_info[:3]),
        "paths": paths,
        "venv_paths": sysconfig.get_paths(venv_scheme, {"base": VENV, "platbase": VENV}),
        "prefix_paths": sysconfig.get_paths(prefix_scheme(scheme), dict.fromkeys(BASES, VENV)),
        "user_paths": sysconfig.get_paths(user_scheme(), {"userbase": VENV}),
        "framework": getattr(sys, "_framework", "") if sys.platform == "darwin" else "",
        "site_packages": site.getsitepackages(),
        "managed_path": marker,
        "managed": managed_message(marker),
        "markers": markers(),
        "tags": tags(packaging),
        "platform": sysconfig.get_platform(),
        "is_64_bit": sys.maxsize > 2**32,
        "abi_flags": abi_flags(),
        "extension_suffix": sysconfig.get_config_var("EXT_SUFFIX") or "",
        "mac_version": platform.mac_ver()[0],
        "mac_machine": platform.mac_ver()[2],
    }
    sys.stdout.write(json.dumps(facts))


def prefix_scheme(scheme: str) -> str:
    """Return the scheme for another prefix, where *scheme* is the default: distributors' own are for their prefix."""
    return "posix_prefix" if scheme in ("posix_local", "osx_framework_library") else scheme


def user_scheme() -> str:
    """Return the scheme of what one user has for himself (PEP 370)."""
    if hasattr(sysconfig, "get_preferred_scheme"):
        return sysconfig.get_preferred_scheme("user")
    is_framework = sys.platform == "darwin" and getattr(sys, "_framework", "")
    return "osx_framework_user" if is_framework else os.name + "_user"


def managed_message(marker: str) -> str:
    """Return the ``Error`` text of an EXTERNALLY-MANAGED file (PEP 668), or "" where there is no such file."""
    if not os.path.exists(marker):
        return ""
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        with open(marker, encoding="utf-8") as file:
            parser.read_file(file)
        return parser.get("externally-managed", "Error")
    except (OSError, UnicodeDecodeError, configparser.Error):
        return "This environment is externally managed."


def markers() -> "dict[str, str]":
    """Return the environment that PEP 508 markers are evaluated in."""
    info = sys.implementation.version
    implementation_version = "{}.{}.{}".format(*info[:3])
    if info.releaselevel != "final":
        implementation_version += info.releaselevel[0] + str(info.serial)
    full_version = platform.python_version()
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation_version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": full_version + "local" if full_version.endswith("+") else full_version,
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def abi_flags() -> str:
    """Return "t" for a free-threaded build (PEP 703), "d" for a debug build, both or neither."""
    debug = sysconfig.get_config_var("Py_DEBUG") or hasattr(sys, "gettotalrefcount")
    return ("t" if sysconfig.get_config_var("Py_GIL_DISABLED") else "") + ("d" if debug else "")


def tags(folder: str) -> "list[str] | None":
    """Return the wheel tags, best first, as the ``packaging`` in *folder* has them; None if it doesn't load here."""
    import importlib
    import importlib.util

    name = "packaging_of_pybuildsync"  # which is not the one that may be installed here
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None:
        return None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        module = importlib.import_module(name + ".tags")
        return [str(tag) for tag in module.sys_tags()]
    except Exception:  # noqa: BLE001 - what a newer packaging does in an older Python can't be foreseen
        return None
    finally:
        for loaded in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[loaded]


if __name__ == "__main__":
    main(sys.argv[1])
