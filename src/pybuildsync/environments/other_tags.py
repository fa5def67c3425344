"""Targets with the wheel tags of another Python: what ``--platform``, ``--python-version`` and the like ask for.

As with pip they say which wheels fit and which ``Requires-Python`` does; markers stay those of the interpreter. The
tags are ``packaging``'s (PEP 425), which takes every fact as an argument; what isn't given is read off the tags of the
interpreter, which needn't be the one that runs us. Never runs anything.
"""

import re
from collections.abc import Iterable

from pybuildsync.core.targets import Target

_APPLE = re.compile(r"(.+?)_(\d{1,3})_(\d{1,3})_(.+)\Z")
_ANDROID = re.compile(r"android_(\d{1,3})_(.+)\Z")
# A manylinux platform by name -> what else runs there (PEP 599, PEP 571); numbered ones are as given.
_OLDER = {
    "manylinux2014_x86_64": ("manylinux2010_x86_64", "manylinux1_x86_64"),
    "manylinux2014_i686": ("manylinux2010_i686", "manylinux1_i686"),
    "manylinux2010_x86_64": ("manylinux1_x86_64",),
    "manylinux2010_i686": ("manylinux1_i686",),
}


def other_target(
    target: Target,
    *,
    platforms: Iterable[str] = (),
    version: tuple[int, ...] = (),
    implementation: str = "",
    abis: Iterable[str] = (),
) -> Target:
    """Return *target* with other tags and another version; what is empty stays the interpreter's.

    *version* has one to three numbers, missing ones count as 0. *implementation* is a tag such as "cp" or "py".
    """
    from packaging import tags

    given = list(dict.fromkeys(each for platform in platforms for each in _expanded(platform)))
    places = given or list(dict.fromkeys(t.rpartition("-")[2] for t in target.tags if not t.endswith("-any")))
    short = re.match("[a-z]+", target.tags[0])
    own = short[0] if short else ""
    numbers = version[:2] or tuple(map(int, target.version.split(".")))
    digits = "".join(map(str, numbers))
    name = implementation or own
    wanted = list(abis)
    if name == "cp":
        specific = tags.cpython_tags(numbers, wanted or _cpython_abis(target, numbers), places)
    else:
        specific = tags.generic_tags(f"{name}{digits}", wanted or [target.tags[0].split("-")[1]], places)
    compatible = tags.compatible_tags(numbers, f"{name}{digits}", places)
    full = ".".join(map(str, (*version, 0, 0)[:3])) if version else target.full_version
    return target._replace(
        version=".".join(map(str, numbers)),
        full_version=full,
        tags=tuple(dict.fromkeys(str(tag) for tag in (*specific, *compatible))),
    )


def _expanded(platform: str) -> tuple[str, ...]:
    """Return all platforms whose wheels run on *platform*, best first, as pip reads it."""
    from packaging import tags

    found = _APPLE.match(platform) if platform.startswith(("macosx", "ios")) else None
    if found is not None:
        system, major, minor, rest = found.groups()
        release = (int(major), int(minor))
        if platform.startswith("ios"):
            return tuple(each.replace("ios", system, 1) for each in tags.ios_platforms(release, rest))
        return tuple(each.replace("macosx", system, 1) for each in tags.mac_platforms(release, rest))
    found = _ANDROID.match(platform)
    if found is not None:
        return tuple(tags.android_platforms(int(found[1]), found[2]))
    return (platform, *_OLDER.get(platform, ()))


def _cpython_abis(target: Target, numbers: tuple[int, ...]) -> list[str]:
    """Return the ABIs of CPython *numbers* built as the interpreter is: free-threaded, with debugging."""
    if len(numbers) == 1:
        return []
    digits = "".join(map(str, numbers))
    interpreter, abi, _ = target.tags[0].split("-")
    flags = abi.removeprefix(interpreter) if interpreter.startswith("cp") else ""
    threading = "t" if "t" in flags and numbers >= (3, 13) else ""
    debug = "d" if "d" in flags else ""
    if numbers < (3, 8):
        return [f"cp{digits}{debug}m{'u' if numbers < (3, 3) else ''}"]
    return [f"cp{digits}{threading}{debug}", *([f"cp{digits}{threading}"] if debug else [])]
