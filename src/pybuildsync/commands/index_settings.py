"""Where distributions come from: the command line, requirement files, pip's configuration, the default.

The first that says something wins, as in pip; find-links and extra indexes of requirement files are added.
"""

from collections.abc import Iterable, Mapping

from pybuildsync.commands.options import IndexOptions
from pybuildsync.errors import UsageError
from pybuildsync.index.default_index import default_index
from pybuildsync.index.settings import IndexSettings
from pybuildsync.project.pip_configuration import read_pip_configuration
from pybuildsync.store.location import Store

_TRUE = ("1", "true", "yes", "on")


def index_settings(
    options: IndexOptions,
    file_options: Iterable[tuple[str, str]],
    *,
    command: str,
    store: Store,
    python: str,
    environ: Mapping[str, str],
) -> IndexSettings:
    """Return the settings for *command*; *file_options* are the (option, value) pairs of requirement files.

    *python* is the target interpreter, whose pip knows the default index where nothing else names one.
    """
    pip = read_pip_configuration(command, environ)
    main, extra, links, trusted = "", [], [], []
    no_index = options.no_index
    for option, value in file_options:
        if option == "--index-url":
            main = value
        elif option == "--extra-index-url":
            extra.append(value)
        elif option == "--find-links":
            links.append(value)
        elif option == "--trusted-host":
            trusted.append(value)
        elif option == "--no-index":
            no_index = True
    no_index = no_index or pip.get("no-index", "").lower() in _TRUE
    main = main or options.index_url or pip.get("index-url", "")
    extras = options.extra_index_urls or tuple(pip.get("extra-index-url", "").split())
    timeout, retries = options.timeout, options.retries
    indexes: tuple[str, ...] = ()
    if not no_index:
        indexes = (main or default_index(store, python), *extras, *extra)
    return IndexSettings(
        indexes=indexes,
        find_links=(*(options.find_links or tuple(pip.get("find-links", "").split())), *links),
        no_index=no_index,
        trusted_hosts=(*(options.trusted_hosts or tuple(pip.get("trusted-host", "").split())), *trusted),
        cert=options.cert or pip.get("cert", ""),
        client_cert=options.client_cert or pip.get("client-cert", ""),
        proxy=options.proxy or pip.get("proxy", ""),
        timeout=timeout if timeout is not None else _number(pip, "timeout", "default-timeout", default=15),
        retries=retries if retries is not None else int(_number(pip, "retries", default=5)),
        offline=options.offline,
        refresh=options.refresh,
    )


def _number(pip: Mapping[str, str], *names: str, default: float) -> float:
    """Return the first of *names* that pip's configuration sets.

    Raises:
        UsageError: it is no number.

    """
    for name in names:
        if name in pip:
            try:
                return float(pip[name])
            except ValueError as error:
                raise UsageError(
                    f"{name} is {pip[name]!r} in pip's configuration, which is no number",
                    hint=f"correct it there (pip config list shows it), or give --{name}",
                ) from error
    return default
