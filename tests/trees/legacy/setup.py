"""A tree from before pyproject.toml."""

import importlib

numbering = importlib.import_module("numbering")
importlib.import_module("setuptools").setup(name="legacy", version=numbering.VERSION)
