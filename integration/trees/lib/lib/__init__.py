"""A C library: where its header and its shared library are."""

import glob
import os

_HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.join(_HERE, "include")
(LIBRARY,) = glob.glob(os.path.join(_HERE, "liblib.so.*"))
VERSION = LIBRARY.partition(".so.")[2]
