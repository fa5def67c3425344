"""What each command is asked to do: frozen options, complete, with the defaults of a command line that says nothing.

Names follow pip's options where pip has them. An option that other sources may set as well (pip's configuration, the
project) has a default that says "not given": "", () or None. A field has the name of its row in the table that the
command line goes by.

Named tuples, since every command imports them: making one at import takes 0.1 ms where a frozen dataclass takes 0.6
and needs a module that takes 14.
"""

from typing import Literal, NamedTuple


class Setting(NamedTuple):
    """``KEY=VALUE`` or ``PACKAGE:KEY=VALUE``: a config setting or a build variable; *package* as typed, "" for all."""

    package: str
    key: str
    value: str


class MatchRule(NamedTuple):
    """``LIBRARY=POLICY`` or ``PACKAGE:LIBRARY=POLICY``: the user's policy; *package* "" stands for every package."""

    package: str
    library: str
    policy: str


class FormatRule(NamedTuple):
    """One value of ``--no-binary``, ``--only-binary``, ``--all-releases`` or ``--only-final``, *option* without dashes.

    *value* is a name as typed, ``:all:`` or ``:none:``.
    """

    option: str
    value: str


class StoreOptions(NamedTuple):
    """Where things are kept. ``cache_dir`` "" is the default folder; ``no_cache`` keeps nothing after the command."""

    cache_dir: str = ""
    no_cache: bool = False


class IndexOptions(NamedTuple):
    """Where distributions come from. ``timeout`` is in seconds.

    ``index_strategy`` "first-index" looks for a project only on the first index that has it; "" is "all" and tells of
    names that are on several. ``refresh_packages`` are
    names as typed, or ":all:". ``keyring_provider`` "" is "auto".
    """

    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    index_strategy: Literal["", "all", "first-index"] = ""
    no_index: bool = False
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    cert: str = ""
    client_cert: str = ""
    proxy: str = ""
    no_proxy_env: bool = False
    keyring_provider: Literal["", "auto", "disabled", "import", "subprocess"] = ""
    timeout: float | None = None
    retries: int | None = None
    offline: bool = False
    refresh: bool = False
    refresh_packages: tuple[str, ...] = ()


class ConnectionOptions(NamedTuple):
    """How to fetch something, where there is no index: those of :class:`IndexOptions` that are about connections."""

    trusted_hosts: tuple[str, ...] = ()
    cert: str = ""
    client_cert: str = ""
    proxy: str = ""
    no_proxy_env: bool = False
    keyring_provider: Literal["", "auto", "disabled", "import", "subprocess"] = ""
    timeout: float | None = None
    retries: int | None = None


class AskedOptions(NamedTuple):
    """What is asked for. ``groups`` are ``[FILE:]GROUP`` (PEP 735), ``scripts`` are files (PEP 723).

    ``editables`` are paths or VCS URLs as typed; ``src`` is where the latter are checked out, "" for the default.
    ``only_deps`` takes what the requirements require, not themselves. ``no_require_hashes`` keeps one ``--hash`` from
    asking for one everywhere.
    """

    requirements: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    constraint_files: tuple[str, ...] = ()
    editables: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    no_deps: bool = False
    only_deps: bool = False
    src: str = ""
    require_hashes: bool = False
    no_require_hashes: bool = False


class SelectionOptions(NamedTuple):
    """Which of all releases and files count, and for which Python.

    ``formats`` and ``releases`` stand in the order given: the last word on a name wins. ``uploaded_prior_to`` is an ISO
    8601 date or time, or a duration ("P3D"), as typed.
    """

    pre: bool = False
    releases: tuple[FormatRule, ...] = ()
    formats: tuple[FormatRule, ...] = ()
    prefer_binary: bool = False
    ignore_requires_python: bool = False
    uploaded_prior_to: str = ""


