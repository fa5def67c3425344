"""Fuzzing led by coverage: the families of ``tests/fuzzing``, driven by atheris. See README.md beside this file."""
