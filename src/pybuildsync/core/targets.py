"""A target environment: the Python that distributions are resolved and built for.

Tags are those of the platform compatibility tags specification (PEP 425), best first; marker values are PEP 508's.
"""

from typing import NamedTuple


class Target(NamedTuple):
    """What a distribution must fit.

    ``implementation`` as in "cpython", ``version`` as in "3.11", ``full_version`` as in "3.11.7". ``tags`` are expanded
    ("cp311-cp311-manylinux_2_17_x86_64"), best first. ``markers`` are (name, value) pairs of every PEP 508 environment
    variable but ``extra``, sorted by name.
    """

    implementation: str
    version: str
    full_version: str
    tags: tuple[str, ...]
    markers: tuple[tuple[str, str], ...]

    @property
    def release(self) -> str:
        """The version without what marks a pre-release: "3.14.0" for 3.14.0rc1, which meets ">=3.14" as in pip."""
        return self.full_version.rstrip("+").partition("a")[0].partition("b")[0].partition("rc")[0]

    @property
    def platform(self) -> str:
        """The platform part of the best tag, such as ``manylinux_2_36_x86_64``."""
        return self.tags[0].rpartition("-")[2]
