"""The build backend of q: it requires the lib that it was built with."""

import cc_backend
import lib


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel (PEP 517)."""
    module = f"q/_q{cc_backend.suffix()}"
    cc_backend.compile_module("q/_q.c", module, lib)
    requires = [f"lib=={lib.VERSION}"]
    return cc_backend.pack(
        wheel_directory, "q", "1.0", ["q/__init__.py", module], requires, tag=cc_backend.python_tag()
    )
