"""Links the library that the build environment has, and bakes its version into the requirements."""

import lib
from setuptools import Extension, setup

setup(
    packages=["a"],
    ext_modules=[
        Extension(
            "a._a",
            ["a/_a.c"],
            include_dirs=[lib.INCLUDE],
            extra_link_args=[lib.LIBRARY, "-Wl,-rpath,$ORIGIN/../lib"],
        )
    ],
    install_requires=[f"lib=={lib.VERSION}"],
)
