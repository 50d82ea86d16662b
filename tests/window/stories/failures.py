"""What goes wrong most often, as the artist sees it, and the way on that the sidebar offers."""

from __future__ import annotations

import http.client
import json
import os
import signal
from typing import Any
from urllib.parse import urlsplit


def story(desk: Any) -> Any:
    yield from desk.sit_down(**desk.order.get("access", {}))
    yield from _FAILURES[desk.order["how"]](desk)


def _no_key(desk: Any) -> Any:
    yield from _look(desk)


def _ended(desk: Any) -> Any:
    """Generate, and look at what it came to."""
    if desk.order.get("limit"):
        import resource  # not on Windows

        most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (desk.order["limit"], most[1]))
        desk.generate()  # the worker starts, and keeps the limit
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    else:
        desk.generate()
    yield from desk.until(lambda: desk.states[-1] in ("failed", "uncertain"), "the failure", 90)
    yield from _look(desk)
    if desk.order.get("fetch"):
        yield from _fetched(desk)


def _fetched(desk: Any) -> Any:
    """Mend what was wrong, and click Download Again."""
    _steer(desk, "faults", [])
    if desk.order.get("limit"):
        desk.session._worker.close()
        yield from desk.until(lambda: desk.session._worker is None, "the worker to be gone", 20)
    yield from desk.click("tripo.fetch(")
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("2-after-all")
    desk.notes["after all"] = desk.states
    desk.notes["objects"] = desk.objects


def _worker_killed(desk: Any) -> Any:
    desk.generate()
    yield from desk.until_generating()
    first = desk.session._worker
    os.kill(first._process.pid, signal.SIGKILL)
    yield from desk.until(lambda: desk.session._worker not in (None, first), "another worker", 20)
    yield from desk.until(lambda: desk.jobs[0].percent > 20, "the service to get on", 20)
    yield from _look(desk)
    yield from desk.until_all_ended()
    desk.notes["after all"] = desk.states
    desk.notes["objects"] = desk.objects


def _started_again(desk: Any) -> Any:
    """Another Blender was killed while its model was made."""
    yield from desk.until(lambda: desk.drawn("TRIPO_PT_waiting"), "the waiting model to be found", 20)
    yield from _look(desk)
    yield from desk.click("tripo.resume(")
    yield from desk.until(lambda: len(desk.jobs) == 1, "the click to count", 10)
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("2-after-all")
    desk.notes["after all"] = desk.states
    desk.notes["objects"] = desk.objects
    desk.notes["waiting"] = list(desk.module("app.startup_scan").waiting.found)


def _look(desk: Any) -> Any:
    yield from desk.leave()
    yield from desk.redrawn()
    yield from desk.redrawn()
    desk.photograph("1-seen")
    desk.notes["words"] = desk.sentence()
    desk.notes["clipped"] = desk.clipped()
    desk.notes["states"] = desk.states
    desk.notes["kinds"] = [str(job.failure.kind) for job in desk.jobs if job.failure]
    desk.notes["sentences"] = [job.failure.sentence for job in desk.jobs if job.failure]


def _steer(desk: Any, lever: str, content: Any) -> None:
    connection = http.client.HTTPConnection(urlsplit(desk.order["url"]).netloc, timeout=10)
    connection.request("POST", f"/simulator/{lever}", json.dumps(content), {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


_FAILURES = {"no key": _no_key, "ended": _ended, "worker killed": _worker_killed, "started again": _started_again}
