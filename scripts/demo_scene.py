"""The demo itself, run by demo.py inside the bpy module: two headless doors, a scene, and its picture."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import bpy

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "demo"
PHOTOGRAPH = ROOT / "scripts" / "photograph" / "dahlia.jpg"
SECONDS = 3  # that the simulator takes for a model; the service takes about a minute


def main() -> int:
    """Make the models and the picture; the exit code says whether everything is there."""
    from simulator.process import SimulatorProcess

    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="tripo-demo-") as resources, SimulatorProcess(seconds=SECONDS) as simulator:
        os.environ["BLENDER_USER_RESOURCES"] = resources
        os.environ["MODELSTREAM_API_KEY"] = simulator.key
        _say(f"The simulator of the service listens on {simulator.url}")
        for more in (["--out", "dahlia.glb"], ["--quad", "--out", "dahlia.fbx"]):
            command = ["scripts/generate.py", str(PHOTOGRAPH.relative_to(ROOT)), *more]
            _say(f"\n$ python {' '.join(command)}")
            target = str(OUT / more[-1])
            done = subprocess.run(
                [sys.executable, *command[:-1], target, "--url", simulator.url], cwd=ROOT, check=False
            )
            if done.returncode:
                return done.returncode
        _say("\nThe same from Python, into one scene: api.generate(picture), api.generate(picture, quad=True)")
        _make_scene(simulator.url)
    made = sorted(OUT.iterdir())
    _say("\nThe demo is done. It left:")
    for path in made:
        _say(f"  {path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    _say(
        "\nWith a key of your own, the same goes to the real service (which charges for it):\n"
        "  MODELSTREAM_API_KEY=... blender --background --online-mode --python scripts/generate.py -- PICTURE --quad"
    )
    return 0 if len(made) == 4 else 1


def _say(text: str) -> None:
    print(text, flush=True)


def _make_scene(url: str) -> None:
    import bpy

    from tripo_blender import api

    bpy.ops.wm.read_homefile(use_empty=True)
    for addon in ("io_scene_gltf2", "io_scene_fbx"):
        bpy.ops.preferences.addon_enable(module=addon)
    scene = bpy.context.scene
    for x, name, quad in ((-0.62, "Triangles", False), (0.62, "Quads", True)):
        scene.cursor.location = (x, 0, 0)
        api.generate(PHOTOGRAPH, url=url, quad=quad, face_limit=6000).name = name
    scene.cursor.location = (0, 0, 0)
    _light()
    scene.render.filepath = str(OUT / "dahlia.png")
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "dahlia.blend"))
    _say("Rendering ...")
    bpy.ops.render.render(write_still=True)


def _light() -> None:
    """A floor, two lamps and a camera; Cycles on the CPU, since EEVEE needs a screen."""
    import bpy
    from mathutils import Vector

    scene: Any = bpy.context.scene  # Blender's stubs know too little of what follows
    bpy.ops.mesh.primitive_plane_add(size=400)
    floor: Any = bpy.context.object
    floor.name = "Floor"
    material: Any = bpy.data.materials.new("Floor")
    _use_nodes(material)
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.16, 0.19, 0.21, 1)
    floor.data.materials.append(material)
    scene.world = bpy.data.worlds.new("Studio")
    _use_nodes(scene.world)
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.5, 0.55, 0.62, 1)
    scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.35

    def aimed(name: str, data: bpy.types.Light | bpy.types.Camera, location: tuple[float, float, float]) -> None:
        obj = bpy.data.objects.new(name, data)
        scene.collection.objects.link(obj)
        obj.location = location
        obj.rotation_euler = (Vector((0, 0, 0.46)) - obj.location).to_track_quat("-Z", "Y").to_euler()

    for name, energy, size, location in (("Key", 160, 1.5, (-2.2, -2.6, 2.8)), ("Rim", 90, 1, (2.4, 1.8, 2.2))):
        lamp: Any = bpy.data.lights.new(name, "AREA")
        lamp.energy, lamp.size = energy, size
        aimed(name, lamp, location)
    camera = bpy.data.cameras.new("Camera")
    camera.lens = 60
    aimed("Camera", camera, (1.1, -4.2, 1.3))
    scene.camera = bpy.data.objects["Camera"]
    scene.camera.data.angle = math.radians(34)
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 24
    scene.cycles.use_denoising = True
    scene.render.resolution_x, scene.render.resolution_y = 960, 512


def _use_nodes(block: bpy.types.Material | bpy.types.World) -> None:
    """From 5.0 on materials and worlds always have nodes, and asking for them is deprecated."""
    import bpy

    if bpy.app.version < (5, 0, 0):
        block.use_nodes = True


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
    code = main()
    sys.stdout.flush()
    os._exit(code)  # some versions of the bpy module crash on their way out after rendering
