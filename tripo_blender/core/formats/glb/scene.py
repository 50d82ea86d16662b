"""The scene of a glTF: every index leads somewhere, the nodes are trees, and it is not too much (data in)."""

from __future__ import annotations

from ..limits import Demand
from .arrays import Accessor, Arrays, Entry, broken, child, entries, extension, indices, inside, whole

_DEEPEST = 200  # nodes below each other; a tail or a rope has some dozens, and the importer goes down by recursion
_MOST_SCENES = 100
_USUAL_ATTRIBUTES = 8  # of a mesh
_TEXTURES = ("normalTexture", "occlusionTexture", "emissiveTexture")
_PBR_TEXTURES = ("baseColorTexture", "metallicRoughnessTexture")
_SOURCES = ("EXT_texture_webp", "KHR_texture_basisu")
_DRACO, _INSTANCES, _LIGHTS = "KHR_draco_mesh_compression", "EXT_mesh_gpu_instancing", "KHR_lights_punctual"

# How many corners a primitive must have at least, by its mode, and of what their number must be a multiple. One or two
# corners of triangles end Blender 4.2; those that are left over make the faces of the parts behind them wrong.
_CORNERS = ((0, 1), (0, 2), (1, 1), (2, 1), (0, 3), (2, 1), (2, 1))
_VARIANTS = "KHR_materials_variants"


def check_scene(scene: Entry, arrays: Arrays, demand: Demand) -> None:
    """Raise `BadFile` where a scene is broken or too much."""
    _check_pictures(scene, arrays, demand)
    meshes = [_check_mesh(mesh, arrays, demand, len(entries(scene, "materials"))) for mesh in entries(scene, "meshes")]
    nodes, skins = entries(scene, "nodes"), entries(scene, "skins")
    demand.add_nodes(len(nodes))
    demand.add("skins", len(skins))
    demand.add("bones", len({joint for skin in skins for joint in indices(skin, "joints", len(nodes))}))
    demand.add("cameras", len(entries(scene, "cameras")))
    demand.add("lights", len(entries(extension(scene, _LIGHTS) or {}, "lights")))
    demand.add("arrays", len(entries(scene, "accessors")))
    demand.add("material variants", len(entries(extension(scene, _VARIANTS) or {}, "variants")))
    for skin in skins:
        joints = indices(skin, "joints", len(nodes))
        _optional(skin, "skeleton", nodes)
        if "inverseBindMatrices" in skin:
            matrices = arrays.accessor(skin, "inverseBindMatrices")
            if matrices.kind != "MAT4" or matrices.count < len(joints):
                raise broken(f"{matrices.count} matrices {matrices.kind} for {len(joints)} joints")
            demand.add_matrices(matrices.count)
    _check_nodes(scene, nodes, arrays, demand)
    for node in nodes:
        if "skin" in node and "mesh" in node:
            count = len(skins[node["skin"]].get("joints", []))
            if not all(joints.all_below(count) for joints in meshes[node["mesh"]]):
                raise broken("a vertex hangs on a joint that its skin does not have")
    demand.add("animations", len(entries(scene, "animations")))
    for movement in entries(scene, "animations"):
        _check_movement(movement, nodes, arrays, demand)


def _optional(holder: Entry, key: str, list_: list[Entry]) -> None:
    if key in holder:
        whole(holder, key, most=len(list_) - 1)


def _check_pictures(scene: Entry, arrays: Arrays, demand: Demand) -> None:
    images, samplers, textures = (entries(scene, key) for key in ("images", "samplers", "textures"))
    demand.add("images", len(images))
    demand.add("materials", len(entries(scene, "materials")))
    for image in images:
        if "uri" in image:
            demand.add_picture(inside(image["uri"]))
        elif "bufferView" in image:
            demand.add_picture(arrays.bytes_of(image))
    for texture in textures:
        _optional(texture, "sampler", samplers)
        for holder in (texture, *(extension(texture, name) for name in _SOURCES)):
            _optional(holder or {}, "source", images)
    for material in entries(scene, "materials"):
        pbr = child(material, "pbrMetallicRoughness")
        for holder, keys in ((material, _TEXTURES), (pbr, _PBR_TEXTURES)):
            for key in keys:
                _optional(child(holder, key), "index", textures)


