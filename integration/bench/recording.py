"""Where a recording of an index lies on disk, and what may be asked of it.

A recording holds names, listings, files and metadata of other people's packages: it stays in ``.bench/`` and is never
committed.
"""

import json
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recording:
    """One folder: ``listings/PROJECT.json`` (PEP 691), ``files/NAME``, ``metadata/NAME``, ``sources/PROJECT.json``."""

    root: str

    def listing(self, project: str) -> str:
        """Return the path of a project's listing; an empty file stands for a project that the registry lacks."""
        return os.path.join(self.root, "listings", project + ".json")

    def sources(self, project: str) -> str:
        """Return the path of the table from file name to address on the registry, used while recording."""
        return os.path.join(self.root, "sources", project + ".json")

    def file(self, name: str) -> str:
        """Return the path of a wheel or sdist."""
        return os.path.join(self.root, "files", name)

    def metadata(self, name: str) -> str:
        """Return the path of the METADATA of the wheel *name*."""
        return os.path.join(self.root, "metadata", name)

    def prepare(self) -> None:
        """Make the folders."""
        for folder in ("listings", "sources", "files", "metadata"):
            os.makedirs(os.path.join(self.root, folder), exist_ok=True)

    def keep(self, path: str, data: bytes) -> None:
        """Write *data* to *path*, whole or not at all."""
        part = f"{path}.{os.getpid()}.part"
        with open(part, "wb") as file:
            file.write(data)
        os.replace(part, path)

    def addresses(self) -> dict[str, str]:
        """Return, for every file name that a recorded listing names, its address on the registry."""
        found: dict[str, str] = {}
        folder = os.path.join(self.root, "sources")
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                found.update(json.load(file))
        return found
