"""What the name of a shared library says: whether it tells the version of its binary interface.

By the conventions of ELF sonames, of macOS install names and of DLLs: a library changes its versioned name when what
was linked against it no longer runs, and keeps it while that does. A name without a version says nothing.
"""

import posixpath
import re

_VERSIONED = re.compile(
    r"""
      .+ \.so (\.\d+)+               # libfoo.so.1
    | .+ [.-] \d+ (\.\d+)* \.so       # libfoo-1.2.so
    | .+ [.-] \d+ (\.\d+)* \.dylib    # libfoo.1.dylib
    | .+ [._-] \d+ (\.\d+)* \.dll     # foo-1.dll
    """,
    re.VERBOSE | re.IGNORECASE,
)


def names_a_version(library: str) -> bool:
    """Return whether *library*, as a module names what it needs (maybe with a path), has a version in its name.

    A number that the name just ends with (``libfoo10.so``) may be a part of it, and counts as none.
    """
    return _VERSIONED.fullmatch(posixpath.basename(library)) is not None
