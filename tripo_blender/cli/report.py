"""What a script's user reads while a job runs: a line a person can read, or one JSON object a line."""

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from ..core.errors import Failure
from ..core.events import Event
from ..core.inspection import Inspection, remarks
from ..core.job import Job
from ..core.price import Price, in_words
from ..core.sentences.text import Text
from ..core.serialization import to_record
from ..core.task import IMAGE_ROLES, Role, word_of
from ..core.text import as_line
from .output import Channel, open_channel

_STEP = 10.0  # percent between two lines where the output is no terminal


class Report:
    """Tells the way of one job or of several; that it is not read, or cannot be, changes nothing."""

    def __init__(self, out: Channel, *, as_json: bool) -> None:
        self.job: Job | None = None
        self._out = out
        self._as_json = as_json
        self._told = ("", -_STEP)  # state and percent of the last line
        self._place = ""  # of the job among several
        self._done: list[dict[str, Any]] = []  # the results of those that are done

    def priced(self, price: Price | None) -> None:
        """Tell what an order is estimated to cost, before it goes out."""
        least, most = (price.least, price.most) if price is not None else (None, None)
        self.told({"event": "price", "least": least, "most": most}, f"Estimate: {in_words(price).english()}")

    def started(self, job: Job, number: int = 1, of: int = 1) -> None:
        """Take note of the job that the events are of: one of so many."""
        self.job = job
        self._told = ("", -_STEP)
        self._place = f" ({number} of {of})" if of > 1 else ""

    def happened(self, event: Event) -> None:
        """Tell one event."""
        if self.job is None:
            return
        self.job = self.job.after(event)
        if self._as_json:
            name = type(event).__name__
            record = {"event": name[0].lower() + name[1:], "job": self.job.id, "state": str(self.job.state)}
            self._json(record | spelt_out(event) | {"percent": round(self.job.percent, 1)})
        else:
            self._progress(self.job)

    def done(self, job: Job, files: Sequence[Path], *, among_others: bool = False) -> None:
        """Tell the result, or, of one among others, that it is done."""
        found = result_of(job, files)
        self._done.append(found)
        if self._as_json:
            self._json(({"event": "done"} if among_others else _SUCCESS) | found)
            return
        inspection = job.inspection or Inspection()
        self._line(f"Done: {_words_of(job, inspection)}")
        for remark in (*job.warnings, *(remarks(inspection) if job.model_path else ())):
            self._line(f"  {remark.english()}")
        for path in files or found.get("kept", ()):
            self._line(f"  {path}")

    def all_done(self) -> None:
        """Tell the result of several jobs as one: that of the first model, all files, and what all have cost."""
        first = next((each for each in self._done if "object" in each), self._done[-1])
        costs = [each["credits"] for each in self._done]
        total = {
            "credits": sum(costs) if min(costs) >= 0 else -1.0,
            "outputs": list(dict.fromkeys(path for each in self._done for path in each["outputs"])),
            "results": self._done,
        }
        cost = f", {total['credits']:g} credits in all" if min(costs) >= 0 else ""
        self.told(_SUCCESS | first | total, f"All {len(self._done)} are done{cost}")

    def told(self, record: dict[str, Any], *lines: Text | str) -> None:
        """Tell something else: a record for programs, lines for a person."""
        if self._as_json:
            self._json(record)
        else:
            for line in lines:
                self._line(line.english() if isinstance(line, Text) else line)

    def failed(self, failure: Failure, code: int) -> int:
        """Tell a failure, and what was done before it; give the exit code back."""
        job_id, task_id = (self.job.id, self.job.task_id) if self.job else ("", "")
        if self._as_json:
            last = {"event": "result", "ok": False, "exit_code": code, "job": job_id, "task_id": task_id}
            self._json(last | {"error": spelt_out(failure)} | ({"results": self._done} if self._done else {}))
            return code
        self._line(failure.sentence)
        if technical := failure.technical():
            self._line(f"  {technical}")
        if task_id and task_id not in failure.sentence:
            self._line(f"  task {task_id}")
        for each in self._done:
            self._line(f"  Made before and kept: {_further(each)}")
        return code

    def _progress(self, job: Job) -> None:
        state, percent = self._told
        note = job.note.english() if job.note else ""
        words = f"{job.name}{self._place}: {job.state} {job.percent:.0f}%" + (f" ({note})" if note else "")
        if job.seconds_left > 0:
            words += f", {job.seconds_left:.0f} s left"
        if self._out.terminal:
            self._out.write(f"\r\x1b[K{as_line(words)}")
        elif f"{job.state} {note}" != state or job.percent - percent >= _STEP:
            self._told = (f"{job.state} {note}", job.percent)
            self._line(words)

    def text(self, text: str) -> None:
        """Tell a text of several lines that is our own."""
        self._out.write(text)

    def _line(self, text: str) -> None:
        start = "\r\x1b[K" if self._out.terminal else ""
        self._out.write(f"{start}{as_line(text)}\n")

    def _json(self, record: dict[str, Any]) -> None:
        self._out.write(json.dumps(record) + "\n")


