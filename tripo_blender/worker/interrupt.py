"""Ctrl-C in the foreground: taken note of at any moment, acted on only where nothing can be left half done."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from types import FrameType
from typing import TypeVar

from . import hedging

_LOOK_SECONDS = 0.1  # between two looks at Ctrl-C while the next attempt is waited for
_INSISTING_SECONDS = 2.0  # after the first Ctrl-C, another one is meant: keys that are held down repeat at once
_AGAIN_SECONDS = 0.5  # Python drops an exception that it raises inside a finalizer: then a later Ctrl-C raises it anew

T = TypeVar("T")


class _Raises(Enum):
    """Whether Ctrl-C breaks off what is being done."""

    NEVER = auto()
    AT_LAST = auto()  # for who insists
    AT_ONCE = auto()


class Interrupt:
    """A `Stop` that Ctrl-C sets.

    It breaks off only what waits for somebody else, and only once: a record that is being written, an answer that is
    being read or an earlier Ctrl-C that is being answered are never torn apart, however often the key is pressed.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self._raises = _Raises.NEVER
        self._first = self._last = 0.0  # when Ctrl-C came first, and when it last broke something off

    def is_set(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self.cancelled

    def wait(self, timeout: float) -> bool:
        """Sleep; Ctrl-C ends it soon."""
        until = time.monotonic() + timeout
        while not self.cancelled and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
        return self.cancelled

    def aside(self, work: Callable[[], T], _seconds: float, /) -> Callable[[], T | None]:
        """Do `work` when it is waited for: Blender wants no threads, and Ctrl-C breaks it off."""
        return work

    def hedged(self, ask: hedging.Ask[T], good: Callable[[T], bool], seconds: float, /) -> T | None:
        """Ask, and once more where no answer has come after `seconds`: in place of the first, for want of threads."""
        return hedging.one_after_the_other(ask, good, seconds)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let Ctrl-C break off what is done inside: raise `KeyboardInterrupt`, at once where it came before."""
        with self._until_left(_Raises.AT_ONCE):
            if self.cancelled:
                self._last = time.monotonic()
                raise KeyboardInterrupt
            yield

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Keep Ctrl-C from breaking off what is done inside, unless it comes again after a while."""
        with self._until_left(_Raises.AT_LAST):
            yield

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """Keep Ctrl-C from breaking off what is done inside, however often it comes."""
        with self._until_left(_Raises.NEVER):
            yield

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answer Ctrl-C for as long as this is entered. Only the main thread can; elsewhere nothing is changed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            yield
        finally:
            if self.cancelled and isinstance(before, Once):
                before.used = True
            signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)

    @contextmanager
    def _until_left(self, raises: _Raises) -> Iterator[None]:
        before = self._raises
        try:
            self._raises = raises
            yield
        finally:
            self._raises = before

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.cancelled:
            self.cancelled, self._first = True, now
        if self._raises is _Raises.NEVER or now - self._last < _AGAIN_SECONDS:
            return
        if self._raises is _Raises.AT_ONCE or now - self._first > _INSISTING_SECONDS:
            self._last = now
            raise KeyboardInterrupt


class Once:
    """Ctrl-C for a whole command line: the first one ends it, and no other disturbs its last words."""

    def __init__(self) -> None:
        self.used = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Answer the signal: raise `KeyboardInterrupt` for the first."""
        if not self.used:
            self.used = True
            raise KeyboardInterrupt

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answer Ctrl-C for as long as this is entered; after one that was answered the process is to end undisturbed.

        Where it is ignored, as in the background of a shell, it stays so.
        """
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or before is signal.SIG_IGN:
            yield
            return
        signal.signal(signal.SIGINT, self)
        try:
            yield
        finally:
            again = before if before is not None else signal.SIG_DFL
            signal.signal(signal.SIGINT, signal.SIG_IGN if self.used else again)
