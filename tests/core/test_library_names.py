"""Which names of shared libraries tell a version."""

import pytest

from pybuildsync.core.library_names import names_a_version


@pytest.mark.parametrize(
    "name",
    [
        "libfoo.so.1", "libfoo.so.1.2.3", "libfoo-1.2.so", "libblas-r0-5c2b7639.3.23.so", "libpython3.11.so.1.0",
        "@rpath/libfoo.1.dylib", "libfoo-1.2.dylib", "foo-1.dll", "libfoo_2.dll", "FOO-1.2.DLL",
    ],
)  # fmt: skip
def test_names_with_a_version(name: str) -> None:
    """After the suffix, or set apart before it."""
    assert names_a_version(name)


@pytest.mark.parametrize(
    "name", ["libfoo.so", "libc10.so", "libfoo.dylib", "c10.dll", "foo.dll", "_ext.cpython-311-x86_64-linux-gnu.so", ""]
)
def test_names_without(name: str) -> None:
    """A number at the end of a word may be a part of the name."""
    assert not names_a_version(name)
