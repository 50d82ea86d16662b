"""What the user said of each job, written down before anybody heard it."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

AGAIN, TASK, GIVE_UP, LEAVE, CANCEL, OFFERED = "again", "task", "give up", "leave", "cancel", "offered"


@dataclass(frozen=True)
class Word:
    """One word: when (seconds since the epoch), of which job, and what; `offered` is what the user was asked."""

    time: float
    job: str
    word: str


class Words:
    """All of them, in a file that several processes write to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, job: str, word: str) -> None:
        """Write a word down."""
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(Word(time.time(), job, word))) + "\n")

    def of(self, job: str) -> list[str]:
        """Return what was said of a job, in order."""
        return [word.word for word in self.read() if word.job == job]

    def read(self) -> Iterator[Word]:
        """Yield every word; one that its writer's death has cut short is none."""
        for line in self._path.read_text().splitlines() if self._path.exists() else []:
            if line.endswith("}"):
                yield Word(**json.loads(line))
