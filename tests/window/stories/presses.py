"""What costs is pressed twice, fast and slowly: what is ordered, and what is asked before."""

from __future__ import annotations

import http.client
import json
import sys
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    yield from _generate(desk)
    yield from _send_again(desk)
    yield from _waiting(desk)


def _generate(desk: Any) -> Any:
    x, y = yield from desk.find("tripo.generate")
    loading = desk.module("app.preload").loading
    yield from desk.until(lambda: not bpy.app.timers.is_registered(loading.tick), "what a press needs to be loaded")
    before = set(sys.modules)
    yield from _double_click(desk, x, y)
    desk.notes["brought in by the first press"] = sorted(set(sys.modules) - before)
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("1-double-click", whole=True)
    yield from desk.until_all_ended()
    desk.notes["double-click"] = desk.states
    yield 1.5  # so that it is another press
    desk.session.clear()
    yield from desk.redrawn()
    yield from desk.click("tripo.generate(")
    yield from desk.until_all_ended()
    desk.notes["once more"] = desk.states


def _send_again(desk: Any) -> Any:
    yield 1.5
    desk.session.clear()
    _steer(desk, "faults", [{"on": "create", "do": "lost"}])
    desk.generate()
    yield from desk.until(lambda: desk.states == ["uncertain"], "the answer to be lost")
    yield from desk.redrawn()
    before = _creates(desk)

    yield from desk.click("tripo.send_again")
    yield 1.0
    desk.photograph("2-asked", whole=True)
    yield from desk.tap("ESC")
    yield 0.5
    desk.notes["escaped"] = [desk.states, _creates(desk) - before]

    x, y = yield from desk.find("tripo.send_again")
    yield from _double_click(desk, x, y)
    yield 1.0
    yield from desk.tap("ESC")
    yield 0.5
    desk.notes["double-clicked"] = [desk.states, _creates(desk) - before]

    # As fast as the second half of a double-click, whatever this machine takes to draw the dialog.
    inputs = bpy.context.preferences.inputs
    usual, inputs.mouse_double_click_time = inputs.mouse_double_click_time, 1000
    yield from desk.click("tripo.send_again")
    yield from desk.tap("RET")
    yield 0.5
    yield from desk.tap("ESC")
    yield 0.5
    desk.photograph("3-too-fast", whole=True)
    desk.notes["too fast"] = [desk.states, _creates(desk) - before]
    inputs.mouse_double_click_time = usual

    yield from desk.click("tripo.send_again")
    yield 1.0
    yield from desk.tap("RET")
    yield from desk.until(lambda: desk.states != ["uncertain"], "the confirmed order", 10)
    yield from desk.until_all_ended()
    desk.notes["confirmed"] = [desk.states, _creates(desk) - before]


def _waiting(desk: Any) -> Any:
    """Order Now is clicked twice, and whatever comes under the mouse by that; then Generate Again once."""
    desk.session.clear()
    ordering, given = desk.module("app.submit"), desk.module("app.account").access(bpy.context)
    scene, unfinished = desk.window.scene, desk.module("core.recovery")
    journal = desk.module("storage.journal").Journal(ordering.jobs_folder())
    found = desk.module("app.startup_scan").waiting.found
    for way in (unfinished.Way.ORDER, unfinished.Way.ORDER, unfinished.Way.DECIDE):
        job, _folder = ordering.order(desk.settings.image, desk.settings.settings(), given, scene)
        if way is unfinished.Way.DECIDE:
            lost = desk.module("core.services.purchase").lost_answer("timeout")
            job = replace(job, state=desk.module("core.job").JobState.UNCERTAIN, failure=lost)
        journal.write(job)
        found[job.id] = unfinished.Unfinished(job, way)
    yield from desk.redrawn()
    before = _creates(desk)

    x, y = yield from desk.find("tripo.resume(")
    yield from _double_click(desk, x, y)
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("4-waiting", whole=True)
    desk.notes["waiting"] = [str(each.way) for each in found.values()]
    yield from desk.until_all_ended()
    desk.notes["order now"] = [desk.states, _creates(desk) - before]

    yield from desk.redrawn()
    yield from desk.click("send_again=True")
    yield 1.0
    desk.photograph("5-asked", whole=True)
    yield from desk.tap("ESC")
    yield 0.5
    desk.notes["still waiting"] = [str(each.way) for each in found.values()]
    desk.notes["never sent again"] = _creates(desk) - before


def _double_click(desk: Any, x: int, y: int) -> Any:
    desk.move(x, y)
    yield 0.1
    for _ in range(2):
        for value in ("PRESS", "RELEASE"):
            desk.window.event_simulate(type="LEFTMOUSE", value=value, x=x, y=y)
            yield 0.06


def _creates(desk: Any) -> int:
    return len([entry for entry in _ask(desk, "GET", "requests") if entry["answer"].get("task_id")])


def _steer(desk: Any, lever: str, content: Any) -> None:
    _ask(desk, "POST", lever, content)


def _ask(desk: Any, method: str, lever: str, content: Any = None) -> Any:
    connection = http.client.HTTPConnection(urlsplit(desk.order["url"]).netloc, timeout=10)
    connection.request(method, f"/simulator/{lever}", json.dumps(content), {"Content-Type": "application/json"})
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer or b"null")
