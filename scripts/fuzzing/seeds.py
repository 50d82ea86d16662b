"""The whole files that the fuzz run starts from: small ones of every kind."""

from __future__ import annotations

import importlib
import importlib.util
import tempfile
from pathlib import Path

import numpy as np

from fixtures import catalogue, hand_compressed, hand_fbx, hand_glb
from fixtures.glb_document import Document
from simulator.sculpture.fbx import write_fbx
from simulator.sculpture.glb import write_glb
from simulator.sculpture.outline import rounded_plate
from simulator.sculpture.png import write_png
from simulator.sculpture.relief import carve
from simulator.sculpture.textures import painted, pbr_textures


def all_seeds() -> list[bytes]:
    """Give the seeds; where there is Blender, with what its exporters write (skeletons, movements)."""
    recipes = hand_glb.RECIPES | hand_compressed.RECIPES | hand_fbx.RECIPES
    found = [recipe()[0] for name, recipe in recipes.items() if name != catalogue.LARGE]
    found += [*_simulated(), rich_glb()]
    if _has_blender():
        names = [name for name in catalogue.NAMES if name not in recipes]
        with tempfile.TemporaryDirectory() as folder:
            found += [fixture.file.read_bytes() for fixture in catalogue.write_all(Path(folder), names)]
    return found


def _has_blender() -> bool:
    """Whether `bpy` is Blender; its stubs have the name too."""
    return importlib.util.find_spec("bpy") is not None and hasattr(importlib.import_module("bpy"), "app")


def _simulated() -> list[bytes]:
    mask, pixels = rounded_plate(16, 16), painted("clay", 32)
    relief = carve(mask, np.full(mask.shape, 0.5), 50)
    textures = pbr_textures(write_png(pixels), pixels)
    return [writer(relief, paint, "fuzz") for writer in (write_glb, write_fbx) for paint in (textures, None)]


def rich_glb() -> bytes:
    """What the others lack: a skeleton, movements, shape keys, sparse arrays, instances, a light and a camera."""
    document = Document()
    corners = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], "<f4")
    base = document.add_accessor(corners)
    moved = document.add_accessor(corners * 2)
    patched = document.add_accessor(corners)
    places = document.add_view(np.array([0, 3], "<u2").tobytes())
    values = document.add_view(corners[:2].tobytes())
    document.json["accessors"][patched]["sparse"] = {
        "count": 2,
        "indices": {"bufferView": places, "componentType": 5123},
        "values": {"bufferView": values},
    }
    attributes = {
        "POSITION": base,
        "JOINTS_0": document.add_accessor(np.array([(0, 1, 0, 0)] * 4, "|u1")),
        "WEIGHTS_0": document.add_accessor(np.array([(0.5, 0.5, 0, 0)] * 4, "<f4")),
    }
    triangles = np.array([(0, 1, 2), (0, 2, 3)], "<u4").reshape(-1, 1)
    indices = document.add_accessor(triangles)
    part = {"attributes": attributes, "indices": indices, "targets": [{"POSITION": moved}, {"POSITION": patched}]}
    skinned = document.add(
        "meshes", name="skinned", primitives=[part], weights=[0, 0], extras={"targetNames": ["a", "b"]}
    )
    plain = document.add("meshes", name="plain", primitives=[{"attributes": {"POSITION": base}, "indices": indices}])
    tip = document.add("nodes", name="tip", translation=[0, 1, 0])
    hip = document.add_node("hip", children=[tip])
    matrices = document.add_accessor(np.tile(np.eye(4, dtype="<f4").reshape(-1, 4), (2, 1)))
    document.json["accessors"][matrices] |= {"type": "MAT4", "count": 2}
    skin = document.add("skins", joints=[hip, tip], inverseBindMatrices=matrices)
    document.add_node("body", mesh=skinned, skin=skin)
    copies = {"attributes": {"TRANSLATION": base}}
    document.add_node("copies", mesh=plain, extensions={"EXT_mesh_gpu_instancing": copies})
    document.add_node("lamp", extensions={"KHR_lights_punctual": {"light": 0}}, matrix=np.eye(4).reshape(-1).tolist())
    document.add_node("camera", camera=0)
    document.json |= {
        "extensionsUsed": ["EXT_mesh_gpu_instancing", "KHR_lights_punctual"],
        "extensions": {"KHR_lights_punctual": {"lights": [{"type": "point", "color": [1, 1, 1], "intensity": 3}]}},
        "cameras": [{"type": "perspective", "perspective": {"yfov": 0.7, "znear": 0.1}}],
    }
    times = document.add_accessor(np.array([(0,), (0.5,), (1,), (2,)], "<f4"))
    turns = document.add_accessor(np.array([(0, 0, 0, 1)] * 4, "<f4"))
    weights = document.add_accessor(np.zeros((8, 1), "<f4"))
    document.add(
        "animations",
        name="nod",
        samplers=[{"input": times, "output": output} for output in (turns, base, weights)],
        channels=[
            {"sampler": 0, "target": {"node": tip, "path": "rotation"}},
            {"sampler": 1, "target": {"node": tip, "path": "translation"}},
            {"sampler": 2, "target": {"node": tip + 2, "path": "weights"}},
        ],
    )
    return document.write()
