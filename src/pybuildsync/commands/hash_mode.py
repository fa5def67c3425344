"""Hash mode: whether everything must have a hash, and what several hashes of one project say together."""

from pybuildsync.commands.inputs import Inputs
from pybuildsync.commands.options import AskedOptions
from pybuildsync.errors import UsageError


def hash_mode(asked: AskedOptions, inputs: Inputs) -> bool:
    """Whether all that runs must have a hash: it was said, or one ``--hash`` is there and nobody said no, as in pip.

    Raises:
        UsageError: both were said.

    """
    says = asked.require_hashes or ("--require-hashes", "") in inputs.options
    says_not = asked.no_require_hashes or ("--no-require-hashes", "") in inputs.options
    if says and says_not:
        raise UsageError("--require-hashes and --no-require-hashes are mutually exclusive")
    return says or (inputs.needs_hashes and not says_not)
