"""Wheel tags of an interpreter that the installed ``packaging`` doesn't load in, worked out from outside.

``packaging`` supports fewer old Pythons than we do. Its functions take every fact as an argument but one: which
manylinux and musllinux tags fit is asked of the running process. So those of another Linux interpreter are ours, as
long as both are for the same machine; else only the plain ``linux_*`` tag, which is right but narrow. Follows the
platform compatibility tags specification (PEP 425). Never runs anything.
"""

import sysconfig
from collections.abc import Mapping
from typing import Any


def tags_from_facts(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tags, best first, of the interpreter that gave *facts* (the keys of ``interpreter_probe``)."""
    from packaging import tags

    version = tuple(facts["version"][:2])
    digits = "".join(map(str, version))
    platforms = _platforms(facts)
    if facts["implementation"] == "cpython":
        interpreter = f"cp{digits}"
        flags = facts["abi_flags"]
        abis = [f"cp{digits}{flags}"]
        if "d" in flags:  # a debug build loads the extension modules of a normal one, too
            abis.append(f"cp{digits}{flags.replace('d', '')}")
        specific = list(tags.cpython_tags(version, abis, platforms))
        compatible = tags.compatible_tags(version, interpreter, platforms)
    else:
        short = tags.INTERPRETER_SHORT_NAMES.get(facts["implementation"], facts["implementation"])
        specific = list(tags.generic_tags(f"{short}{digits}", [_generic_abi(facts["extension_suffix"])], platforms))
        compatible = tags.compatible_tags(version, "pp3" if short == "pp" else None, platforms)
    return tuple(str(tag) for tag in (*specific, *compatible))


def _platforms(facts: Mapping[str, Any]) -> list[str]:
    from packaging import tags

    plain = facts["platform"].replace("-", "_").replace(".", "_").replace(" ", "_")
    if facts["mac_version"]:
        major, minor = (int(part) for part in f"{facts['mac_version']}.0".split(".")[:2])
        return list(tags.mac_platforms((major, minor), facts["mac_machine"]))
    if facts["platform"] == sysconfig.get_platform() and facts["is_64_bit"]:
        return list(tags.platform_tags())
    return [plain]


def _generic_abi(extension_suffix: str) -> str:
    """Return the ABI in a suffix like ``.pypy38-pp73-x86_64-linux-gnu.so``: ``pypy38_pp73``."""
    parts = extension_suffix.split(".")[1].split("-") if extension_suffix.count(".") > 1 else []
    return "_".join(parts[:2] if parts[:1] and parts[0].startswith("pypy") else parts[:1]) or "none"
