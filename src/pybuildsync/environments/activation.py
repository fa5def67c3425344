"""Activation: the scripts that put a virtual environment in front of a shell's PATH, and take it away again.

Text only, and next to nothing imported: making an environment is measured in milliseconds. They set ``VIRTUAL_ENV``,
``VIRTUAL_ENV_PROMPT`` and the prompt (unless ``VIRTUAL_ENV_DISABLE_PROMPT`` is set), hide ``PYTHONHOME``, and define
``deactivate``, as those of the standard library's ``venv`` do.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SH = """\
# Use it in a shell: . bin/activate
deactivate () {
    if [ -n "${_OLD_VIRTUAL_PATH+set}" ]; then
        PATH="$_OLD_VIRTUAL_PATH"; export PATH; unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PYTHONHOME+set}" ]; then
        PYTHONHOME="$_OLD_VIRTUAL_PYTHONHOME"; export PYTHONHOME; unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1="$_OLD_VIRTUAL_PS1"; unset _OLD_VIRTUAL_PS1
    fi
    unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT
    hash -r 2> /dev/null || true
    [ "${1:-}" = nondestructive ] || unset -f deactivate
}
deactivate nondestructive
VIRTUAL_ENV=@ROOT@; export VIRTUAL_ENV
VIRTUAL_ENV_PROMPT=@PROMPT@; export VIRTUAL_ENV_PROMPT
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"; export PATH
if [ -n "${PYTHONHOME+set}" ]; then
    _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME"; unset PYTHONHOME
fi
if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT:-}" ]; then
    _OLD_VIRTUAL_PS1="${PS1:-}"
    PS1="($VIRTUAL_ENV_PROMPT) ${PS1:-}"
fi
hash -r 2> /dev/null || true
"""

_FISH = """\
# Use it in fish: source bin/activate.fish
function deactivate -d 'Leave the virtual environment'
    if set -q _OLD_VIRTUAL_PATH
        set -gx PATH $_OLD_VIRTUAL_PATH
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    if functions -q _old_virtual_prompt
        functions -e fish_prompt
        functions -c _old_virtual_prompt fish_prompt
        functions -e _old_virtual_prompt
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e deactivate
    end
end
deactivate nondestructive
set -gx VIRTUAL_ENV @ROOT@
set -gx VIRTUAL_ENV_PROMPT @PROMPT@
set -gx _OLD_VIRTUAL_PATH $PATH
set -gx PATH "$VIRTUAL_ENV/bin" $PATH
if set -q PYTHONHOME
    set -g _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end
if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
    functions -c fish_prompt _old_virtual_prompt
    function fish_prompt
        echo -n "($VIRTUAL_ENV_PROMPT) "
        _old_virtual_prompt
    end
end
"""

_CSH = """\
# Use it in csh or tcsh: source bin/activate.csh
alias deactivate 'test $?_OLD_VIRTUAL_PATH != 0 && setenv PATH "$_OLD_VIRTUAL_PATH" && unset _OLD_VIRTUAL_PATH; \
test $?_OLD_VIRTUAL_PROMPT != 0 && set prompt="$_OLD_VIRTUAL_PROMPT" && unset _OLD_VIRTUAL_PROMPT; \
unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; rehash; test "\\!:*" != "nondestructive" && unalias deactivate'
deactivate nondestructive
setenv VIRTUAL_ENV @ROOT@
setenv VIRTUAL_ENV_PROMPT @PROMPT@
set _OLD_VIRTUAL_PATH="$PATH"
setenv PATH "$VIRTUAL_ENV/bin:$PATH"
if (! $?VIRTUAL_ENV_DISABLE_PROMPT && $?prompt) then
    set _OLD_VIRTUAL_PROMPT="$prompt"
    set prompt="($VIRTUAL_ENV_PROMPT) $prompt"
