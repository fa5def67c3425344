"""A backend that answers what its settings say (JSON): ``requires``, ``metadata``, ``wheel``; folders get ``files``."""
# ruff: noqa: ARG001, the standard names the parameters

from __future__ import annotations

import json
import os
import zipfile


def _answer(settings: dict[str, str] | None, key: str, folder: str) -> object:
    told = json.loads((settings or {})["told"])
    for name, text in told.get("files", {}).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    for name, members in told.get("zips", {}).items():
        with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
            for member, text in members.items():
                archive.writestr(member, text)
    return told[key]


def get_requires_for_build_wheel(config_settings: dict[str, str] | None = None) -> object:
    """Answer as told."""
    return _answer(config_settings, "requires", ".")


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: dict[str, str] | None = None) -> object:
    """Answer as told."""
    return _answer(config_settings, "metadata", metadata_directory)


def build_wheel(
    wheel_directory: str, config_settings: dict[str, str] | None = None, metadata_directory: object = None
) -> object:
    """Answer as told."""
    return _answer(config_settings, "wheel", wheel_directory)
