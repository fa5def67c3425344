"""Links the library that the build environment has, and requires one before 2, though it may be 2 itself."""

import lib
from setuptools import Extension, setup

setup(
    packages=["b"],
    ext_modules=[
        Extension(
            "b._b",
            ["b/_b.c"],
            include_dirs=[lib.INCLUDE],
            extra_link_args=[lib.LIBRARY, "-Wl,-rpath,$ORIGIN/../lib"],
        )
    ],
    install_requires=["lib<2"],
)
