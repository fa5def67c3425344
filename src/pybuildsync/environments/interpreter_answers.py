"""What an interpreter says of itself: it is asked in one process of its own, which runs ``interpreter_probe``.

Imported only where an interpreter isn't known yet. Never changes anything.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from pybuildsync.environments.configuration import ELSEWHERE
from pybuildsync.environments.interpreter_discovery import OLDEST, refuse

_TIMEOUT = 60.0  # seconds; a cold network disk is slow, a hung wrapper script is endless
_NOT_FOUND = 127  # a shell's: so a version manager's shim ends where no interpreter is switched on
_PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "interpreter_probe.py")


def ask(base: str, packaging: str) -> dict[str, Any]:
    """Return the facts of the executable *base*, of built-in types; *packaging* is the folder of that package.

    ``executable``, ``prefix``, ``base_prefix``; what makes a :class:`~pybuildsync.core.targets.Target`; ``release`` as
    in (3, 11, 7); paths as in :class:`~pybuildsync.environments.interpreters.Interpreter`, ``venv_paths`` those of its
    virtual environments; ``managed`` is the message of PEP 668, from the file ``managed_path``.

    Raises:
        EnvironmentFault: it can't be run, is older than 3.8, or no Python.

    """
    try:
        run = subprocess.run(
            [base, "-I", "-S", "-B", _PROBE, packaging],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT, check=False,
        )  # fmt: skip
        facts: dict[str, Any] = json.loads(run.stdout) if run.returncode == 0 else {}
    except OSError as error:
        refuse(base, f"it does not run: {error.strerror or error}")
    except subprocess.TimeoutExpired:
        refuse(base, f"it does not answer within {_TIMEOUT:.0f} s")
    except ValueError:
        refuse(base, "it prints something else than a Python would")
    if not facts:
        words = run.stderr.decode("utf-8", "replace").strip()
        refuse(base, words if words and run.returncode == _NOT_FOUND else _why_not(base, words))
    version = tuple(facts["version"])
    if version[:2] < OLDEST:
        refuse(base, f"it is Python {facts['full_version']}; 3.8 is the oldest that is supported")
    if facts["tags"] is None:
        from pybuildsync.environments.interpreter_tags import tags_from_facts

        facts["tags"] = tags_from_facts(facts)
    return {
        "executable": facts["executable"],
        "prefix": facts["prefix"],
        "base_prefix": facts["base_prefix"],
        "implementation": facts["implementation"],
        "release": version,
        "version": "{}.{}".format(*version),
        "full_version": facts["full_version"],
        "tags": tuple(facts["tags"]),
        "markers": tuple(sorted(facts["markers"].items())),
        "paths": tuple(sorted({**facts["paths"], "headers": facts["paths"]["include"]}.items())),
        "venv_paths": tuple(sorted({**facts["venv_paths"], "headers": _venv_headers(version)}.items())),
        "prefix_paths": tuple(sorted({**facts["prefix_paths"], "headers": facts["prefix_paths"]["include"]}.items())),
        "user_paths": tuple(sorted(_user_paths(facts).items())),
        "site_packages": tuple(facts["site_packages"]),
        "managed": facts["managed"],
        "managed_path": facts["managed_path"],
    }


def _venv_headers(version: tuple[int, ...]) -> str:
    # sysconfig would have a venv's headers in the base interpreter's folder; pip's rule keeps them inside.
    return os.path.join(ELSEWHERE, "include", "site", "python{}.{}".format(*version))


def _user_paths(facts: Mapping[str, Any]) -> dict[str, str]:
    more = {"headers": facts["user_paths"]["include"]}
    if facts["framework"]:
        more["framework"] = facts["framework"]
    return {**facts["user_paths"], **more}


def _why_not(base: str, stderr: str) -> str:
    """Return why the probe failed: a Python too old to know its options, or its own last words."""
    try:
        run = subprocess.run(
            [base, "-c", "import sys; sys.stdout.write('%d.%d.%d' % sys.version_info[:3])"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return stderr
    version = run.stdout.split(".")
    if run.returncode == 0 and len(version) == 3 and all(part.isdigit() for part in version):  # noqa: PLR2004
        if tuple(map(int, version[:2])) < OLDEST:
            return f"it is Python {run.stdout}; 3.8 is the oldest that is supported"
        return f"Python {run.stdout} failed when asked what it is:\n{stderr}"
    return stderr or "it ended without a word"
