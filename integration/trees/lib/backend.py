"""The build backend of lib: a shared library, named by the version of its interface, and its header."""

import os
import pathlib

import cc_backend

VERSION = pathlib.Path("VERSION").read_text(encoding="ascii").strip()
INTERFACE = pathlib.Path("INTERFACE").read_text(encoding="ascii").strip()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel (PEP 517)."""
    name = f"liblib.so.{INTERFACE}"
    os.makedirs("lib/include", exist_ok=True)
    header = pathlib.Path("src/lib.h.in").read_text(encoding="ascii").replace("@VERSION@", VERSION)
    pathlib.Path("lib/include/lib.h").write_text(header, encoding="ascii")
    cc_backend.compile_shared("src/lib.c", f"lib/{name}", "-Ilib/include", f"-Wl,-soname,{name}")
    paths = ["lib/__init__.py", "lib/include/lib.h", f"lib/{name}"]
    return cc_backend.pack(wheel_directory, "lib", VERSION, paths)
