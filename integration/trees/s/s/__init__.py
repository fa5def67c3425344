"""An extension module that calls lib, and runs with every lib whose library has the name that it was linked with."""

from s._s import add, built_with, runs_with

__all__ = ["add", "built_with", "runs_with"]
