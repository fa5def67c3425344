"""Where settings of indexes come from, and which of them wins."""

from pathlib import Path

import pytest

from pybuildsync.commands.index_settings import index_settings
from pybuildsync.commands.options import IndexOptions
from pybuildsync.errors import UsageError
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store.location import Store

CONFIGURATION = """
[global]
index-url = https://global.example/
timeout = 3
retries = 4
find-links = one two
[install]
index-url = https://install.example/
extra-index-url =
    https://a.example/
    https://b.example/
trusted-host = h1 h2
cert = c.pem
client-cert = d.pem
proxy = http://p.example
"""


def settings(
    folder: Path,
    options: IndexOptions | None = None,
    *file_options: tuple[str, str],
    configuration: str = CONFIGURATION,
) -> IndexSettings:
    """Return the settings of install with that configuration of pip's."""
    path = folder / "pip.conf"
    path.write_text(configuration)
    return index_settings(
        options or IndexOptions(),
        file_options,
        command="install",
        store=Store(str(folder / "store")),
        python="/nowhere",
        environ={"PIP_CONFIG_FILE": str(path), "HOME": str(folder)},
    )


def test_pips_configuration(tmp_path: Path) -> None:
    """What pip's configuration says counts where nothing else does."""
    found = settings(tmp_path)
    assert found.indexes == ("https://install.example/", "https://a.example/", "https://b.example/")
    assert found.find_links == ("one", "two")
    assert found.trusted_hosts == ("h1", "h2")
    assert (found.cert, found.client_cert, found.proxy) == ("c.pem", "d.pem", "http://p.example")
    assert (found.timeout, found.retries, found.no_index) == (3, 4, False)


def test_the_command_line_beats_the_configuration(tmp_path: Path) -> None:
    """Each option for itself, as in pip."""
    options = IndexOptions(
        index_url="https://i/", extra_index_urls=("https://e/",), find_links=("f",), trusted_hosts=("t",), cert="x",
        client_cert="y", proxy="z", timeout=0.5, retries=0, offline=True, refresh=True,
    )  # fmt: skip
    found = settings(tmp_path, options)
    assert found == IndexSettings(
        indexes=("https://i/", "https://e/"), find_links=("f",), trusted_hosts=("t",), cert="x", client_cert="y",
        proxy="z", timeout=0.5, retries=0, offline=True, refresh=True, no_index=False,
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
        configuration="",
    )
    assert found.indexes == ("https://file/", "https://more/")
    assert (found.find_links, found.trusted_hosts) == (("f", "g"), ("t", "u"))


@pytest.mark.parametrize(
    ("options", "file_options", "configuration"),
    [
        (IndexOptions(no_index=True), (), ""),
        (IndexOptions(), (("--no-index", ""),), ""),
        (IndexOptions(), (), "[global]\nno-index = Yes\n"),
    ],
)
def test_no_index(
    tmp_path: Path, options: IndexOptions, file_options: tuple[tuple[str, str], ...], configuration: str
) -> None:
    """Wherever it is said, no index is asked."""
    found = settings(tmp_path, options._replace(index_url="https://i/"), *file_options, configuration=configuration)
    assert (found.indexes, found.no_index) == ((), True)


def test_defaults(tmp_path: Path) -> None:
    """Fifteen seconds and five tries, unless said otherwise; default-timeout is another name."""
    options = IndexOptions(index_url="https://i/")
    found = settings(tmp_path, options, configuration="")
    assert (found.timeout, found.retries) == (15, 5)
    assert settings(tmp_path, options, configuration="[global]\ndefault-timeout = 7\n").timeout == 7


@pytest.mark.parametrize("line", ["timeout = soon", "retries = many"])
def test_numbers_that_are_none(tmp_path: Path, line: str) -> None:
    """A number in pip's configuration that is none is an error that says where."""
    with pytest.raises(UsageError, match="in pip's configuration, which is no number"):
        settings(tmp_path, IndexOptions(index_url="https://i/"), configuration=f"[global]\n{line}\n")
