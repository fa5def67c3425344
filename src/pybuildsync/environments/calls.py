"""The system calls by which an environment changes, as one value.

Everything that changes an environment goes through a :class:`Calls`; the default is the operating system. So a test can
stop, fail or kill a transaction at every single call. It decides nothing and handles no error.
"""

import os
from collections.abc import Callable
from typing import NamedTuple

_CHUNK = 1 << 20
_FICLONE = 0x40049409  # linux/fs.h: share the blocks of one file with another
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def copy_file(source: str, destination: str, *, clone: bool = False) -> None:
    """Copy the regular file *source* to the new file *destination*: contents, time of change and executable bits.

    The copy is writable by its owner, whatever *source* is. With *clone* the two share their blocks where the file
    system can do that (btrfs, XFS, bcachefs, ...), else the contents are copied.

    Raises:
        FileExistsError: there is something at *destination*.

    """
    reading = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(reading)
        mode = 0o777 if status.st_mode & 0o111 else 0o666
        writing = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        try:
            if not (clone and clone_blocks(reading, writing)):
                while chunk := os.read(reading, _CHUNK):
                    _write_all(writing, chunk)
        finally:
            os.close(writing)
        os.utime(destination, ns=(status.st_atime_ns, status.st_mtime_ns))
    finally:
        os.close(reading)


def _control(writing: int, request: int, reading: int) -> None:
    import fcntl  # not on Windows

    fcntl.ioctl(writing, request, reading)


def clone_blocks(reading: int, writing: int, control: Callable[[int, int, int], None] = _control) -> bool:
    """Make the open file *writing* share the blocks of the open file *reading*; False where that can't be.

    *control* stands in for ``fcntl.ioctl``.
    """
    try:
        control(writing, _FICLONE, reading)
    except (ImportError, OSError):
        return False
    return True


def write_file(path: str, content: bytes, mode: int = 0o666) -> None:
    """Write the new file *path*, with *mode* as far as the umask grants it.

    Raises:
        FileExistsError: there is something at *path*.

    """
    writing = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
    try:
        _write_all(writing, content)
    finally:
        os.close(writing)


def _write_all(writing: int, content: bytes, write: Callable[[int, bytes | memoryview], int] = os.write) -> None:
    written = write(writing, content)
    while written < len(content):
        written += write(writing, memoryview(content)[written:])


class Calls(NamedTuple):
    """One function for each kind of change; signatures are those of the defaults."""

    mkdir: Callable[..., None] = os.mkdir
    link: Callable[..., None] = os.link
    copy: Callable[..., None] = copy_file
    write: Callable[..., None] = write_file
    rename: Callable[[str, str], None] = os.replace
    unlink: Callable[[str], None] = os.unlink
    rmdir: Callable[[str], None] = os.rmdir


SYSTEM = Calls()
