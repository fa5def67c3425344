"""What a run loads that finds everything in the store."""

import os
import subprocess
import sys

from index.clients import World, only_file
from loopback import LoopbackIndex, make_wheel

HEAVY = (
    "urllib3",
    "ssl",
    "concurrent.futures",
    "packaging",
    "json",
    "html",
    "http",
    "email",
    "hashlib",
    "logging",
    "socket",
)
PROGRAM = """
import sys
from pybuildsync.index.client import IndexClient
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store import Store
with IndexClient(IndexSettings(indexes=(sys.argv[1],)), Store(sys.argv[2])) as client:
    listing = client.listing("lib")
    (file,) = listing.files(0)
    assert client.metadata(file, "lib", "1.0").requires[0].name == "other"
    assert client.download_wheel(file, "lib", "1.0").project == "lib"
print(sorted(set(sys.modules) & set(sys.argv[3:])))
"""


def test_a_warm_run_loads_neither_network_nor_parsers(world: World) -> None:
    """Listing, metadata and wheel come from the store as they are."""
    world.now = 1e11
    with LoopbackIndex([make_wheel("lib", "1.0", requires=("other>=1",))]) as index:
        with world.client(index.url) as client:
            file = only_file(client, "lib")
            client.metadata(file, "lib", "1.0")
            client.download_wheel(file, "lib", "1.0")
        count = len(index.requests)
        program = [sys.executable, "-c", PROGRAM, index.url, world.store.root, *HEAVY]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # no tracing there
        loaded = subprocess.run(program, check=True, capture_output=True, text=True, env=environ).stdout
    assert loaded.strip() == "[]"
    assert len(index.requests) == count
