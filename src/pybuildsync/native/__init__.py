"""Shared libraries: what compiled files need, and whose files meet it (docs/matching.md, "Shared libraries")."""
