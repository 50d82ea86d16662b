"""An account at a service: where its requests go, what it takes to use it, and which account a job belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field

from .services.endpoint import normal_url


@dataclass(frozen=True)
class Account:
    """Whose requests they are: a service by its name among `SERVICES`, all of its address that precedes /task, a name.

    The name tells two accounts at one address apart, and is empty for the only one. A record keeps all of this, and
    never a key.
    """

    service: str = "modelstream"
    base_url: str = ""
    name: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What two spellings of one account share."""
        return self.service, normal_url(self.base_url), self.name

    def is_same(self, other: Account) -> bool:
        """Return whether the other is this account, however their addresses are spelt."""
        return self.identity == other.identity


@dataclass(frozen=True)
class Credentials:
    """What it takes to use an account: its key, how many of its jobs run at once, how a local image goes up there.

    `upload_method` names one of its service's methods; empty: try them in order.
    """

    account: Account
    key: str = field(repr=False)
    at_once: int = 3
    upload_method: str = ""
