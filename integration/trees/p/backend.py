"""The build backend of p: it requires another lib than it was built with, whichever that is."""

import cc_backend
import lib

OTHER = {"2.0": "1.9", "1.9": "1.0", "1.0": "2.0"}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel (PEP 517)."""
    module = f"p/_p{cc_backend.suffix()}"
    cc_backend.compile_module("p/_p.c", module, lib)
    requires = [f"lib=={OTHER[lib.VERSION]}"]
    return cc_backend.pack(
        wheel_directory, "p", "1.0", ["p/__init__.py", module], requires, tag=cc_backend.python_tag()
    )
