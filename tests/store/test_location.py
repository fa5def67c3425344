"""Where the store is, and what its files are called."""

import sys

import pytest

from pybuildsync.store import Store, default_root
from pybuildsync.store.location import end_of_key, file_name, kind_folder


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/u"}, "/home/u/.cache/pybuildsync"),
        ("linux", {"HOME": "/home/u", "XDG_CACHE_HOME": "/c"}, "/c/pybuildsync"),
        ("linux", {"HOME": "/home/u", "XDG_CACHE_HOME": "relative"}, "/home/u/.cache/pybuildsync"),
        ("darwin", {"HOME": "/Users/u"}, "/Users/u/Library/Caches/pybuildsync"),
        ("win32", {"USERPROFILE": "/U", "LOCALAPPDATA": "/L"}, "/L/pybuildsync/cache"),
        ("win32", {"USERPROFILE": "/U"}, "/U/AppData/Local/pybuildsync/cache"),
        ("win32", {"PYBUILDSYNC_CACHE_DIR": "/mine"}, "/mine"),
        ("linux", {"PYBUILDSYNC_CACHE_DIR": "", "HOME": "/home/u"}, "/home/u/.cache/pybuildsync"),
    ],
)
def test_the_store_lies_in_the_cache_folder_of_the_user(platform: str, environ: dict[str, str], expected: str) -> None:
    """The variable wins; else each system's cache folder, with XDG's where it is absolute."""
    assert default_root(environ, platform) == expected


def test_a_home_is_found_without_variables() -> None:
    """Where HOME isn't set, the user database knows."""
    assert default_root({}, sys.platform).endswith("pybuildsync")


@pytest.mark.parametrize("key", ["plain", "A", "a/b", "con", "a:b", "../up", "", "\u00e4", "x" * 500, "\udcff"])
def test_file_names_are_plain(key: str) -> None:
    """Whatever the key, its file name is short, lower case, and neither hidden nor a device nor another folder's."""
    name = file_name(key)
    assert name == name.lower()
    assert name[0] in "=~"
    assert name[-1] == "="
    assert len(name) <= 182
    assert not set(name) & set('/\\:*?"<>|')


def test_case_makes_another_file() -> None:
    """Keys that differ in case only don't share a file on systems that ignore case."""
    assert file_name("Key").lower() != file_name("key").lower()


@pytest.mark.parametrize("start", ["https://index.example/simple/", "x" * 500 + "/", ""])
def test_the_end_of_a_key_can_be_read_back(start: str) -> None:
    """What follows the last slash is found in the file name, also of a long key."""
    assert end_of_key(file_name(f"{start}some-project")) == "some-project"


def test_kinds_have_numbered_folders() -> None:
    """A folder's name tells the format of what lies in it."""
    assert kind_folder(Store("/s"), "wheels") == "/s/wheels-1"
