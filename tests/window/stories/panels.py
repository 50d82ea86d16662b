"""Every state of a job and every source of a picture, in sidebars of several widths and scales: draws and photographs.

The jobs are made up: no service is asked.
"""

from __future__ import annotations

from typing import Any

import bpy

_NARROW, _USUAL, _WIDE = 160, 290, 520  # px at scale 1


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    desk.notes["widths"] = []
    desk.notes["clipped"] = []
    for source in ("IMAGE", "FILE", "RENDER", "WEB"):
        desk.settings.source = source
        desk.settings.filepath = desk.order["picture"]
        desk.settings.url = "https://example.com/pictures/a-rather-long-name-of-a-picture.png"
        yield from desk.leave()
        yield from desk.redrawn()
        desk.photograph(f"source-{source.lower()}")
    yield from _render(desk)
    desk.settings.source = "IMAGE"

    yield from _open_advanced(desk)
    _make_up_jobs(desk)
    for width in (_USUAL, _NARROW, _WIDE):
        yield from desk.widen(width)
        yield from _look(desk, f"width-{width}")

    yield from desk.widen(_USUAL)
    bpy.context.preferences.view.ui_scale = 1.5
    yield 0.3
    yield from desk.redrawn()
    yield from _look(desk, "scale-1.5")
    desk.session.jobs.clear()


def _render(desk: Any) -> Any:
    """See whether a render is offered: before there is one, after a viewport's, in a new file, after F12."""
    bpy.context.preferences.view.render_display_type = "NONE"
    desk.settings.source = "RENDER"
    offered = desk.notes["render offered"] = []

    def is_offered() -> bool:
        with desk.at_sidebar():
            return bool(bpy.ops.tripo.generate.poll())

    offered.append(is_offered())
    yield from desk.redrawn()
    desk.notes["nothing rendered"] = [desk.sentence("TRIPO_PT_main"), _refusal(desk)]
    desk.photograph("source-render-none")

    scene = desk.window.scene
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    with desk.at_viewport():
        bpy.ops.render.opengl(view_context=True)
    yield from desk.until(is_offered, "the viewport's render to be offered", 30)
    yield from desk.redrawn()
    desk.photograph("source-render")

    other = bpy.data.scenes.new("Other")
    desk.window.scene = other
    other.tripo.source = "RENDER"
    yield from desk.redrawn()
    desk.notes["rendered in another scene"] = _refusal(desk)
    desk.window.scene = scene
    bpy.data.scenes.remove(other)

    # What was rendered goes with the file; in the new one nothing was.
    file = f"{desk.order['folder']}/desk.blend"
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    yield from desk.redrawn()
    offered.append(is_offered())
    scene = desk.window.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    with desk.at_viewport():
        bpy.ops.render.render("INVOKE_DEFAULT")
    yield from desk.until(is_offered, "the render to be offered", 60)
    yield from desk.redrawn()


def _refusal(desk: Any) -> str:
    try:
        desk.generate()
    except RuntimeError as error:  # how an operator's error reaches a script
        return str(error).strip()
    return "none"


def _look(desk: Any, name: str) -> Any:
    """Photograph the panel's beginning and its end, with each kind of settings that draws something else."""
    desk.settings.model_version, desk.settings.texture, desk.settings.face_limit = "P1-20260311", False, 30_000
    desk.preferences.base_url = "https://127.0.0.1:1/?"
    yield from desk.scroll_to_top()
    desk.photograph(name)
    desk.notes["widths"].append(desk.sidebar.width)
    desk.notes["clipped"] += desk.clipped()
    desk.preferences.base_url = desk.order["url"]
    desk.settings.model_version, desk.settings.texture, desk.settings.face_limit = "OTHER", True, 0
    for part in range(1, 3):
        yield from desk.scroll_down()
        desk.photograph(f"{name}-below-{part}")


def _open_advanced(desk: Any) -> Any:
    """Click on the header of the closed sub-panel: below the button and its price."""
    desk.notes["advanced at first"] = desk.words("TRIPO_PT_advanced")
    _x, y = yield from desk.find("tripo.generate")
    yield from desk.open_panel("TRIPO_PT_advanced", desk.sidebar.x + 40, range(y - 20, y - 150, -9))


def _make_up_jobs(desk: Any) -> None:
    core = desk.module("core.job")
    failure = desk.module("core.errors").Failure
    kind = desk.module("core.errors").Kind
    text = desk.module("core.sentences.text").text
    settings = desk.settings.settings()
    failed = failure(
        kind.TASK_FAILED,
        text("task.failed", advice=text("task.try_another_image")),
        "status failed of caf\udce9",
        "2015",
        "d6cfeb06-4460-40fa-9308-e237b1615273",
    )
    state = core.JobState
    made_up = (
        ("Queued", state.QUEUED, {}),
        (
            "Sent",
            state.UPLOADING,
            {"percent": 1.0, "note": text("job.retrying", what=text("service.no_connection"), seconds=8)},
        ),
        ("Ordered", state.SUBMITTING, {"percent": 4.0}),
        ("Waiting in the service's queue", state.GENERATING, {"percent": 5.0, "queue_position": 12}),
        ("A statue of a rather long name in the park", state.GENERATING, {"percent": 61.0, "seconds_left": 134.0}),
        ("Loading", state.DOWNLOADING, {"percent": 95.0}),
        (
            "Ready",
            state.READY,
            {"percent": 99.0, "note": text("import.waiting", what=text("import.waiting.object_mode"))},
        ),
        ("Done", state.DONE, {"percent": 100.0, "object_name": "Done"}),
        ("Uncertain", state.UNCERTAIN, {"failure": desk.module("core.services.purchase").lost_answer("timeout")}),
        ("Failed caf\udce9", state.FAILED, {"failure": failed}),  # a name whose bytes are no text
        ("A statue of another rather long name", state.CANCELLED, {}),
    )
    for number, (name, where, values) in enumerate(made_up):
        job = core.image_job(str(number), name, "", settings, "", 0.0, state=where, **values)
        desk.session.jobs[job.id] = job
    desk.notes["states"] = sorted(desk.states)
    desk.notes["all states"] = sorted(str(each) for each in state)
