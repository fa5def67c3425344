"""The long options that pip 26.3 has, by command: what ``PIP_*`` and pip's files may set.

A name that pip doesn't know is ignored there, even if it is an option of ours: what pip ignores must not begin to count
by taking pybuildsync in its place. The tests hold these tables against pip's own parsers.
"""

_GENERAL = """
    --cache-dir --cert --client-cert --debug --default-timeout --disable-pip-version-check --exists-action --isolated
    --keyring-provider --local-log --log --log-file --no-cache-dir --no-color --no-input --no-proxy-env
    --no-python-version-warning --proxy --python --quiet --require-venv --require-virtualenv --resume-retries --retries
    --timeout --trusted-host --use-deprecated --use-feature --verbose
"""
_INDEX = """
    --all-releases --extra-index-url --find-links --index-url --no-binary --no-index --only-binary --only-final --pre
    --prefer-binary --pypi-url --refresh-package --uploaded-prior-to
"""
_BUILDING = """
    --build-constraint --check-build-dependencies --constraint --group --ignore-requires-python --no-build-isolation
    --no-clean --no-dependencies --no-deps --no-require-hashes --only-dependencies --only-deps --progress-bar
    --require-hashes --requirement --requirements-from-script --source --source-dir --source-directory --src
    --use-pep517
"""
_TAGS = "--abi --implementation --platform --python-version"
_OWN = {
    "cache": "--format",
    "check": "",
    "completion": "--bash --fish --powershell --zsh",
    "config": "--editor --global --site --user",
    "debug": _TAGS,
    "download": f"{_INDEX} {_BUILDING} {_TAGS} --dest --destination-dir --destination-directory",
    "freeze": "--all --exclude --exclude-editable --local --path --requirement --user",
    "hash": "--algorithm",
    "index": f"{_INDEX} {_TAGS} --ignore-requires-python --json",
    "inspect": "--local --path --user",
    "install": f"""{_INDEX} {_BUILDING} {_TAGS} --break-system-packages --compile --config-settings --dry-run --editable
        --force-reinstall --ignore-installed --no-compile --no-user --no-warn-conflicts --no-warn-script-location
        --prefix --report --root --root-user-action --target --upgrade --upgrade-strategy --user""",
    "list": f"""{_INDEX} --editable --exclude --exclude-editable --format --include-editable --local --not-required
        --outdated --path --uptodate --user""",
    "lock": f"{_INDEX} {_BUILDING} --config-settings --editable --output",
    "show": "--files",
    "uninstall": "--break-system-packages --requirement --root-user-action --yes",
    "wheel": f"{_INDEX} {_BUILDING} --config-settings --editable --no-verify --wheel-dir",
}
# pip stores what these say as the opposite's value: PIP_NO_COMPILE=1 compiles, and 0 doesn't (its documentation,
# "Configuration", warns of it). "list" has one more than "freeze".
_INVERTED = "--no-build-isolation --no-compile --no-user --no-warn-conflicts --no-warn-script-location"


def pip_flags(command: str) -> frozenset[str]:
    """Return the long options of pip's *command*, or, where pip has none of that name, those of all its commands."""
    return frozenset(f"{_GENERAL} {_OWN.get(command, '')}".split())


def inverted_flags(command: str) -> frozenset[str]:
    """Return the options of pip's *command* whose values in its configuration say the opposite of their names."""
    return frozenset(f"{_INVERTED}{' --exclude-editable' * (command == 'list')}".split()) & pip_flags(command)
