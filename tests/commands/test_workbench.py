"""What building commands begin with: policies, dates, settings."""

from concurrent.futures import Executor
from pathlib import Path

import pytest
from commands.worlds import make_environment

from pybuildsync.commands.inputs import read_inputs
from pybuildsync.commands.options import BuildOptions, IndexOptions, InstallOptions, MatchRule
from pybuildsync.commands.workbench import LazyExecutor, open_workbench, policy_book
from pybuildsync.core.goal import Goal
from pybuildsync.core.story import Silent
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.errors import UsageError
from pybuildsync.store.location import Store


def goal(folder: Path, build: BuildOptions, *words: str) -> Goal:
    """Return the goal of an install of *words* with *build* options."""
    environment = make_environment(folder / "environment")
    store = Store(str(folder / "store"))
    with open_workbench(
        store,
        find_interpreter(str(environment.root), store),
        options=InstallOptions(build=build, indexes=IndexOptions(no_index=True)),
        inputs=read_inputs(words, (), (), {}),
        story=Silent(),
        environ={"HOME": str(folder)},
    ) as bench:
        return bench.goal


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("", ""),
        ("latest", ""),
        ("source", "source"),
        ("2024-05-31", "2024-05-31"),
        ("20240531", "2024-05-31"),
        ("2024-05-31T10:11:12", "2024-05-31T10:11:12Z"),
        ("2024-05-31T00:30:00+02:00", "2024-05-30T22:30:00Z"),
    ],
)
def test_dates_of_build_tools(tmp_path: Path, text: str, date: str) -> None:
    """Times are told in UTC, in the form that indexes use, so that they compare as texts."""
    assert goal(tmp_path, BuildOptions(build_time=text), "a").build_date == date


def test_policies() -> None:
    """The last rule on a name wins, one for a package beats one for all."""
    book = policy_book(
        BuildOptions(
            match=(MatchRule("", "Lib", "exact"), MatchRule("A_b", "lib", "minor"), MatchRule("", "lib", "any"))
        )
    )
    assert str(book.policy("a-b", "lib", "1")) == "minor"
    assert str(book.policy("other", "lib", "1")) == "any"
    with pytest.raises(UsageError):
        policy_book(BuildOptions(match=(MatchRule("", "lib", "nonsense"),)))


def test_an_executor_is_made_when_it_is_needed() -> None:
    """Most commands build nothing: then there is nothing to close, either."""

    def make() -> Executor:
        raise AssertionError

    LazyExecutor(make).close()
