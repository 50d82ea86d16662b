"""Writes to an output that may be closed, broken, full or read by nobody: it neither fails, nor is waited for early."""

import contextlib
import io
import os
import select
import sys
from collections.abc import Iterator, Sequence

if sys.platform != "win32":
    import fcntl

_AT_ONCE = getattr(select, "PIPE_BUF", 512)  # bytes; so many fit in wherever there is room at all


class Channel:
    """Texts on their way to a descriptor, which becomes its own; what nobody takes at once is kept until the end."""

    def __init__(self, descriptor: int) -> None:
        self.terminal = os.isatty(descriptor)
        self._descriptor = descriptor
        self._usable = _is_written_to(descriptor)
        self._waiting = bytearray()

    def write(self, text: str) -> None:
        """Send a text, as far as it is taken at once."""
        if self._descriptor >= 0 and self._usable:
            self._waiting += text.encode("utf-8", "backslashreplace")
            self._send(patient=False)

    def close(self, *, patient: bool, back_to: Sequence[int] = ()) -> None:
        """Send the rest, if `patient` however long its reader takes (Ctrl-C ends that); the descriptor goes back."""
        with contextlib.suppress(KeyboardInterrupt):
            self._send(patient=patient)
        for number in back_to:
            os.dup2(self._descriptor, number)
        os.close(self._descriptor)
        self._descriptor = -1

    def _send(self, *, patient: bool) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more, or the disk behind it is full
            while self._waiting and _has_room(self._descriptor, patient=patient):
                del self._waiting[: os.write(self._descriptor, self._waiting[:_AT_ONCE])]


def _is_written_to(descriptor: int) -> bool:
    """Return whether a descriptor is for writing: a pipe that Blender reads may have the number of a closed stdout."""
    if sys.platform != "win32":
        return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
    return True


def _has_room(descriptor: int, *, patient: bool) -> bool:
    """Whether something can be written without waiting; Windows does not tell."""
    if sys.platform != "win32":
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        return bool(poll.poll(None if patient else 0))
    return True


class _Printed(io.TextIOBase):
    """What importers and Python print."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def write(self, text: str) -> int:
        self._channel.write(text)
        return len(text)


@contextlib.contextmanager
def open_channel(*, to_the_end: bool) -> Iterator[Channel]:
    """Give a channel to stdout; what is printed meanwhile goes to stderr, with `to_the_end` until the process ends.

    What Blender prints itself goes nowhere: its FBX importer in C++ ends the process where that cannot be written.
    """
    open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # there is none, or it is of no use
            stream.flush()
    out, errors = Channel(os.dup(1)), Channel(os.dup(2))
    null = os.open(os.devnull, os.O_WRONLY)
    for number in filter(_is_written_to, (1, 2)):
        os.dup2(null, number)
    os.close(null)
    printed = _Printed(errors)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            yield out
    finally:
        errors.close(patient=False, back_to=(2, 1) if to_the_end else (2,))
        out.close(patient=True, back_to=() if to_the_end else (1,))


def open_standard_streams() -> None:
    """Put the null device where a standard stream is closed: the next file that is opened would be printed into."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number that is free
