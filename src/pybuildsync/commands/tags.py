"""What ``--platform``, ``--python-version``, ``--implementation`` and ``--abi`` say wheels are taken for."""

import re

from pybuildsync.commands.options import TagOptions
from pybuildsync.core.targets import Target
from pybuildsync.environments.other_tags import other_target
from pybuildsync.errors import UsageError

_MOST = 3  # numbers of a version
_NUMBER = re.compile(r"[0-9]{1,3}\Z")  # of a larger one all tags below it would take minutes


def wheels_for(tags: TagOptions, target: Target) -> Target | None:
    """Return what wheels must fit if they are not for the interpreter of *target*, else None.

    Raises:
        UsageError: the version is none.

    """
    if tags == TagOptions():
        return None
    return other_target(
        target,
        platforms=tags.platforms,
        version=python_version(tags.python_version),
        implementation=tags.implementation,
        abis=tags.abis,
    )


def python_version(text: str) -> tuple[int, ...]:
    """Return the numbers of "3", "312", "3.12" or "3.12.1" as pip reads them, () for "".

    Raises:
        UsageError: it is no version.

    """
    parts = text.split(".") if text else []
    if len(parts) == 1 and len(text) > 1:
        parts = [text[0], text[1:]]
    if len(parts) > _MOST or not all(_NUMBER.match(part) for part in parts):
        raise UsageError(
            f"--python-version: {text!r} is not a version of Python", hint="write it as 3, 312, 3.12 or 3.12.1"
        )
    return tuple(map(int, parts))