def _check_mesh(mesh: Entry, arrays: Arrays, demand: Demand, materials: int) -> list[Accessor]:
    """Give the arrays that name joints."""
    vertices, targets, joints = 0, 0, []
    sizes: dict[str, int] = {}  # the importer gives all primitives what any of them has
    for part in entries(mesh, "primitives"):
        demand.add_parts(1)
        if "material" in part:
            whole(part, "material", most=materials - 1)
        mode = whole(part, "mode", 4, most=6)
        attributes = {name: arrays.accessor(child(part, "attributes"), name) for name in child(part, "attributes")}
        count = _check_vertices(part, attributes, arrays)
        corners = arrays.accessor(part, "indices").count if "indices" in part else count
        least, multiple = _CORNERS[mode]
        if "POSITION" in attributes and (corners < least or corners % multiple):
            raise broken(f"a primitive of mode {mode} has {corners} corners")
        demand.add_vertices(count)
        demand.add_corners(corners)
        draco = extension(part, _DRACO)
        if draco is not None:
            arrays.bytes_of(draco)
            for name in child(draco, "attributes"):
                whole(child(draco, "attributes"), name)
        joints += [found for name, found in attributes.items() if name.startswith("JOINTS_") and found.unsigned]
        vertices += max(count, corners)  # those that no triangle shares
        targets = max(targets, len(entries(part, "targets")))
        for name, found in attributes.items():
            sizes[name] = max(sizes.get(name, 0), found.size)
    demand.add("attributes", max(0, len(sizes) - _USUAL_ATTRIBUTES))
    demand.add("attributes of parts", len(entries(mesh, "primitives")) * len(sizes))
    demand.add("shape keys", targets)
    demand.add_memory(vertices * (2 * sum(sizes.values()) + 24 * targets))
    return joints


def _check_vertices(part: Entry, attributes: dict[str, Accessor], arrays: Arrays) -> int:
    """Give how many vertices a primitive has; each of its arrays must have as many, and its indices must name them."""
    positions = attributes.get("POSITION")
    count = positions.count if positions is not None else max((found.count for found in attributes.values()), default=0)
    if positions is not None and positions.kind != "VEC3":
        raise broken(f"positions of type {positions.kind}")
    moved = [arrays.accessor(target, name) for target in entries(part, "targets") for name in target]
    for found in (*attributes.values(), *moved):
        if found.count != count:
            raise broken(f"{found.count} values for {count} vertices")
    if "indices" in part:
        corners = arrays.accessor(part, "indices")
        if corners.kind != "SCALAR" or not corners.unsigned:
            raise broken(f"indices of type {corners.kind} {corners.component}")
        if not corners.all_below(count):
            raise broken(f"an index names none of {count} vertices")
    return count


def _check_nodes(scene: Entry, nodes: list[Entry], arrays: Arrays, demand: Demand) -> None:
    held = {key: entries(scene, key + "s") for key in ("mesh", "skin", "camera")}
    held["mesh"] = entries(scene, "meshes")
    lights = entries(extension(scene, _LIGHTS) or {}, "lights")
    parents: dict[int, int] = {}
    for number, node in enumerate(nodes):
        for key, list_ in held.items():
            _optional(node, key, list_)
        _optional(extension(node, _LIGHTS) or {}, "light", lights)
        for below in indices(node, "children", len(nodes)):
            if parents.setdefault(below, number) != number:
                raise broken(f"node {below} has two parents")
        copies = child(extension(node, _INSTANCES) or {}, "attributes")
        demand.add_nodes(max((arrays.accessor(copies, name).count for name in copies), default=0))
    _check_depth(parents, len(nodes))
    scenes = entries(scene, "scenes")
    if len(scenes) > _MOST_SCENES:
        raise broken(f"{len(scenes)} scenes")
    for each in scenes:
        indices(each, "nodes", len(nodes))
    _optional(scene, "scene", scenes)


def _check_depth(parents: dict[int, int], count: int) -> None:
    """Go up from every node: a circle never comes to an end, and the importer would follow it for ever."""
    depths: dict[int, int] = {}
    for node in range(count):
        path = []
        at: int | None = node
        while at is not None and at not in depths:
            path.append(at)
            if len(path) > _DEEPEST:
                raise broken(f"more than {_DEEPEST} nodes below each other, or a circle of nodes")
            at = parents.get(at)
        depth = 0 if at is None else depths[at]
        for each in reversed(path):
            depth += 1
            depths[each] = depth
        if depth > _DEEPEST:
            raise broken(f"more than {_DEEPEST} nodes below each other")


def _check_movement(movement: Entry, nodes: list[Entry], arrays: Arrays, demand: Demand) -> None:
    samplers = entries(movement, "samplers")
    for sampler in samplers:
        times, values = arrays.accessor(sampler, "input"), arrays.accessor(sampler, "output")
        if times.kind != "SCALAR" or values.count < times.count:
            raise broken(f"{values.count} values for {times.count} moments")
    demand.add("animation channels", len(entries(movement, "channels")))
    for channel in entries(movement, "channels"):
        sampler = samplers[whole(channel, "sampler", most=len(samplers) - 1)]
        _optional(child(channel, "target"), "node", nodes)
        demand.add_keys(arrays.accessor(sampler, "output").count)
