"""Jobs that end without a model: cancelled, refused, uncertain."""

from __future__ import annotations

from typing import Any


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    yield from _ENDINGS[desk.order["how"]](desk)


def _cancelled(desk: Any) -> Any:
    desk.generate()
    yield from desk.until_generating()
    worker = desk.session._worker
    yield from desk.click("tripo.cancel")
    yield from desk.until(lambda: desk.states == ["cancelled"], "the click to count", 10)
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("1-cancelled")
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    yield from desk.until(lambda: not worker.alive, "the worker to end", 20)
    desk.notes["objects"] = desk.objects

    yield from desk.click("tripo.fetch")
    yield from desk.until(lambda: "generating" in desk.states, "the task to be taken up again", 10)
    yield from desk.until_all_ended()
    desk.notes["fetched"] = desk.states
    yield from desk.redrawn()
    yield from desk.click("tripo.clear")
    yield from desk.until(lambda: desk.jobs == [], "the list to be cleared", 10)


def _refused(desk: Any) -> Any:
    desk.preferences.api_key = "wrong-key"
    desk.generate()
    yield from desk.until_all_ended()
    desk.preferences.api_key = desk.order["key"]
    yield 1.2  # or it is taken for the second half of a double-click
    desk.generate()
    yield from desk.until_all_ended()
    yield from desk.redrawn()
    desk.photograph("1-refused")
    desk.notes["words"] = desk.sentence("TRIPO_PT_jobs")
    desk.notes["clipped"] = desk.clipped()
    desk.notes["kinds"] = [str(job.failure.kind) for job in desk.jobs]
    desk.notes["sentences"] = [job.failure.sentence for job in desk.jobs]
    yield from desk.scroll_down()
    desk.photograph("2-below")
    yield from desk.click("tripo.clear")
    yield from desk.until(lambda: desk.jobs == [], "the list to be cleared", 10)


def _uncertain(desk: Any) -> Any:
    desk.generate()
    yield from desk.until(lambda: desk.states == ["uncertain"], "the answer to be lost")
    yield from desk.redrawn()
    desk.photograph("1-uncertain")
    desk.notes["words"] = desk.sentence("TRIPO_PT_jobs")
    desk.notes["clipped"] = desk.clipped()
    yield 1.0  # nothing must go on by itself
    desk.notes["still"] = desk.states
    yield from desk.click("tripo.send_again")
    yield 1.0  # later than the second half of a double-click
    yield from desk.tap("RET")
    yield from desk.until(lambda: desk.states != ["uncertain"], "the order to be sent again", 10)
    yield from desk.until_all_ended()
    desk.notes["sent again"] = desk.states

    desk.generate()
    yield from desk.until(lambda: desk.states[-1] == "uncertain", "the answer to be lost once more")
    yield from desk.redrawn()
    yield from desk.click("tripo.cancel")
    yield from desk.until(lambda: desk.jobs[-1].final, "the job to be given up", 10)
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("2-given-up")
    desk.notes["given up"] = desk.states


_ENDINGS = {"cancelled": _cancelled, "refused": _refused, "uncertain": _uncertain}
