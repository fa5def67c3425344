"""Installs Python packages that are built against what they run with."""

__version__ = "0.1.0"
