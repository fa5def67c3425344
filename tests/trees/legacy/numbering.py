"""Imported by setup.py from beside it."""

VERSION = "0.9"
