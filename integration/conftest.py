"""What holds for every test here: the real registry as this machine is configured for it, and a store of its own.

Tests here need the network, a C compiler, and minutes rather than seconds. They go through the command line that users
have (``command``), in environments of their own. With ``PYBUILDSYNC_INTEGRATION_CACHE`` the store is that folder and
stays between runs, so that nothing is downloaded or built twice; what counts builds uses stores of its own.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loopback import LoopbackIndex

from integration.bad_input_world import WHEEL, World, make_world
from integration.command import Environment

_KEPT = "PYBUILDSYNC_INTEGRATION_CACHE"
for _name in [name for name in os.environ if name.startswith("PYBUILDSYNC_") and name != _KEPT]:
    del os.environ[_name]
for _name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "SOURCE_DATE_EPOCH"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all tests of a run: downloads are shared, and nothing comes from the user's."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # the workers' folders lie in one
    folder = Path(os.path.abspath(os.environ[_KEPT])) if os.environ.get(_KEPT) else base / "integration-store"
    os.environ["PYBUILDSYNC_CACHE_DIR"] = str(folder)
    return folder


@pytest.fixture
def new_environment(tmp_path: Path) -> Callable[[str], Environment]:
    """Make a new, empty environment of that name."""
    return lambda name: Environment.make(tmp_path / name)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return an environment with something in it."""
    return make_world(tmp_path)


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    """Serve ``bad`` 1.0 as it should be."""
    with LoopbackIndex([WHEEL]) as served:
        yield served
