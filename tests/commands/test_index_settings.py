"""Where settings of indexes come from, and which of them wins."""

from pathlib import Path

import pytest

from pybuildsync.commands.index_settings import index_settings
from pybuildsync.commands.options import IndexOptions
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store.location import Store


def settings(folder: Path, options: IndexOptions, *file_options: tuple[str, str]) -> IndexSettings:
    """Return the settings of an installation with those options and lines of requirement files."""
    return index_settings(options, file_options, store=Store(str(folder / "store")), python="/nowhere")


def test_options_become_settings(tmp_path: Path) -> None:
    """Each for itself."""
    options = IndexOptions(
        index_url="https://i/", extra_index_urls=("https://e/",), find_links=("f",), trusted_hosts=("t",), cert="x",
        client_cert="y", proxy="z", timeout=0.5, retries=0, offline=True, refresh=True,
        refresh_packages=("My_Lib",), no_proxy_env=True, index_strategy="first-index", keyring_provider="import",
    )  # fmt: skip
    found = settings(tmp_path, options)
    assert found == IndexSettings(
        indexes=("https://i/", "https://e/"), find_links=("f",), trusted_hosts=("t",), cert="x", client_cert="y",
        proxy="z", timeout=0.5, retries=0, offline=True, refresh=True, no_index=False,
        refresh_packages=frozenset({"my-lib"}), proxy_env=False, first_index=True, keyring_provider="import",
    )  # fmt: skip


def test_requirement_files_add_and_replace(tmp_path: Path) -> None:
    """Their index takes the place of all others; what else they name is added."""
    options = IndexOptions(index_url="https://i/", find_links=("f",), trusted_hosts=("t",))
    found = settings(
        tmp_path,
        options,
        ("--index-url", "https://file/"),
        ("--extra-index-url", "https://more/"),
        ("--find-links", "g"),
        ("--trusted-host", "u"),
        ("--pre", ""),
    )
    assert found.indexes == ("https://file/", "https://more/")
    assert (found.find_links, found.trusted_hosts) == (("f", "g"), ("t", "u"))


@pytest.mark.parametrize(
    ("options", "file_options"),
    [(IndexOptions(no_index=True), ()), (IndexOptions(), (("--no-index", ""),))],
)
def test_no_index(tmp_path: Path, options: IndexOptions, file_options: tuple[tuple[str, str], ...]) -> None:
    """Wherever it is said, no index is asked."""
    found = settings(tmp_path, options._replace(index_url="https://i/"), *file_options)
    assert (found.indexes, found.no_index) == ((), True)


def test_defaults(tmp_path: Path) -> None:
    """Fifteen seconds and five tries, unless said otherwise."""
    found = settings(tmp_path, IndexOptions(index_url="https://i/"))
    assert (found.timeout, found.retries) == (15, 5)


def test_everything_is_asked_for_anew(tmp_path: Path) -> None:
    """As with --refresh; ``:none:`` takes back what was said, as in pip."""
    everything = IndexOptions(index_url="https://i/", refresh_packages=("lib", ":all:"))
    assert settings(tmp_path, everything).refresh
    found = settings(tmp_path, everything._replace(refresh_packages=("lib", ":all:", ":none:", "app")))
    assert (found.refresh, found.refresh_packages) == (False, frozenset({"app"}))
