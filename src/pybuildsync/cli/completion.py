"""``completion``: the script that has a shell complete our command lines, and what that script asks for at each word.

What is offered are the commands and options of the tables that command lines are read by; where there is nothing to
offer, the shell offers files. Never asks an index, nor what is installed. Scripts ask with ``--isolated``: the answer
isn't to be JSON, nor to be logged, because the user has configured that for other commands.
"""

from collections.abc import Sequence

from pybuildsync.cli.general_options import BEFORE
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.rows import Option
from pybuildsync.cli.words import accepted_options, command_position, complete_flag, flags_of, is_group, split_command
from pybuildsync.commands.options import CompletionOptions
from pybuildsync.commands.results import CompletionResult
from pybuildsync.core.story import Story
from pybuildsync.errors import UsageError

_BASH = """\
# pybuildsync bash completion start
_pybuildsync_completion()
{
    local IFS=$'\\n'
    COMPREPLY=($("$1" completion --isolated --at "$COMP_CWORD" -- "${COMP_WORDS[@]}" 2>/dev/null))
}
complete -o default -F _pybuildsync_completion pybuildsync
# pybuildsync bash completion end
"""
_ZSH = """\
#compdef pybuildsync
# pybuildsync zsh completion start
_pybuildsync() {
  local -a found
  found=("${(@f)$("$words[1]" completion --isolated --at $((CURRENT - 1)) -- "${(@)words}" 2>/dev/null)}")
  if [[ -n $found[1] ]]; then compadd -a found; else _files; fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _pybuildsync "$@"
else
  compdef _pybuildsync pybuildsync
fi
# pybuildsync zsh completion end
"""
_FISH = """\
# pybuildsync fish completion start
function __fish_complete_pybuildsync
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l found ($words[1] completion --isolated --at (count $words) -- $words "$current" 2>/dev/null)
    if set -q found[1]
        string join \\n -- $found
    else
        __fish_complete_path "$current"
    end
end
complete -c pybuildsync -f -a "(__fish_complete_pybuildsync)"
# pybuildsync fish completion end
"""
_HELP = ("-h", "--help")
_VERSION = ("-V", "--version")


def run(options: CompletionOptions, _story: Story) -> CompletionResult:
    """Return the script of a shell, or, with ``at``, what may stand there; raises UsageError where neither is said."""
    if options.at is not None:
        return CompletionResult("".join(f"{word}\n" for word in complete(options.words, options.at)))
    scripts = [script for script, is_asked in _scripts(options) if is_asked]
    if len(scripts) != 1:
        raise UsageError("completion is for one shell", hint="say --bash, --zsh or --fish")
    return CompletionResult(scripts[0])


def _scripts(options: CompletionOptions) -> tuple[tuple[str, bool], ...]:
    return (_BASH, options.bash), (_ZSH, options.zsh), (_FISH, options.fish)


def complete(words: Sequence[str], at: int) -> tuple[str, ...]:
    """Return what the word *at* of the command line *words*, whose first is the program, may become; () for files.

    Bash gives the equals sign of ``--option=value`` as a word of its own.
    """
    before = [word for word in words[1:at] if word != "="]
    current = "".join(words[at : at + 1]).removeprefix("=")
    as_pip = before[:1] == ["pip"]
    names, options = _offers(before[as_pip:], as_pip=as_pip)
    flags = flags_of(options)
    name, equals, _ = current.partition("=")
    asked = name if equals else before[-1] if before else ""
    option, _ = flags.get(complete_flag(asked, flags, "") or asked, (None, True))
    if "--" in before:
        return ()
    if option is not None and option.takes_value:
        start = f"{name}=" if equals else ""
        offered = tuple(f"{start}{choice}" for choice in option.choices)
    elif current.startswith("-"):
        seen = [flag for each in options if each.field for flag in _shown(each)]
        offered = (*seen, *_HELP, *(() if before else _VERSION))
    else:
        offered = names
    return tuple(dict.fromkeys(each for each in offered if each.startswith(current)))


def _offers(before: list[str], *, as_pip: bool) -> tuple[tuple[str, ...], tuple[Option, ...]]:
    """Return the words and the options that may come behind *before*."""
    command, _ = split_command(before)
    if command is not None:
        return (), accepted_options(command)
    first = tuple(dict.fromkeys(each.words[0] for each in COMMANDS))
    found = before[command_position(before) :]
    if not found:
        return (*first, "help", *(() if as_pip else ("pip",))), BEFORE
    if found[0] == "help":
        return first, ()
    if not is_group(found[0]):
        return (), ()
    group = [each for each in COMMANDS if each.words[0] == found[0]]
    return tuple(each.words[1] for each in group), tuple(
        dict.fromkeys(option for each in group for option in accepted_options(each))
    )


def _shown(option: Option) -> tuple[str, ...]:
    """Return the spellings of *option* that its help has."""
    return (option.name, *(flag for flag in option.flags if not flag.startswith("--")), *option.off)