def spelt_out(value: Any) -> Any:
    """Give an event, a failure or a text as JSON values: each text by its key and parameters, and in English too."""
    if isinstance(value, Text):
        parameters = {name: spelt_out(each) for name, each in value.parameters.items()}
        return {"reason": value.key, "parameters": parameters, "message": value.english()}
    if isinstance(value, Failure):
        technical = {"detail": value.detail, "code": value.code, "trace_id": value.trace_id}
        return {"kind": str(value.kind)} | spelt_out(value.text) | {"message": value.sentence} | technical
    if isinstance(value, tuple):
        return [spelt_out(each) for each in value]
    record = to_record(value)
    if is_dataclass(value):
        record |= {field.name: spelt_out(getattr(value, field.name)) for field in fields(value) if field.name in record}
    return record


_SUCCESS = {"event": "result", "ok": True, "exit_code": 0}


def result_of(job: Job, files: Sequence[Path]) -> dict[str, Any]:
    """Return what is told of a job that is done: of a model its faces, of images their files by what they show.

    Where images were saved nowhere, `kept` says where they lie in the add-on's own folder.
    """
    result: dict[str, Any] = {
        "job": job.id,
        "task_id": job.task_id,
        "task": str(job.request.task) if job.ordered else "",
        "warnings": spelt_out(job.warnings),
        "credits": job.credits,
        "outputs": [str(path) for path in files],
    }
    images = [each for each in job.artifacts if each.role in IMAGE_ROLES]
    if not images:
        found = job.inspection or Inspection()
        return result | {
            "object": job.object_name,
            "format": str(job.model_format),
            "faces": found.faces,
            "quads": found.quads,
        }
    paths = [str(path) for path in files[: len(images)]] or [each.path for each in images]
    shown = {str(each.role): path for each, path in zip(images, paths, strict=True)}
    return result | {"images": shown} | ({} if files else {"kept": paths})


def _words_of(job: Job, found: Inspection) -> str:
    """Return what came, in a line."""
    images = [each for each in job.artifacts if each.role in IMAGE_ROLES]
    if images:
        what = f"{job.name}, {word_of(Role.VIEWS if len(images) > 1 else images[0].role).english()}"
    else:
        kind = "quads" if found.faces and found.quads == found.faces else "faces"
        what = f"{job.object_name}, {found.faces:,} {kind}"
    cost = f", {job.credits:g} credits" if job.credits >= 0 else ""
    return what + cost + (f", task {job.task_id}" if job.task_id else "")


def _further(result: dict[str, Any]) -> str:
    """Return where something is that was made before another thing failed, and how to go on from it."""
    if "object" in result:
        return f"{result['object']}, task {result['task_id']}" + "".join(f", {path}" for path in result["outputs"])
    if len(result["images"]) > 1:
        return f"four views, by: tripo generate --views {result['task_id']}"
    return f"the image of task {result['task_id']}, by: tripo generate {shlex.quote(*result['images'].values())}"


@contextmanager
def open_report(*, as_json: bool) -> Iterator[Report]:
    """Give a report on stdout; with JSON nothing else gets there any more, so that the result is the last line."""
    with open_channel(to_the_end=as_json) as channel:
        yield Report(channel, as_json=as_json)
