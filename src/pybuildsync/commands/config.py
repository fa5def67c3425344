"""``config``: what pip's configuration and ours say, and where; changes to pip's files. All as ``pip config``."""

import os
import sys

from pybuildsync.commands.options import ConfigOptions
from pybuildsync.commands.results import ConfigEntries, ConfigEntry, ConfigFile, ConfigFiles, ConfigValue, ConfigWritten
from pybuildsync.core.story import Story, Warned
from pybuildsync.errors import RequestError, UsageError
from pybuildsync.project.pip_configuration import ENVIRONMENT, option_name, read_entries, read_file
from pybuildsync.project.places import ranked_files, site_file, target_prefix
from pybuildsync.project.settings import read_project_settings

_OURS = "PYBUILDSYNC_"


def run_list(options: ConfigOptions, _story: Story) -> ConfigEntries:
    """Return every setting that is read: pip's files by path, its variables, then the project's and our variables.

    Raises:
        UsageError: a file can't be read as what it is, or more than one was named.

    """
    kind = _named(options)
    pip = _pip_entries(options, kind)
    entries = sorted(pip, key=lambda each: (each.origin.startswith("PIP_"), each.origin, each.key))
    if not kind:
        project = read_project_settings(".")
        entries += [
            ConfigEntry(f"tool.pybuildsync.{key}", str(value), project.path)
            for key, value in sorted(project.table.items())
        ]
        entries += [
            ConfigEntry(f":pybuildsync:.{option_name(name.removeprefix(_OURS))}", os.environ[name], name)
            for name in sorted(os.environ)
            if name.startswith(_OURS)
        ]
    return ConfigEntries(tuple(entries))


def run_get(options: ConfigOptions, _story: Story) -> ConfigValue:
    """Return the value of one key, from the file that ``set`` would write and from variables, as pip does.

    Raises:
        RequestError: nothing sets it.
        UsageError: the key is not SECTION.NAME.

    """
    key = option_name(_words(options, "get", "KEY")[0])
    values = {each.key: each.value for each in _pip_entries(options, _kind(options))}
    if key not in values:
        _split(key)
        raise RequestError(f"No such key - {options.words[0]}", hint="see pybuildsync config list")
    return ConfigValue(values[key])


def run_debug(options: ConfigOptions, _story: Story) -> ConfigFiles:
    """Return the places where pip looks, what is there, and its variables."""
    files = []
    for kind, path in ranked_files(os.environ, prefix=_prefix(options), platform=sys.platform):
        values = tuple(
            (f"{section}.{name}", text) for section, rows in read_file(path).items() for name, text in rows.items()
        )
        files.append(ConfigFile(kind, path, os.path.exists(path), values))
    variables = tuple((name, os.environ[name]) for name in sorted(os.environ) if name.startswith("PIP_"))
    return ConfigFiles(variables, tuple(files))


def run_set(options: ConfigOptions, story: Story) -> ConfigWritten:
    """Set one key in one file; raises UsageError and EnvironmentFault."""
    from pybuildsync.project.pip_files import write_setting

    key, value = _words(options, "set", "KEY", "VALUE")
    section, name = _split(option_name(key))
    path = _paths(options, story)[-1]
    write_setting(path, section, name, value)
    return ConfigWritten(path)


def run_unset(options: ConfigOptions, story: Story) -> ConfigWritten:
    """Remove one key from one file; raises UsageError, EnvironmentFault, and RequestError where it isn't set."""
    from pybuildsync.project.pip_files import has_setting, write_setting

    (key,) = _words(options, "unset", "KEY")
    section, name = _split(option_name(key))
    for path in reversed(_paths(options, story)):
        if has_setting(path, section, name):
            write_setting(path, section, name, None)
            return ConfigWritten(path)
    raise RequestError(f"No such key - {key}", hint="see pybuildsync config list")


def run_edit(options: ConfigOptions, story: Story) -> ConfigWritten:
    """Let an editor change the file; raises UsageError where none is known or it fails."""
    import shlex
    import subprocess

    _words(options, "edit")
    editor = options.editor or os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise UsageError("Could not determine editor to use.", hint="set EDITOR, or give --editor")
    path = _paths(options, story)[-1]
    try:
        ended = subprocess.run([*shlex.split(editor), path], check=False).returncode
    except OSError as error:
        raise UsageError(f"the editor {editor} can't be run", why=str(error), hint="give another --editor") from error
    if ended:
        raise RequestError(f"the editor {editor} exited with status {ended}")
    return ConfigWritten(path)


def _words(options: ConfigOptions, name: str, *expected: str) -> tuple[str, ...]:
    if len(options.words) != len(expected):
        raise UsageError(
            f"config {name} takes {len(expected)} words, not {len(options.words)}",
            hint=f"for instance: pybuildsync config {' '.join([name, *expected])}",
        )
    return options.words


def _split(key: str) -> tuple[str, str]:
    section, dot, name = key.partition(".")
    if not dot:
        raise UsageError(
            f"Key does not contain dot separated section and key. Perhaps you wanted to use 'global.{key}' instead?"
        )
    return section, name


def _prefix(options: ConfigOptions) -> str:
    return target_prefix(options.python, os.environ)


def _named(options: ConfigOptions) -> str:
    """Return the kind of file that the options name, "" for none."""
    named = [kind for kind in ("user", "global", "site") if getattr(options, f"of_{kind}")]
    if len(named) > 1:
        raise UsageError("Need exactly one file to operate upon (--user, --site, --global) to perform.")
    return named[0] if named else ""


def _kind(options: ConfigOptions) -> str:
    """Return the kind of file to work on: the one named, else that of the environment if it is there, else the user's.

    So it is in pip.
    """
    site = site_file(_prefix(options))
    return _named(options) or ("site" if os.path.exists(site) else "user")


def _pip_entries(options: ConfigOptions, kind: str) -> tuple[ConfigEntry, ...]:
    """Return what pip reads: of the files of *kind* alone, unless that is "", and of variables."""
    entries = read_entries(os.environ, prefix=_prefix(options), isolated=False)
    wanted = {path for each, path in _files(options) if each == kind or (kind == "user" and each == "env")}
    return tuple(
        ConfigEntry(f"{section}.{name}", text, origin)
        for section, name, text, origin in entries
        if not kind or section == ENVIRONMENT or origin in wanted
    )


def _files(options: ConfigOptions) -> tuple[tuple[str, str], ...]:
    return ranked_files(os.environ, prefix=_prefix(options), platform=sys.platform)


def _paths(options: ConfigOptions, story: Story) -> tuple[str, ...]:
    """Return the files to change, the weakest first.

    Raises:
        UsageError: there is none: ``PIP_CONFIG_FILE`` says so.

    """
    kind = _kind(options)
    paths = tuple(path for each, path in _files(options) if each == kind)
    chosen = os.environ.get("PIP_CONFIG_FILE", "")
    if paths:
        return paths
    if kind == "site" or not chosen or chosen == os.devnull:
        raise UsageError(f"there is no {kind} configuration file to change", hint="unset PIP_CONFIG_FILE")
    story.tell(
        Warned(
            f"Because PIP_CONFIG_FILE is set, changes will be applied to '{chosen}', not to '{kind}'. "
            "To restore normal behavior, unset PIP_CONFIG_FILE."
        )
    )
    return (chosen,)
