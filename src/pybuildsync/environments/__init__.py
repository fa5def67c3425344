"""Environments: which interpreters there are, what is installed in them, and how that changes."""
