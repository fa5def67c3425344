"""What can go wrong, named after who is at fault.

One root, :class:`PybuildsyncError`. Every error says what happened, why, and what to do next; ``str(error)`` is the
text for the terminal. A traceback never reaches a user for anything that has a class here, and no error shows the
credentials that an address may hold.
"""


class PybuildsyncError(Exception):
    """The root: *what* happened (one sentence), *why* (lines of detail), *hint* (the next step).

    *pip* are the lines that pip says about the same, for those whose scripts look for them; () is *what*.
    """

    exit_status = 1
    kind = "error"

    def __init__(self, what: str, *, why: str = "", hint: str = "", pip: tuple[str, ...] = ()) -> None:
        self.what = without_credentials(what)
        super().__init__(self.what)
        self.why = without_credentials(why)
        self.hint = without_credentials(hint)
        self.pip = tuple(map(without_credentials, pip))

    def __str__(self) -> str:
        """Return the whole text: what, why (indented), hint."""
        lines = [self.what]
        if self.why:
            lines += [f"  {line}".rstrip() for line in self.why.splitlines()]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class UsageError(PybuildsyncError):
    """The command line is wrong: exit status 2, as argparse and pip do."""

    exit_status = 2
    kind = "usage"


class RequestError(PybuildsyncError):
    """What was asked for cannot be: an invalid requirement, a project nobody has, no solution."""

    kind = "request"


class PackageError(PybuildsyncError):
    """A package is broken: its archive, metadata, backend or build."""

    kind = "package"


class IndexFault(PybuildsyncError):
    """An index or the way to it is broken: down, slow, refused, malformed."""

    kind = "index"


class EnvironmentFault(PybuildsyncError):
    """The machine stands in the way: interpreter, permissions, disk, an externally managed environment."""

    kind = "environment"


class NoVirtualEnvironment(EnvironmentFault):
    """A virtual environment is wanted and there is none: exit status 3, as pip has it."""

    exit_status = 3


class InternalError(PybuildsyncError):
    """Our own fault; asks for a report."""

    kind = "internal"


def without_credentials(text: str) -> str:
    """Return *text* with user and password of every address in it left out: nothing told or kept may hold them."""
    if "@" not in text:
        return text
    first, *rest = text.split("://")
    cleaned = [first]
    for part in rest:
        end = min([at for at in map(part.find, "/?#'\" \n\0") if at >= 0], default=len(part))
        cleaned.append(part[:end].rpartition("@")[2] + part[end:])
    return "://".join(cleaned)
