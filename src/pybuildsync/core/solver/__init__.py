"""A PubGrub solver over integer bit sets; it knows nothing of Python packaging (docs/solver.md)."""
