"""Where an install goes, as its options say: the environment, a folder, another prefix, the user's own packages.

The rules are pip's, with its words where it refuses. Decides, and changes nothing.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from pybuildsync.commands.options import InstallOptions
from pybuildsync.core.story import Note, Story
from pybuildsync.environments.destinations import Destination, destination_scheme, user_scheme
from pybuildsync.environments.installed import InstalledDistribution
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.schemes import Scheme, environment_scheme, unwritable_folder
from pybuildsync.errors import EnvironmentFault, RequestError

_CLASHES = (
    ("user", "target", "Can not combine '--user' and '--target'"),
    ("user", "prefix", "Can not combine '--user' and '--prefix' as they imply different installation locations"),
    ("target", "prefix", "Can not combine '--target' and '--prefix'"),
)


def choose_destination(
    options: InstallOptions,
    interpreter: Interpreter,
    story: Story,
    unwritable: Callable[[Scheme], str] = unwritable_folder,
) -> Destination:
    """Return where *options* send an install.

    Where nobody says otherwise and the site-packages of an interpreter can't be written, that is the user's own;
    *unwritable* says it of a scheme.

    Raises:
        RequestError: two options don't go together.
        EnvironmentFault: the interpreter doesn't see its user's packages.

    """
    for one, other, words in _CLASHES:
        if getattr(options, one) and getattr(options, other):
            raise RequestError(words, hint="leave one of them out")
    wanted = Destination(target=options.target, prefix=options.prefix, root=options.root)
    if options.user:
        _check_user(interpreter)
        return wanted._replace(user=True)
    if options.user is None and not (options.target or options.prefix) and interpreter.user_site:
        scheme = destination_scheme(wanted, interpreter)
        if not scheme.unchangeable and unwritable(scheme):
            story.tell(Note("Defaulting to user installation because normal site-packages is not writeable"))
            return wanted._replace(user=True)
    return wanted


def tell_unnamed(
    options: InstallOptions, interpreter: Interpreter, story: Story, environ: Mapping[str, str] = os.environ
) -> None:
    """Tell which environment is changed where nobody has named one and none is active: it may not be the one meant."""
    is_named = options.python or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
    if not (is_named or options.target or options.prefix):
        version = interpreter.target.full_version
        story.tell(Note(f"no environment is active: using {interpreter.prefix} (Python {version})"))


def schemes_of(interpreter: Interpreter) -> tuple[Scheme, ...]:
    """Return the schemes of all that *interpreter* imports from and that may be changed: its own, and its user's."""
    own = environment_scheme(interpreter)
    return (own, user_scheme(interpreter)) if interpreter.user_site else (own,)


def scheme_of(distributions: Iterable[InstalledDistribution], interpreter: Interpreter) -> Scheme:
    """Return the scheme to remove *distributions* from: the user's, the environment's, or that with the user's too."""
    own = environment_scheme(interpreter)
    if not interpreter.user_site:
        return own
    users = user_scheme(interpreter)
    are_users = {each.location == interpreter.user_site for each in distributions}
    if are_users == {True}:
        return users
    return own.with_besides(users) if True in are_users else own


def scheme_to_hold(scheme: Scheme, interpreter: Interpreter) -> Scheme:
    """Return *scheme* with all that an install into it may change: what the user has of the same names gives way."""
    if interpreter.is_virtual or not interpreter.user_site or scheme.lock != environment_scheme(interpreter).lock:
        return scheme
    return scheme.with_besides(user_scheme(interpreter))


def _check_user(interpreter: Interpreter) -> None:
    if interpreter.user_site:
        return
    if interpreter.is_virtual and not interpreter.system_site_packages:
        why = "User site-packages are not visible in this virtualenv."
    else:
        why = "User site-packages are disabled for this Python."
    raise EnvironmentFault(
        "Can not perform a '--user' install.",
        why=why,
        hint="leave out --user, and the environment itself is installed into",
    )
