"""An in-tree build backend that does what ``recipe.json`` beside it says; the wheel tells what it was built with.

Fields of a recipe: ``name``, ``version``; ``requires``: Requires-Dist as it stands; ``bakes``: NAME to text, in which
``{}`` becomes the version of NAME in the build environment; ``prepared``: Requires-Dist of prepared metadata instead;
``asks``: what get_requires_for_build_wheel answers; ``breaks``: {NAME: VERSION}, the build fails with that version or a
later one; ``wheel_breaks``: the same, though metadata can be prepared; ``files``: more files of the wheel; ``copies``:
{PATH: file of the tree}; ``tag``: of the wheel's file name.
An editable wheel has a path file, and its module lies in the tree.
"""
# ruff: noqa: ARG001, the standard names the parameters

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import zipfile
from importlib.metadata import distributions

_WHEEL = "Wheel-Version: 1.0\nGenerator: baker\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipe.json"), encoding="utf-8") as _stream:
    RECIPE = json.load(_stream)


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _present() -> dict[str, str]:
    return {each.metadata["Name"]: each.version for each in distributions()}


def _metadata(*, prepared: bool) -> str:
    present = _present()
    requires = list(RECIPE.get("requires", ()))
    requires += [name + text.format(present[name]) for name, text in sorted(RECIPE.get("bakes", {}).items())]
    if prepared:
        requires = RECIPE.get("prepared", requires)
    head = f"Metadata-Version: 2.1\nName: {RECIPE['name']}\nVersion: {RECIPE['version']}\n"
    for extra in sorted({found for text in requires for found in re.findall("extra == ['\"]([^'\"]+)", text)}):
        head += f"Provides-Extra: {extra}\n"
    return head + "".join(f"Requires-Dist: {requirement}\n" for requirement in requires) + "\n"


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def _check(*fields: str) -> None:
    present = _present()
    for name, version in [pair for field in ("breaks", *fields) for pair in RECIPE.get(field, {}).items()]:
        if _number(present[name]) >= _number(version):
            raise SystemExit(f"{name} {present[name]} is too new for this source")


def _dist_info() -> str:
    return f"{RECIPE['name'].replace('-', '_')}-{RECIPE['version']}.dist-info"


def get_requires_for_build_wheel(config_settings: object = None) -> list[str]:
    """Ask for what the recipe asks."""
    return list(RECIPE.get("asks", ()))


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: object = None) -> str:
    """Write METADATA and nothing else."""
    _check()
    os.mkdir(os.path.join(metadata_directory, _dist_info()))
    with open(os.path.join(metadata_directory, _dist_info(), "METADATA"), "w", encoding="utf-8") as stream:
        stream.write(_metadata(prepared=True))
    return _dist_info()


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None) -> str:
    """Build the wheel: one module that says what it was built with, and what the recipe adds."""
    _check("wheel_breaks")
    return _write(wheel_directory, {_module(): _module_text(config_settings)})


def get_requires_for_build_editable(config_settings: object = None) -> list[str]:
    """Ask for what the recipe asks."""
    return get_requires_for_build_wheel(config_settings)


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: object = None) -> str:
    """Write METADATA and nothing else."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def build_editable(wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None) -> str:
    """Build a wheel that leads to the tree, in which the module is."""
    _check()
    with open(_module(), "w", encoding="utf-8") as stream:
        stream.write(_module_text(config_settings))
    return _write(wheel_directory, {f"__editable__.{RECIPE['name']}.pth": os.getcwd() + "\n"})


def _module() -> str:
    return f"{RECIPE['name'].replace('-', '_')}.py"


def _module_text(config_settings: object) -> str:
    told = {
        "BUILT_WITH": _present(),
        "SETTINGS": config_settings,
        "CFLAGS": os.environ.get("CFLAGS", ""),
    }
    return "".join(f"{key} = {told[key]!r}\n" for key in sorted(told))


def _write(wheel_directory: str, members: dict[str, str]) -> str:
    members.update(RECIPE.get("files", {}))
    members[f"{_dist_info()}/METADATA"] = _metadata(prepared=False)
    members[f"{_dist_info()}/WHEEL"] = _WHEEL
    contents = {path: text.encode() for path, text in members.items()}
    for path, source in RECIPE.get("copies", {}).items():
        with open(source, "rb") as stream:
            contents[path] = stream.read()
    record = f"{_dist_info()}/RECORD"
    rows = [f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in contents.items()]
    contents[record] = "".join([*rows, f"{record},,\n"]).encode()
    name = f"{_dist_info()[: -len('.dist-info')]}-{RECIPE.get('tag', 'py3-none-any')}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return name
