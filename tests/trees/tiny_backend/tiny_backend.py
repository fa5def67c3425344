"""A build backend in one file: the tree's METADATA becomes the wheel's, the modules in ``src`` go in as they are."""
# ruff: noqa: ARG001, the standard names the parameters

from __future__ import annotations

import os
import shutil
import zipfile

print("tiny_backend is imported")  # noqa: T201  # goes to the log: how often tells who imports it

_WHEEL = "Wheel-Version: 1.0\nGenerator: tiny\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def read_metadata() -> str:
    """Return the tree's METADATA."""
    with open("METADATA", encoding="utf-8") as stream:
        return stream.read()


def stem(metadata: str) -> str:
    """Return ``name-version`` as in file names."""
    fields = dict(line.split(": ", 1) for line in metadata.splitlines() if ": " in line)
    return f"{fields['Name'].replace('-', '_')}-{fields['Version']}"


def write_wheel(wheel_directory: str, metadata: str) -> str:
    """Write a wheel with *metadata* and return its file name."""
    name = f"{stem(metadata)}-py3-none-any.whl"
    dist_info = f"{stem(metadata)}.dist-info"
    members = {f"{dist_info}/METADATA": metadata, f"{dist_info}/WHEEL": _WHEEL}
    for module in sorted(os.listdir("src")) if os.path.isdir("src") else ():
        with open(os.path.join("src", module), encoding="utf-8") as stream:
            members[module] = stream.read()
    members[f"{dist_info}/RECORD"] = "".join(f"{member},,\n" for member in [*members, f"{dist_info}/RECORD"])
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return name


def get_requires_for_build_wheel(config_settings: object = None) -> list[str]:
    """Ask for nothing more."""
    return []


def prepare_metadata_for_build_wheel(
    metadata_directory: str,
    config_settings: object = None,
) -> str:
    """Write METADATA and nothing else."""
    name = f"{stem(read_metadata())}.dist-info"
    os.mkdir(os.path.join(metadata_directory, name))
    shutil.copyfile("METADATA", os.path.join(metadata_directory, name, "METADATA"))
    return name


def build_wheel(
    wheel_directory: str,
    config_settings: object = None,
    metadata_directory: str | None = None,
) -> str:
    """Build the wheel; say what metadata was given."""
    print(f"metadata directory: {metadata_directory and os.path.basename(metadata_directory)}")  # noqa: T201
    return write_wheel(wheel_directory, read_metadata())


def build_editable(
    wheel_directory: str,
    config_settings: object = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel that says where the tree is."""
    print(f"editable: {os.getcwd()}")  # noqa: T201
    return write_wheel(wheel_directory, read_metadata())
