"""The legacy backend: runs ``setup.py`` with the tree in front of ``sys.path`` and builds what it asks for."""
# ruff: noqa: ARG002, the standard names the parameters

import importlib
import os
import sys

setuptools = importlib.import_module("setuptools")
tiny_backend = importlib.import_module("tiny_backend")


class _Legacy:
    def build_wheel(
        self, wheel_directory: str, config_settings: object = None, metadata_directory: object = None
    ) -> str:
        """Run setup.py, then build."""
        sys.path.insert(0, os.getcwd())
        with open("setup.py", encoding="utf-8") as stream:
            exec(compile(stream.read(), "setup.py", "exec"), {"__name__": "__main__"})  # noqa: S102  # what it does
        fields = setuptools.CALLS[0]
        return str(
            tiny_backend.write_wheel(
                wheel_directory, f"Metadata-Version: 2.1\nName: {fields['name']}\nVersion: {fields['version']}\n"
            )
        )


__legacy__ = _Legacy()
