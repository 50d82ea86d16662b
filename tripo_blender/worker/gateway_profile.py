"""What was learnt of a gateway: how a local picture travels there, and whether a create needs the `model` field."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.services.endpoint import RUNGS, normal_url


@dataclass
class Habits:
    """What to begin with at one gateway; shared by its jobs, and remembered only after a create that succeeded.

    `rung` is how a local picture travels (empty: not known yet), `pinned` that the user chose it.
    """

    rung: str = ""
    pinned: bool = False
    with_model: bool = False

    def rungs(self) -> tuple[str, ...]:
        """Give the ways to try, in order: the pinned one alone, or from the one that worked last on."""
        if self.pinned:
            return (self.rung,)
        return RUNGS[RUNGS.index(self.rung) :] if self.rung in RUNGS else RUNGS

    def learn(self, rung: str, with_model: bool) -> None:
        """Remember what a create succeeded with."""
        self.with_model = with_model
        if not self.pinned and rung:
            self.rung = rung


class HabitBook:
    """The habits of every gateway, by base URL, for as long as the process lives."""

    def __init__(self) -> None:
        self._habits: dict[str, Habits] = {}

    def of(self, base_url: str, pinned_rung: str = "") -> Habits:
        """Give the habits for a job; with a pinned rung they are its own, but learn the rest for all."""
        known = self._habits.setdefault(normal_url(base_url), Habits())
        return _Pinned(known, pinned_rung) if pinned_rung else known


class _Pinned(Habits):
    """Habits with a rung that the user chose; what they learn of `model` is known to the others too."""

    def __init__(self, known: Habits, rung: str) -> None:
        super().__init__(rung, pinned=True, with_model=known.with_model)
        self._known = known

    def learn(self, rung: str, with_model: bool) -> None:
        super().learn(rung, with_model)
        self._known.with_model = with_model