class TagOptions(NamedTuple):
    """For which Python wheels are taken; each takes the place of what the interpreter has, where it is given."""

    platforms: tuple[str, ...] = ()
    python_version: str = ""
    implementation: str = ""
    abis: tuple[str, ...] = ()


class BuildOptions(NamedTuple):
    """How source trees become wheels, and what they are matched with.

    ``build_time`` is "latest", "source" or an ISO 8601 date or time; "" is "latest" with a retry as of the source's own
    time, unless ``no_build_time_retry``. ``build_timeout`` is in seconds for each build. ``build_jobs`` None is the
    number of cores. ``require_build_hashes`` asks for a hash of every file that builds run with.
    """

    build_constraint_files: tuple[str, ...] = ()
    config_settings: tuple[Setting, ...] = ()
    build_variables: tuple[Setting, ...] = ()
    no_build_isolation: bool = False
    check_build_dependencies: bool = False
    require_build_hashes: bool = False
    build_jobs: int | None = None
    build_timeout: float | None = None
    build_time: str = ""
    no_build_time_retry: bool = False
    match: tuple[MatchRule, ...] = ()
    max_rounds: int = 25


_ASKED, _SELECTION, _TAGS = AskedOptions(), SelectionOptions(), TagOptions()
_INDEX, _BUILD, _STORE = IndexOptions(), BuildOptions(), StoreOptions()
_CONNECTION = ConnectionOptions()


class InstallOptions(NamedTuple):
    """What ``install`` is asked for.

    ``rebuild`` False refuses a change that would need a rebuild of something installed. ``compile`` None is the default
    of the installer. ``link_mode`` "auto" is the best that the file system has. ``upgrade_packages`` and
    ``reinstall_packages`` are names as typed. ``verify`` compares what is installed with its RECORD. ``report`` is the
    file for pip's installation report, "-" for stdout. ``user`` None is for nobody to have said.
    """

    asked: AskedOptions = _ASKED
    selection: SelectionOptions = _SELECTION
    tags: TagOptions = _TAGS
    upgrade: bool = False
    upgrade_packages: tuple[str, ...] = ()
    upgrade_strategy: Literal["only-if-needed", "eager"] = "only-if-needed"
    force_reinstall: bool = False
    reinstall_packages: tuple[str, ...] = ()
    ignore_installed: bool = False
    allow_conflicts: bool = False
    rebuild: bool = True
    python: str = ""
    target: str = ""
    prefix: str = ""
    root: str = ""
    user: bool | None = None
    report: str = ""
    no_warn_conflicts: bool = False
    no_warn_script_location: bool = False
    break_system_packages: bool = False
    compile: bool | None = None
    link_mode: Literal["auto", "reflink", "hardlink", "copy"] = "auto"
    dry_run: bool = False
    verify: bool = False
    indexes: IndexOptions = _INDEX
    build: BuildOptions = _BUILD
    store: StoreOptions = _STORE


class WheelOptions(NamedTuple):
    """What ``wheel`` is asked for: wheels into ``wheel_dir``, nothing installed."""

    asked: AskedOptions = _ASKED
    selection: SelectionOptions = _SELECTION
    wheel_dir: str = "."
    python: str = ""
    indexes: IndexOptions = _INDEX
    build: BuildOptions = _BUILD
    store: StoreOptions = _STORE


class DownloadOptions(NamedTuple):
    """What ``download`` is asked for: files into the folder ``dest``, nothing installed."""

    asked: AskedOptions = _ASKED
    selection: SelectionOptions = _SELECTION
    tags: TagOptions = _TAGS
    dest: str = "."
    python: str = ""
    indexes: IndexOptions = _INDEX
    build: BuildOptions = _BUILD
    store: StoreOptions = _STORE


class CheckOptions(NamedTuple):
    """What ``check`` is asked for. ``verify`` compares files with RECORD, too."""

    verify: bool = False
    python: str = ""
    store: StoreOptions = _STORE


