"""What is kept on disk: records, archives, unpacked wheels, built wheels by build key.

Everything here can be learnt, downloaded or built again, and losing it costs time only. Nothing here decides anything.
"""

from pybuildsync.store.location import Store, default_root

__all__ = ["Store", "default_root"]
