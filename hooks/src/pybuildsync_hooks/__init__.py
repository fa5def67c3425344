"""Build records inside wheels: what a wheel was built from and with (docs/build-records.md).

Needs nothing but Python 3.8, so that it can run wherever wheels are built. ``record`` is the format, with reading and
writing; ``environment`` tells what a build environment holds; ``rewriting`` changes one wheel; ``sbom`` says the same
in CycloneDX.
"""
