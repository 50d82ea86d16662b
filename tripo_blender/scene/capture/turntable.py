"""Takes images of an object from its four sides, as the service wants several views of one subject."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler, Vector

from ...converter import compat
from ...core.errors import Kind, TripoError
from ...core.image_size import size_problem
from ...core.sentences.text import text
from .cleanup import removed_on_failure
from .image import save_image, show_plainly
from .rendering import check_idle, own_render_result, render, rendered_image
from .visible_geometry import NAME, VisibleGeometry, copied

# The service's views in its order, each with the camera's turn about Z in degrees; 0 is Blender's front view, which
# looks along +Y. Left is the subject's own: of one that faces the front view it is +X.
VIEWS = {"front": 0, "left": 90, "back": 180, "right": 270}

SIZE = 1024  # px

_MARGIN = 0.075  # of the box's longest side, on each side of it
_SAMPLES = 8  # each costs 0.5 s of one core at 1024 px; 4 leave grain in what lies in shadow
_BOUNCES = 2

# In linear light. What comes from everywhere, and what from the camera: a surface that faces it shows its own color,
# and what turns away is darker, so that shapes of one color can be read, in all views alike.
_AROUND = 0.55
_FROM_CAMERA = (1 - _AROUND) * math.pi  # W/m², of a sun
# The ground is 243 of 255: lighter than the edges of white things, and no thing's own white. It is not transparent, as
# the service says nowhere that it reads transparency, and takes JPEG, which has none.
_GROUND = 0.9


def turntable(obj: bpy.types.Object, folder: Path, *, size: int = SIZE) -> dict[str, Path]:
    """Write images of an object and its children, alone, from its four sides into `folder`; return them by view.

    They are square, `size` px a side, orthographic, upright along +Z, by the world's axes and not the object's, of one
    scale and center, evenly lit, and on a light ground. The scene's engine plays no part.
    Raises `TripoError` with a sentence, or `OSError` for the disk; nothing is left then.
    """
    return dict(turntable_steps(obj, folder, size=size))


def turntable_steps(obj: bpy.types.Object, folder: Path, *, size: int = SIZE) -> Iterator[tuple[str, Path]]:
    """Do what `turntable` does one image a step, for a timer; yield each view and its file.

    Between two steps nothing of ours is in the file. Closing the iterator early removes what it wrote.
    """
    if wrong := size_problem(size):
        raise TripoError(Kind.USAGE, wrong)
    begun: list[str] = []
    box: tuple[Vector, Vector] | None = None
    with removed_on_failure(folder, begun):
        for view, turn in VIEWS.items():
            check_idle()
            begun.append(view)
            with _undisturbed(), copied(obj, bpy.context) as seen:
                if box not in (None, (seen.low, seen.high)):
                    raise TripoError(Kind.PICTURE, text("turntable.changed"))
                box = seen.low, seen.high
                path = _image(seen, math.radians(turn), folder, view, size)
            yield view, path


@contextmanager
def _undisturbed() -> Iterator[None]:
    try:
        yield
    except ReferenceError as error:  # an undo, or another file
        raise TripoError(Kind.PICTURE, text("turntable.removed"), detail=str(error)) from error


def _image(seen: VisibleGeometry, turn: float, folder: Path, view: str, size: int) -> Path:
    """Render one side of what is seen; Blender is without a trace of it afterwards."""
    with _studio(seen, turn, size) as scene, own_render_result(scene):
        if not render(scene):
            raise TripoError(Kind.CANCELLED, text("turntable.cancelled"))
        return save_image(rendered_image(), folder, scene, view)


@contextmanager
def _studio(seen: VisibleGeometry, turn: float, size: int) -> Iterator[bpy.types.Scene]:
    """Give a scene that shows what is seen, and nothing else, to a camera that is turned about Z by so many radians."""
    blocks: list[bpy.types.ID] = []
    try:
        scene = bpy.data.scenes.new(NAME)
        blocks.append(scene)
        _set_up(scene, size)
        scene.world = _world()
        blocks.append(scene.world)
        for obj in seen.objects:
            scene.collection.objects.link(obj)
        camera = bpy.data.cameras.new(NAME)
        sun: Any = bpy.data.lights.new(NAME, "SUN")
        blocks += [camera, sun]
        extents = seen.high - seen.low
        camera.type = "ORTHO"
        camera.ortho_scale = max(extents.x, extents.y, extents.z) * (1 + 2 * _MARGIN)
        camera.clip_start, camera.clip_end = extents.length * 0.1, extents.length * 2
        sun.energy, sun.angle = _FROM_CAMERA, 0.0
        turned = Euler((math.pi / 2, 0, turn))
        middle = (seen.low + seen.high) / 2
        for data in (camera, sun):
            obj = bpy.data.objects.new(NAME, data)
            blocks.append(obj)
            obj.rotation_euler = turned
            obj.location = middle + turned.to_matrix() @ Vector((0, 0, extents.length))
            obj.visible_glossy = False  # no highlight that wanders from view to view
            scene.collection.objects.link(obj)
            if data == camera:
                scene.camera = obj
        yield scene
    finally:
        bpy.data.batch_remove(blocks)


def _world() -> bpy.types.World:
    """Return a world that is the ground to the camera's own rays, and the light from everywhere to all others."""
    world, tree = compat.empty_world(NAME)
    ground, light, choice, rays, end = (
        tree.nodes.new(f"ShaderNode{kind}")
        for kind in ("Background", "Background", "MixShader", "LightPath", "OutputWorld")
    )
    for node, value in ((ground, _GROUND), (light, _AROUND)):
        node.inputs["Color"].default_value = (value, value, value, 1.0)  # type: ignore[attr-defined]
    tree.links.new(rays.outputs["Is Camera Ray"], choice.inputs[0])
    tree.links.new(light.outputs[0], choice.inputs[1])
    tree.links.new(ground.outputs[0], choice.inputs[2])
    tree.links.new(choice.outputs[0], end.inputs["Surface"])
    return world


def _set_up(scene: bpy.types.Scene, size: int) -> None:
    """Have a new scene be rendered by Cycles on the CPU, which needs no screen and is the same everywhere."""
    try:
        scene.render.engine = "CYCLES"  # type: ignore[assignment]
    except TypeError as error:  # to enable it would change the preferences
        raise TripoError(
            Kind.USAGE,
            text("turntable.no_cycles"),
            detail=str(error),
        ) from error
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.max_bounces = "CPU", _SAMPLES, _BOUNCES
    cycles.use_adaptive_sampling = cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.dither_intensity = 0.0
    scene.render.use_compositing = scene.render.use_sequencer = False
    shown = bpy.context.scene
    scene.frame_current, scene.frame_subframe = shown.frame_current, shown.frame_subframe
    show_plainly(scene)
