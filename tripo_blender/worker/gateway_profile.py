"""What was learnt of a gateway: how a local image travels there, and in which dialect it wants the create call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.account import Account
from ..core.services.endpoint import UploadMethod


@dataclass
class GatewayProfile:
    """What to begin with at one gateway; shared by its jobs, and remembered only after a create that succeeded.

    `upload_method` names how a local image travels (empty: not known yet), `pinned` says that the user chose it.
    """

    upload_method: str = ""
    pinned: bool = False
    dialect: str = ""  # of the create call; empty: the service's usual one

    def methods(self, offered: Sequence[UploadMethod]) -> Sequence[UploadMethod]:
        """Return the upload methods to try, in order: the pinned one alone, or from the one that worked last on.

        One that is not the service's own was chosen for another service, and counts for nothing here.
        """
        names = [method.name for method in offered]
        if self.upload_method not in names:
            return offered
        at = names.index(self.upload_method)
        return offered[at : at + 1] if self.pinned else offered[at:]

    def learn(self, upload_method: str, dialect: str) -> None:
        """Remember what a create succeeded with."""
        self.dialect = dialect
        if not self.pinned and upload_method:
            self.upload_method = upload_method


class ProfileBook:
    """The profile of the gateway of every account, for as long as the process lives."""

    def __init__(self) -> None:
        self._profiles: dict[tuple[str, str, str], GatewayProfile] = {}

    def of(self, account: Account, pinned: str = "") -> GatewayProfile:
        """Return the profile for a job: with a pinned upload method its own, which yet learns the rest for all."""
        known = self._profiles.setdefault(account.identity, GatewayProfile())
        return _Pinned(known, pinned) if pinned else known


class _Pinned(GatewayProfile):
    """A profile with an upload method that the user chose; the dialect that it learns is known to the others too."""

    def __init__(self, known: GatewayProfile, upload_method: str) -> None:
        super().__init__(upload_method, pinned=True, dialect=known.dialect)
        self._known = known

    def learn(self, upload_method: str, dialect: str) -> None:
        super().learn(upload_method, dialect)
        self._known.dialect = dialect
