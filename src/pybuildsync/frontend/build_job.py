"""What is asked of a build and what it gives: frozen, picklable, made of plain values.

So a job can go to a thread, another process or another machine. A job says nothing of why a build is wanted, and a
result nothing of what it means.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from pybuildsync.errors import PackageError

Want: TypeAlias = Literal["requires", "metadata", "wheel", "editable"]
Populate: TypeAlias = Callable[[str, tuple[str, ...]], None]
Gather: TypeAlias = Populate
ConfigSettings: TypeAlias = tuple[tuple[str, str | tuple[str, ...]], ...]


class BuildPython(NamedTuple):
    """The interpreter that a build is for.

    ``executable`` is the *base* interpreter's, never a virtual environment's. ``version`` is as in "3.11",
    ``full_version`` as in "3.11.7". ``markers`` are its PEP 508 values; without them a hook's requirements are judged
    by our own.
    """

    executable: str
    version: str
    full_version: str = ""
    implementation: str = "cpython"
    free_threaded: bool = False
    markers: tuple[tuple[str, str], ...] = ()


class InstalledEnvironment(NamedTuple):
    """An environment to build in as it is: its interpreter, its folders of scripts and distributions, in import order.

    ``root`` is that of a virtual environment, "" of another interpreter.
    """

    python: str
    scripts: str
    site_packages: tuple[str, ...]
    root: str = ""


class BuildJob(NamedTuple):
    """One build environment and the hooks to run in it.

    ``key`` is the build key: jobs with the same key share an open environment (``keep_open``). ``source`` is an sdist's
    path or a folder; ``subdirectory`` is the tree's place in it. ``sdist`` says whether it is one, whose PKG-INFO and
    file name are to be believed. ``project`` (normalised) and ``version`` are "" where nothing states them.

    ``want`` says how far to go. Whatever it is, the backend is first asked, once a session, what it requires;
    "requires" alone stops there.

    ``environment`` are the folders of unpacked wheels, which ``populate(root, environment)`` puts into the virtual
    environment at ``root``. ``resolved`` are the hook's requirements that the environment was resolved with.
    ``gather(root, environment)``, if given, is called once the hooks have all ended well and nothing runs any more,
    before the environment goes; it may keep what it finds there, and must not fail.

    With ``within`` there is no isolation: the hooks run in that environment, in which nothing is changed, and what they
    ask for counts as met. ``environment``, ``resolved`` and ``gather`` are nothing then.

    ``work`` is a folder on the store's file system for what is thrown away afterwards, ``output`` the folder, made if
    need be, that wheels are moved to. ``timeout`` is in seconds for the whole job, None for none. ``in_place`` builds a
    folder where it stands; what is ``editable`` (PEP 660) always is built so, and the hooks are those for it. ``keep``
    leaves the work folder behind.
    """

    key: str
    source: str
    python: BuildPython
    populate: Populate
    work: str
    output: str
    log_path: str
    want: tuple[Want, ...] = ("wheel",)
    project: str = ""
    version: str = ""
    sdist: bool = False
    subdirectory: str = ""
    environment: tuple[str, ...] = ()
    gather: Gather | None = None
    resolved: tuple[str, ...] = ()
    config_settings: ConfigSettings = ()
    variables: tuple[tuple[str, str], ...] = ()
    timeout: float | None = None
    in_place: bool = False
    editable: bool = False
    keep: bool = False
    keep_open: bool = False
    within: InstalledEnvironment | None = None

    @property
    def is_editable(self) -> bool:
        """Whether the hooks are those of an editable installation (PEP 660)."""
        return self.editable or "editable" in self.want

    @property
    def title(self) -> str:
        """Name what is built, for messages: ``name==version``, or as much as is known."""
        return f"{self.project}=={self.version}" if self.project and self.version else self.project or self.source


class BuildResult(NamedTuple):
    """What the hooks gave.

    ``requires`` is the answer of ``get_requires_for_build_*`` (PEP 508 texts), ``unmet`` those of it that the
    environment doesn't satisfy: if there are any, nothing after that hook was run. ``metadata_text`` is METADATA, the
    wheel's own if one was built, else what was prepared; "" if neither. ``prepared_text`` is what was prepared, also if
    a wheel was built. ``metadata_hook`` is False where the backend has no such hook; then a wheel was built although
    only metadata was asked for. ``seconds`` is the time of the whole job.
    """

    key: str
    log_path: str
    seconds: float
    requires: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    metadata_text: str = ""
    prepared_text: str = ""
    metadata_hook: bool = True
    wheel_path: str | None = None


class BuildFailure(PackageError):
    """A build failed: the backend's fault until shown otherwise.

    ``hook`` is where, ``tail`` the last lines of the log at ``log_path``, ``cause`` the likely cause in one sentence or
    "". ``timed_out`` and ``cancelled`` say that we ended it.
    """

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        hint: str = "",
        job: BuildJob | None = None,
        hook: str = "",
        log_path: str = "",
        tail: str = "",
        cause: str = "",
        timed_out: bool = False,
        cancelled: bool = False,
    ) -> None:
        super().__init__(what, why=why, hint=hint)
        self.job = job
        self.hook = hook
        self.log_path = log_path
        self.tail = tail
        self.cause = cause
        self.timed_out = timed_out
        self.cancelled = cancelled
