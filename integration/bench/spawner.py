"""Starts the commands that are measured, from a process as small as an interpreter can be.

A child's peak memory, as the kernel tells it, is never less than that of the process it was started from. So this one
runs with ``-I -S``, imports built-ins only, and takes its orders by ``marshal`` on standard input: (command,
environment, folder, log, seconds) in, (status, wall, cpu, kilobytes) out. Started as a script; never imported.
"""

import marshal
import os
import signal
import sys
import time


def run(
    command: list[str], environment: dict[str, str], folder: str, log: str, seconds: float
) -> tuple[int, float, float, int]:
    """Run one command with its output in *log*; -9 as its status says that it took too long."""
    os.chdir(folder)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, environment, file_actions=actions)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - start
    signal.setitimer(signal.ITIMER_REAL, 0)
    return os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss


def main() -> None:
    """Obey until standard input closes."""
    while True:
        try:
            order = marshal.load(sys.stdin.buffer)
        except EOFError:
            return
        marshal.dump(run(*order), sys.stdout.buffer)
        sys.stdout.buffer.flush()


main()
