"""Every way a job can fail, and the sentence a user reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from .plain_text import plain, shortened


class Kind(StrEnum):
    """What went wrong, coarse enough to act on."""

    USAGE = "usage"
    NO_KEY = "no_key"
    OFFLINE = "offline"
    UNCERTAIN = "uncertain"
    PICTURE = "picture"
    KEY_REFUSED = "key_refused"
    NO_CREDIT = "no_credit"
    NOT_ALLOWED = "not_allowed"
    BUSY = "busy"
    SERVICE_DOWN = "service_down"
    REFUSED = "refused"
    CONTENT = "content"
    TASK_FAILED = "task_failed"
    TASK_LOST = "task_lost"
    NETWORK = "network"
    ANSWER = "answer"
    LINK_EXPIRED = "link_expired"
    MODEL_FILE = "model_file"
    MODEL_DANGEROUS = "model_dangerous"
    IMPORT = "import"
    DISK = "disk"
    CANCELLED = "cancelled"
    NEEDS = "needs"  # another job that it takes something of gave nothing
    ELSEWHERE = "elsewhere"  # another Blender has the job
    INTERNAL = "internal"


_EXIT_CODES = {Kind.USAGE: 2, Kind.NO_KEY: 3, Kind.OFFLINE: 4, Kind.UNCERTAIN: 5}


def exit_code(kind: Kind) -> int:
    """Give the status a script ends with: 2 usage, 3 no key, 4 offline, 5 outcome unknown, 1 all else."""
    return _EXIT_CODES.get(kind, 1)


# Characters; the sentences that are written here have 300 at most, with a name or two that somebody typed.
_LONGEST = {"sentence": 600, "detail": 1_000, "code": 200, "trace_id": 200}


@dataclass(frozen=True)
class Failure:
    """One failure as data: it crosses the pipe, lies in the job record and is shown in the panel.

    `sentence` is for the artist and says what to do. `detail` is the technical text. `code` is the service's
    own code and `trace_id` what its support asks for; both are empty when there were none. Whoever wrote a part of
    them, a service or a model file, none holds a control character, or is without end.
    """

    kind: Kind
    sentence: str
    detail: str = ""
    code: str = ""
    trace_id: str = ""

    def __post_init__(self) -> None:
        for name, most in _LONGEST.items():
            object.__setattr__(self, name, shortened(plain(getattr(self, name)), most))

    def technical(self) -> str:
        """Give detail, code and trace id in one line, for logs and reports."""
        parts = [self.detail]
        if self.code:
            parts.append(f"code {self.code}")
        if self.trace_id:
            parts.append(f"trace id {self.trace_id}")
        return "; ".join(part for part in parts if part)


class TripoError(Exception):
    """A failure on its way up; `str()` is the sentence."""

    def __init__(self, kind: Kind, sentence: str, *, detail: str = "", code: str = "", trace_id: str = "") -> None:
        self.failure = Failure(kind, sentence, detail, code, trace_id)
        super().__init__(self.failure.sentence)

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """Wrap a failure that came as data."""
        return cls(failure.kind, failure.sentence, detail=failure.detail, code=failure.code, trace_id=failure.trace_id)