class UninstallOptions(NamedTuple):
    """What ``uninstall`` is asked for. ``yes`` doesn't ask first; requirement files by URL come by ``connection``."""

    names: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    yes: bool = False
    dry_run: bool = False
    python: str = ""
    break_system_packages: bool = False
    connection: ConnectionOptions = _CONNECTION
    store: StoreOptions = _STORE


class ListOptions(NamedTuple):
    """What ``list`` is asked for. ``excluded`` are names as typed.

    ``local``, ``user`` and ``paths`` are as for :class:`pybuildsync.commands.surroundings.Within`. Indexes and
    selection count for ``outdated`` and ``uptodate``.
    """

    python: str = ""
    excluded: tuple[str, ...] = ()
    editable_only: bool = False
    include_editable: bool = True
    not_required: bool = False
    outdated: bool = False
    uptodate: bool = False
    local: bool = False
    user: bool = False
    paths: tuple[str, ...] = ()
    selection: SelectionOptions = _SELECTION
    indexes: IndexOptions = _INDEX
    store: StoreOptions = _STORE


class FreezeOptions(NamedTuple):
    """What ``freeze`` is asked for. ``all`` lists the packaging tools as well; bounds as for :class:`ListOptions`."""

    requirement_files: tuple[str, ...] = ()
    python: str = ""
    excluded: tuple[str, ...] = ()
    exclude_editable: bool = False
    all: bool = False
    local: bool = False
    user: bool = False
    paths: tuple[str, ...] = ()
    store: StoreOptions = _STORE


class InspectOptions(NamedTuple):
    """What ``inspect`` is asked for; bounds as for :class:`ListOptions`."""

    python: str = ""
    local: bool = False
    user: bool = False
    paths: tuple[str, ...] = ()
    store: StoreOptions = _STORE


class IndexVersionsOptions(NamedTuple):
    """What ``index versions`` is asked for; ``name`` as typed."""

    name: str = ""
    selection: SelectionOptions = _SELECTION
    tags: TagOptions = _TAGS
    python: str = ""
    indexes: IndexOptions = _INDEX
    store: StoreOptions = _STORE


class DebugOptions(NamedTuple):
    """What ``debug`` is asked for."""

    tags: TagOptions = _TAGS
    python: str = ""
    store: StoreOptions = _STORE


class CompletionOptions(NamedTuple):
    """What ``completion`` is asked for: the script of a shell, or what may stand ``at`` a place among ``words``."""

    bash: bool = False
    zsh: bool = False
    fish: bool = False
    at: int | None = None
    words: tuple[str, ...] = ()
    store: StoreOptions = _STORE


class HashOptions(NamedTuple):
    """What ``hash`` is asked for."""

    paths: tuple[str, ...] = ()
    algorithm: Literal["sha256", "sha384", "sha512"] = "sha256"
    store: StoreOptions = _STORE


class ShowOptions(NamedTuple):
    """What ``show`` is asked for."""

    names: tuple[str, ...] = ()
    files: bool = False
    python: str = ""
    store: StoreOptions = _STORE


class VenvOptions(NamedTuple):
    """What ``venv`` is asked for. ``prompt`` "" is the folder's name."""

    path: str = ".venv"
    python: str = ""
    prompt: str = ""
    clear: bool = False
    system_site_packages: bool = False
    store: StoreOptions = _STORE


class ConfigOptions(NamedTuple):
    """What ``config`` is asked for. ``words`` are key and value; ``of_...`` names the file; ``editor`` "" is EDITOR."""

    words: tuple[str, ...] = ()
    of_user: bool = False
    of_global: bool = False
    of_site: bool = False
    editor: str = ""
    python: str = ""
    store: StoreOptions = _STORE


class CacheOptions(NamedTuple):
    """What the subcommands of ``cache`` are asked for. ``projects`` () is everything, ``pattern`` as for pip."""

    projects: tuple[str, ...] = ()
    pattern: str = ""
    store: StoreOptions = _STORE
