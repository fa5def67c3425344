"""The build backend of s: it requires lib, and leaves to the name of its library which."""

import cc_backend
import lib


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel (PEP 517)."""
    module = f"s/_s{cc_backend.suffix()}"
    cc_backend.compile_module("s/_s.c", module, lib)
    return cc_backend.pack(
        wheel_directory, "s", "1.0", ["s/__init__.py", module], ["lib"], tag=cc_backend.python_tag()
    )
