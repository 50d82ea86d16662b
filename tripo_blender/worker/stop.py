"""How a run is ended from outside, by the user or because its process closes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

T = TypeVar("T")


class Stop(Protocol):
    """How a run is ended from outside: asked before every step, waited on instead of sleeping."""

    cancelled: bool  # by the user; otherwise the process closes, and the record stays as it is

    def is_set(self) -> bool:
        """Whether the run shall end."""

    def hedged(self, ask: Callable[[float], T], good: Callable[[T], bool], seconds: float, /) -> T | None:
        """Ask, and once more where no answer has come after `seconds`; None: the run shall end.

        `ask` is told for how many seconds each byte is waited for, 0 for the usual.
        """

    def wait(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds; True as soon as the run shall end."""

    def aside(self, work: Callable[[], T], seconds: float, /) -> Callable[[], T | None]:
        """Begin what is not worth waiting for, and give what waits for its end; None: it was given up.

        It has about `seconds` from its beginning, and no longer than the run.
        """

    def interruptible(self) -> AbstractContextManager[object]:
        """While it is entered `KeyboardInterrupt` may break off what is waited for."""

    def shielded(self) -> AbstractContextManager[object]:
        """While it is entered the run is not broken off: a purchase is under way."""

    def uninterrupted(self) -> AbstractContextManager[object]:
        """While it is entered nothing is broken off, by whoever insists either: what is known is written down."""


class Stopped(Exception):
    """The run was told to end."""