endif
rehash
"""

_NU = """\
# Use it in nushell: overlay use bin/activate.nu
export-env {
    load-env {
        VIRTUAL_ENV: @ROOT@
        VIRTUAL_ENV_PROMPT: @PROMPT@
        PATH: ($env.PATH | prepend (@ROOT@ | path join "bin"))
    }
    hide-env --ignore-errors PYTHONHOME
}
export alias deactivate = overlay hide activate
"""

_POWERSHELL = """\
# Use it in PowerShell: . bin/Activate.ps1
function global:deactivate ([switch] $NonDestructive) {
    if (Test-Path -Path Env:_OLD_VIRTUAL_PATH) {
        Copy-Item -Path Env:_OLD_VIRTUAL_PATH -Destination Env:PATH
        Remove-Item -Path Env:_OLD_VIRTUAL_PATH
    }
    if (Test-Path -Path Env:_OLD_VIRTUAL_PYTHONHOME) {
        Copy-Item -Path Env:_OLD_VIRTUAL_PYTHONHOME -Destination Env:PYTHONHOME
        Remove-Item -Path Env:_OLD_VIRTUAL_PYTHONHOME
    }
    if (Test-Path -Path Function:_old_virtual_prompt) {
        Copy-Item -Path Function:_old_virtual_prompt -Destination Function:prompt
        Remove-Item -Path Function:_old_virtual_prompt
    }
    Remove-Item -Path Env:VIRTUAL_ENV, Env:VIRTUAL_ENV_PROMPT -ErrorAction SilentlyContinue
    if (-not $NonDestructive) { Remove-Item -Path Function:deactivate }
}
deactivate -NonDestructive
$Env:VIRTUAL_ENV = @ROOT@
$Env:VIRTUAL_ENV_PROMPT = @PROMPT@
$Env:_OLD_VIRTUAL_PATH = $Env:PATH
$Env:PATH = "$Env:VIRTUAL_ENV/bin" + [System.IO.Path]::PathSeparator + $Env:PATH
if (Test-Path -Path Env:PYTHONHOME) {
    Copy-Item -Path Env:PYTHONHOME -Destination Env:_OLD_VIRTUAL_PYTHONHOME
    Remove-Item -Path Env:PYTHONHOME
}
if (-not $Env:VIRTUAL_ENV_DISABLE_PROMPT) {
    Copy-Item -Path Function:prompt -Destination Function:global:_old_virtual_prompt
    function global:prompt { Write-Host -NoNewline "($Env:VIRTUAL_ENV_PROMPT) "; _old_virtual_prompt }
}
"""


def _sh(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _csh(text: str) -> str:
    return _sh(text).replace("!", "\\!")


def _nu(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _powershell(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# File name, text, how the shell quotes.
_SCRIPTS: "tuple[tuple[str, str, Callable[[str], str]], ...]" = (
    ("activate", _SH, _sh),
    ("activate.fish", _FISH, _fish),
    ("activate.csh", _CSH, _csh),
    ("activate.nu", _NU, _nu),
    ("Activate.ps1", _POWERSHELL, _powershell),
)


def activation_scripts(root: str, prompt: str) -> tuple[tuple[str, str], ...]:
    """Return (file name, text) of the scripts for the environment at *root*, shown as *prompt* in brackets."""
    return tuple(
        (name, text.replace("@PROMPT@", quoted(prompt)).replace("@ROOT@", quoted(root)))
        for name, text, quoted in _SCRIPTS
    )


# Shell (the end of its path) -> the end of its script's name.
_ENDINGS = {"fish": ".fish", "csh": ".csh", "tcsh": ".csh", "nu": ".nu"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


def activation_command(path: str, shell: str, system: str = os.name) -> str:
    """Return the line that activates the environment *path* in *shell* (a path, or "" where that isn't known)."""
    if system == "nt":
        return f"{path}\\Scripts\\activate"
    script = os.path.join(path, "bin", "activate" + _ENDINGS.get(os.path.basename(shell), ""))
    return f"source {script if _PLAIN.issuperset(script) else _sh(script)}"
