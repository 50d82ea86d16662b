"""A Blender of its own: switches the installed add-on on, starts or resumes a job, and pumps its tick by hand.

Its order is a line of JSON on stdin; on stdout it says in lines of JSON what it sees. A second line has it cancel.
"""

import importlib
import json
import os
import select
import signal
import sys
import time
from typing import Any

import bpy

PACKAGE = "bl_ext.user_default.tripo_blender"
SECONDS = 60.0


def say(**what: Any) -> None:
    """One line for the test."""
    with os.fdopen(os.dup(said), "w") as file:
        file.write(json.dumps(what) + "\n")


def module(name: str) -> Any:
    """A module of the installed add-on."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def generate(order: dict[str, Any]) -> None:
    """Start a job at a place of its own, as the button does."""
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", order["picture"], False, 1000
    bpy.context.scene.cursor.location = (3, 0, 0)
    if order["until"] == "ready":
        bpy.ops.mesh.primitive_cube_add()
        bpy.ops.object.mode_set(mode="EDIT")
    if order["until"] == "importing":
        module("scene.place").put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    module("ui.operators.generate").start(bpy.context)


def resume(order: dict[str, Any]) -> None:
    """Look for what waits as the timer does, and go on with it as the buttons do."""
    waiting = module("app.startup_scan")
    while waiting.tick() is not None:
        pass
    for job_id, found in list(waiting.waiting.found.items()):
        say(found=job_id, way=found.way, words=found.words)
        if order.get("looks"):
            continue
        if found.way == "decide":
            bpy.ops.tripo.resume(job_id=job_id, beside=True, task_id=order["task_id"])
        else:
            bpy.ops.tripo.resume(job_id=job_id, beside=True)


def cancel(then: str) -> None:
    """Cancel as the button does; then end, or be ended, in the same moment."""
    session = module("app.session").session
    (job,) = session.jobs.values()
    worker = session._worker
    bpy.ops.tripo.cancel(job_id=job.id)
    say(cancelled=str(session.jobs[job.id].state), worker=worker.pid)
    if "worker" in then:
        os.kill(worker.pid, signal.SIGKILL)
    if "Blender" in then:
        os.kill(os.getpid(), signal.SIGKILL)
    if then == "closed":
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        os._exit(0)


def main() -> None:
    """Carry the order out."""
    order = json.loads(sys.stdin.readline())
    bpy.ops.preferences.addon_enable(module=PACKAGE)
    preferences = bpy.context.preferences.addons[PACKAGE].preferences
    preferences.api_key, preferences.base_url = order["key"], order["url"]
    preferences.converts = order["converts"]
    bpy.ops.wm.read_homefile(use_empty=True)
    (resume if order["resume"] else generate)(order)
    session = module("app.session")
    jobs, until, told = session.session.jobs, time.monotonic() + SECONDS, ""
    heard = False
    while time.monotonic() < until and any(not job.final for job in jobs.values()):
        session.tick()
        if not heard and select.select([sys.stdin], [], [], 0)[0]:
            heard = True
            if then := sys.stdin.readline().strip():
                cancel(then)
        for job in jobs.values():
            if job.state != told:
                told = job.state
                worker = session.session._worker
                say(job=job.id, state=told, task_id=job.task_id, worker=worker.pid if worker else 0)
        time.sleep(0.01)
    while heard and time.monotonic() < until and session.tick() is not None:
        time.sleep(0.01)
    objects = [(obj.name, round(obj.matrix_world.translation.x)) for obj in bpy.data.objects]
    ended = [str(job.state) for job in jobs.values()]
    bpy.ops.preferences.addon_disable(module=PACKAGE)
    say(ended=ended, objects=objects)
    os._exit(0)


if __name__ == "__main__":
    said = os.dup(1)
    os.dup2(2, 1)
    main()
