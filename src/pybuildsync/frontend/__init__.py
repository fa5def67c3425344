"""Source trees become wheels: unpacking, what a tree states, build environments, hooks, builds (docs/matching.md).

An edge: it reads and writes files and runs processes. It never resolves, never installs into a user's environment and
never asks an index.
"""
