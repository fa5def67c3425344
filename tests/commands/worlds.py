"""Environments on disk, made of nothing but folders and small files."""

import base64
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment at *root*."""

    root: Path

    @property
    def site_packages(self) -> Path:
        """The folder of what is installed."""
        return self.root / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    def add(
        self,
        name: str,
        version: str,
        *,
        requires: tuple[str, ...] = (),
        fields: str = "",
        more: Mapping[str, object] | None = None,
    ) -> Path:
        """Install a distribution with one module; *more* are JSON files in its dist-info. Return that folder."""
        folder = self.site_packages / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(parents=True)
        module = self.site_packages / f"{name.replace('-', '_')}.py"
        module.write_text(f"VERSION = {version!r}\n")
        lines = [f"Requires-Dist: {text}\n" for text in requires]
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{fields}{''.join(lines)}\nBody\n"
        )
        (folder / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        (folder / "INSTALLER").write_text("pip\n")
        for filename, data in (more or {}).items():
            (folder / filename).write_text(json.dumps(data))
        rows = []
        for path in [module, *sorted(folder.iterdir())]:
            digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).decode().rstrip("=")
            rows.append(f"{path.relative_to(self.site_packages).as_posix()},sha256={digest},{path.stat().st_size}\n")
        rows.append(f"{folder.name}/RECORD,,\n")
        (folder / "RECORD").write_text("".join(rows))
        return folder


def make_environment(root: Path) -> Environment:
    """Return a new virtual environment (PEP 405) of the Python that runs the tests."""
    base = os.path.realpath(sys.executable)
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "python").symlink_to(base)
    (root / "pyvenv.cfg").write_text(f"home = {os.path.dirname(base)}\ninclude-system-site-packages = false\n")
    environment = Environment(root)
    environment.site_packages.mkdir(parents=True)
    return environment
