"""A package index on the loopback interface, with every ability and every fault that indexes have.

``LoopbackIndex`` (:mod:`loopback.server`) serves files from memory; :mod:`loopback.archives` makes wheels and sdists.
Nothing here knows the client: whoever needs an index may use it.
"""

from loopback.archives import Archive, make_sdist, make_wheel
from loopback.faults import Fault
from loopback.server import CERTIFICATE, LoopbackIndex, Request

__all__ = ["CERTIFICATE", "Archive", "Fault", "LoopbackIndex", "Request", "make_sdist", "make_wheel"]
