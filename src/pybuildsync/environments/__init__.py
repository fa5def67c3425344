"""Environments: the interpreters there are, what is installed in them, and changing that all or nothing."""
