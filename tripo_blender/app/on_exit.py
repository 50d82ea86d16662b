"""What is closed when the add-on is switched off: modules that hold something say here how to let go of it."""

from collections.abc import Callable

_callbacks: list[Callable[[], None]] = []


def on_exit(callback: Callable[[], None]) -> Callable[[], None]:
    """Have a function called, once each time, when the add-on is switched off; usable as a decorator."""
    _callbacks.append(callback)
    return callback


def run() -> None:
    """Call them, the newest first."""
    for callback in reversed(_callbacks):
        callback()
