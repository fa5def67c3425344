"""Packages and files on indexes: what is offered, what it needs, and the files themselves.

Everything here is I/O. It never chooses between versions and never builds.
"""
