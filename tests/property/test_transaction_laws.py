"""Laws of transactions: an environment is always the model of one of its states, whatever kills the process."""

import os
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TypeAlias

from environments.places import (
    Tree,
    dying,
    installed,
    is_killed,
    make_environment,
    make_wheel,
    placed,
    tree,
)
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.environments.planning import Changes
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.transaction import apply
from pybuildsync.store.wheels import UnpackedWheel

# Every project has files of its own, a shared one, and one that is a folder in its other version.
VERSIONS: dict[str, dict[str, dict[str, str]]] = {
    name: {
        "1": {f"{name}/__init__.py": "1", f"{name}/old/x.py": "", "shared/__init__.py": "", f"{name}-odd": "1"},
        "2": {f"{name}/__init__.py": "2", f"{name}/new.py": "", "shared/__init__.py": "", f"{name}-odd/y": "2"},
        "3": {f"{name}.py": "3", f"{name}-3.data/data/share/{name}": "3", f"{name}-3.data/scripts/{name}": "#!"},
    }
    for name in ("alpha", "beta", "gamma")
}

State: TypeAlias = dict[str, str]  # project to version

steps = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(sorted(VERSIONS)), st.sampled_from(["1", "2", "3", ""]), min_size=1),
        st.none() | st.integers(0, 90),  # at which call the process is killed
        st.booleans(),  # before or after it
        st.none() | st.integers(0, 30),  # at which call its recovery is killed
    ),
    max_size=6,
)


def next_state(state: State, wanted: State) -> State:
    """Return what is installed once *wanted* (version, "" for none) is carried out."""
    return {name: version for name, version in sorted({**state, **wanted}.items()) if version}


def wheels_of(store: Path, state: State) -> list[UnpackedWheel]:
    """Return the wheels of *state*."""
    return [make_wheel(store, name, version, VERSIONS[name][version]) for name, version in state.items()]


def model(root: Path, store: Path, state: State) -> Tree:
    """Return the tree of a fresh environment at *root* with *state* in it."""
    scheme = make_environment(root)
    apply(Changes(install=placed(*wheels_of(store, state))), scheme)
    found = tree(root)
    shutil.rmtree(root)
    return found


@given(steps)
def test_an_environment_is_always_old_or_new(course: list[tuple[State, int | None, bool, int | None]]) -> None:
    """After any course of changes, each killed anywhere and its recovery killed too, the tree is that of its model."""
    with tempfile.TemporaryDirectory() as folder:
        root, store = Path(folder, "env"), Path(folder, "store")
        scheme = make_environment(root)
        state: State = {}
        for wanted, kill, is_after, kill_recovery in course:
            there = installed(scheme)
            wheels = wheels_of(store, next_state({}, wanted))
            gone = tuple(distribution for distribution in there if distribution.name in wanted)
            changes = Changes(remove=gone, install=placed(*wheels))
            new = next_state(state, wanted)
            if kill is None:
                apply(changes, scheme)
                state = new
            else:
                is_killed(partial(apply, changes, scheme, calls=dying(kill, is_after=is_after)))
                if kill_recovery is not None:
                    is_killed(partial(recover, scheme, calls=dying(kill_recovery)))
                recover(scheme)
                assert not os.path.lexists(scheme.journal_folder)
                now = {distribution.name: distribution.version for distribution in installed(scheme)}
                assert now in (state, new)
                state = now
            assert tree(root) == model(Path(folder, "env-model"), store, state)
