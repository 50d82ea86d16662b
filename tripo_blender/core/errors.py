"""Every way a job can fail: a kind to act on, and a text for the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from .plain_text import plain, shortened
from .sentences.text import Text, Translate, text


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


_LONGEST = {"detail": 1_000, "code": 200, "trace_id": 200}  # characters


@dataclass(frozen=True)
class Failure:
    """One failure as data: it crosses the pipe, lies in the job record and is shown in the panel.

    `text` is for the artist and says what to do. `detail` is the technical text. `code` is the service's
    own code and `trace_id` what its support asks for; both are empty when there were none. Whoever wrote a part of
    them, a service or a model file, none holds a control character, or is without end.
    """

    kind: Kind
    text: Text
    detail: str = ""
    code: str = ""
    trace_id: str = ""

    def __post_init__(self) -> None:
        for name, most in _LONGEST.items():
            object.__setattr__(self, name, shortened(plain(getattr(self, name)), most))

    @property
    def sentence(self) -> str:
        """The text in English."""
        return self.made(str)

    def made(self, translate: Translate) -> str:
        """Return the text in the language of `translate`; of a newer version's record, its kind and key at least."""
        return self.text.made(translate, text("unknown_failure", kind=self.kind, key=self.text.key))

    def technical(self) -> str:
        """Give detail, code and trace id in one line, for logs and reports."""
        parts = [self.detail]
        if self.code:
            parts.append(f"code {self.code}")
        if self.trace_id:
            parts.append(f"trace id {self.trace_id}")
        return "; ".join(part for part in parts if part)


class TripoError(Exception):
    """A failure on its way up; `str()` is its sentence in English."""

    def __init__(self, kind: Kind, text: Text, *, detail: str = "", code: str = "", trace_id: str = "") -> None:
        self.failure = Failure(kind, text, detail, code, trace_id)
        super().__init__(self.failure)

    def __str__(self) -> str:
        return self.failure.sentence

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """Wrap a failure that came as data."""
        return cls(failure.kind, failure.text, detail=failure.detail, code=failure.code, trace_id=failure.trace_id)
