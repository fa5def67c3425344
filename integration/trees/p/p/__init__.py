"""An extension module that calls lib, and can't be imported with another lib than it was built with."""

from p._p import add, built_with, runs_with

__all__ = ["add", "built_with", "runs_with"]

if built_with() != runs_with():
    raise ImportError(f"built with lib {built_with()}, runs with lib {runs_with()}")
