"""Rebuilds the materials of an imported FBX as the glTF importer makes them: the FBX importers lose maps."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import bpy
import numpy as np

from ..core.formats.fbx.materials import FbxMaterial, MapRole, Picture, read_materials
from ..core.formats.limits import BadFile
from ..core.text import without_number
from ..storage.mapped_file import mapped

_log = logging.getLogger(__name__)

# The shader's input and the node's label for each role, from the top of the tree down.
_INPUTS = {
    MapRole.BASE_COLOR: ("Base Color", "BASE COLOR"),
    MapRole.METALLIC: ("Metallic", "METALLIC"),
    MapRole.ROUGHNESS: ("Roughness", "ROUGHNESS"),
    MapRole.NORMAL: ("Normal", "NORMAL MAP"),
    MapRole.EMISSION: ("Emission Color", "EMISSIVE"),
    MapRole.OPACITY: ("Alpha", "OPACITY"),
}
_CHANNELS = {MapRole.METALLIC: "Blue", MapRole.ROUGHNESS: "Green"}  # of a packed picture, as in glTF
_COLOURS = {MapRole.BASE_COLOR, MapRole.EMISSION}
_DEEPEST = 8  # folders of a path that are looked through
_OPAQUE = 1 - 1 / 512  # half an 8-bit step below 1
_MOST_PIXELS = 8192 * 8192  # whose alpha is looked through: 1 GB as floats; a larger picture is taken at its word


def rebuild(materials: list[bpy.types.Material], fbx: Path, *, trusted: bool) -> list[str]:
    """Rebuild the materials that were imported from an FBX; gives the file names of maps that are missing.

    Pictures that the file does not carry are looked for in its folder; where the file says, only if it is trusted:
    the user's own. Which inputs have no map in the file stay as the importer left them, but for pictures from outside
    that folder. Materials must be named as the importer named them. What it loaded and nothing uses any more is left
    to the caller to remove, before anything is packed.
    """
    try:
        with mapped(fbx) as data:
            described = read_materials(data)
    except BadFile as error:  # the importer took the file, so the model is good
        _log.warning("the materials of %s cannot be read: %s", fbx.name, error.detail)
        described = []
    shelf = _Shelf(fbx, trusted)
    for material, told in _matched(materials, described):
        nodes = list(material.node_tree.nodes) if material.node_tree else []
        shader = next((node for node in nodes if isinstance(node, bpy.types.ShaderNodeBsdfPrincipled)), None)
        if shader is not None:
            _build(material, shader, told, shelf)
            # A service's GLB is single-sided, as its models are closed; FBX has no word for it.
            material.use_backface_culling = material.use_backface_culling or not trusted
    if not trusted:
        for material in materials:
            shelf.turn_out(material)
    return list(dict.fromkeys(shelf.missing))


def _matched(
    materials: list[bpy.types.Material], described: list[FbxMaterial]
) -> Iterator[tuple[bpy.types.Material, FbxMaterial]]:
    """Pair Blender's materials with the file's: both in the order of the file, but Blender may have left some out."""
    left = list(described)
    for material in sorted(materials, key=lambda material: material.session_uid):
        told = next((told for told in left if _named_after(material.name, told.name)), None)
        if told is not None:
            left.remove(told)
            yield material, told


def _named_after(name: str, wanted: str) -> bool:
    """Whether Blender could have given the name for the wanted one: cut at 63 bytes (255 from 5.0), and numbered."""
    wanted = wanted or "Material"
    bare, length = without_number(name), len(name.encode())
    if 55 <= length <= 63 or length >= 247:  # more is cut than the number needs, and letters are cut whole
        return wanted.startswith(bare)
    return wanted in {name, bare} or without_number(wanted) == bare


class _Shelf:
    """The pictures of one FBX as images of Blender, each once for a kind of colour space."""

    def __init__(self, fbx: Path, trusted: bool) -> None:
        self.missing: list[str] = []
        self._folder, self._stem, self._trusted = fbx.parent.resolve(), fbx.stem, trusted
        self._images: dict[tuple[bytes | Path, bool], bpy.types.Image] = {}
        self._transparent: dict[bytes | Path, bool] = {}

    def image(self, picture: Picture, *, is_data: bool) -> bpy.types.Image | None:
        """Give a picture for a colour space, or None if it is missing."""
        source = self._source(picture)
        if source is not None and (source, is_data) not in self._images:
            image = _load(picture.name, source)
            if image is not None:
                image.alpha_mode = "CHANNEL_PACKED"
                if is_data:
                    image.colorspace_settings.is_data = True
                self._images[source, is_data] = image
        found = self._images.get((source, is_data)) if source is not None else None
        if found is None:
            self.missing.append(picture.name)
        return found

    def turn_out(self, material: bpy.types.Material) -> None:
        """Take out the pictures that the importer read outside the FBX's folder: it opens whatever the file says."""
        for node in list(material.node_tree.nodes) if material.node_tree else []:
            image = node.image if isinstance(node, bpy.types.ShaderNodeTexImage) else None
            if image is not None and image.packed_file is None:
                path = _resolved(Path(bpy.path.abspath(image.filepath)))
                if path is None or not path.is_relative_to(self._folder):
                    self.missing.append(bpy.path.basename(image.filepath))
                    node.id_data.nodes.remove(node)

    def transparent(self, picture: Picture, image: bpy.types.Image) -> bool:
        """Whether a picture is see-through anywhere; one that only could be, as many an RGBA file, is not."""
        source = self._source(picture)
        assert source is not None
        if source not in self._transparent:
            self._transparent[source] = _may_have_alpha(source) and _has_alpha(image)
        return self._transparent[source]

    def _source(self, picture: Picture) -> bytes | Path | None:
        return picture.data or next(filter(self._usable, self._places(picture)), None)

    def _places(self, picture: Picture) -> Iterator[Path]:
        """Give where a picture may lie, the likeliest first."""
        inside = [*_tails(picture.relative), PurePosixPath("textures") / picture.name]
        inside += [PurePosixPath(f"{self._stem}.fbm") / picture.name, *_tails(picture.absolute)]
        for place in inside:
            path = _resolved(self._folder / place)
            if path is not None and path.is_relative_to(self._folder):
                yield path
        for text in (picture.absolute, picture.relative) if self._trusted else ():
            # Two slashes lead to another computer, which Windows would greet with the user's name and password.
            if not re.match(r"[\\/]{2}", text) and Path(text).is_absolute():
                path = _resolved(Path(text))
                if path is not None:
                    yield path

    def _usable(self, path: Path) -> bool:
        try:
            pictures = bpy.path.extensions_image  # type: ignore[attr-defined]
            return path.suffix.lower() in pictures and path.is_file()
        except (OSError, ValueError):
            return False


def _load(name: str, source: bytes | Path) -> bpy.types.Image | None:
    if isinstance(source, Path):
        try:
            return bpy.data.images.load(str(source))
        except RuntimeError:  # it may not be read
            return None
    image = bpy.data.images.new(name, 8, 8)
    image.pack(data=source, data_len=len(source))  # type: ignore[arg-type]
    image.source = "FILE"
    return image


def _tails(path: str) -> list[PurePosixPath]:
    """Give a path's ends, the longest first, without what would lead up or elsewhere."""
    parts: list[str] = []
    for part in re.split(r"[\\/]", path):
        if part == ".." or ":" in part or not part.isprintable():
            parts = []
        elif part not in {"", "."}:
            parts.append(part)
    return [PurePosixPath(*parts[at:]) for at in range(max(0, len(parts) - _DEEPEST), len(parts))]


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # too long, not a path, a circle of links
        return None


def _may_have_alpha(source: bytes | Path) -> bool:
    """Whether the first bytes leave open that a picture has alpha: most maps need not be decoded for it."""
    if isinstance(source, bytes):
        head = source[:26]
    else:
        with source.open("rb") as file:
            head = file.read(26)
    if head.startswith(b"\x89PNG") and len(head) == 26:
        return head[25] not in {0, 2}  # grey, RGB
    return not head.startswith(b"\xff\xd8")


def _has_alpha(image: bpy.types.Image) -> bool:
    width, height = image.size
    if image.channels != 4 or image.depth in {8, 24, 48, 96} or not width * height:
        return False
    if width * height > _MOST_PIXELS:
        return True
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)  # type: ignore[attr-defined]
    return bool(pixels[3::4].min() < _OPAQUE)


def _build(
    material: bpy.types.Material, shader: bpy.types.ShaderNodeBsdfPrincipled, told: FbxMaterial, shelf: _Shelf
) -> None:
    """Give a shader the maps of its material. Nodes, links and places are the glTF importer's, alike in 4.2 to 5.2."""
    tree, maps = material.node_tree, dict(told.maps)
    assert tree is not None
    if maps.get(MapRole.OPACITY) == maps.get(MapRole.BASE_COLOR):
        maps.pop(MapRole.OPACITY, None)  # its alpha is meant
    found = {role: shelf.image(maps[role], is_data=role not in _COLOURS) for role in _INPUTS if role in maps}
    images = {role: image for role, image in found.items() if image is not None}
    see_through = {role for role in (MapRole.BASE_COLOR, MapRole.OPACITY) if role in images}
    see_through = {role for role in see_through if shelf.transparent(maps[role], images[role])}
    touched = set(maps)
    if MapRole.BASE_COLOR in maps:
        touched.add(MapRole.OPACITY)  # importers link the alpha of any RGBA picture
    if not any(node.type == "TEX_IMAGE" for node in _upstream(shader.inputs["Normal"])):
        touched.add(MapRole.NORMAL)  # the importer in Python puts a Normal Map node into every material
    left = _Left(shader, [role for role in _INPUTS if role in touched])

    rows = [role for role in images if not (role is MapRole.ROUGHNESS and told.packed)]
    y = 230 * len(rows) - 20
    for role in rows:
        name, label = _INPUTS[role]
        into, x = shader.inputs[name], -440
        if role is MapRole.NORMAL:
            normal = tree.nodes.new("ShaderNodeNormalMap")
            normal.location = -350, y - 40
            normal.inputs["Strength"].default_value = left.strength  # type: ignore[attr-defined]
            tree.links.new(normal.outputs["Normal"], into)
            into, x = normal.inputs["Color"], -640
        elif role in _CHANNELS and (told.packed or maps[role].packed):
            channels = tree.nodes.new("ShaderNodeSeparateColor")
            channels.location = -350, y - 75
            for each in _CHANNELS if told.packed else (role,):
                tree.links.new(channels.outputs[_CHANNELS[each]], shader.inputs[_INPUTS[each][0]])
            into, x, label = channels.inputs[0], -640, "METALLIC ROUGHNESS"
        texture = tree.nodes.new("ShaderNodeTexImage")
        assert isinstance(texture, bpy.types.ShaderNodeTexImage)
        texture.location, texture.label, texture.image = (x, y), label, images[role]
        left.place(tree, texture, role)
        is_alpha = role is MapRole.OPACITY and role in see_through
        tree.links.new(texture.outputs["Alpha" if is_alpha else "Color"], into)
        if role is MapRole.BASE_COLOR and role in see_through and MapRole.OPACITY not in images:
            tree.links.new(texture.outputs["Alpha"], shader.inputs["Alpha"])
        y -= 460
    left.clear(tree)
    _set_values(shader, told, emits=MapRole.EMISSION in images)
    shader.location = 10, 300
    for link in shader.outputs[0].links or ():
        link.to_node.location = 300, 300
    alpha = shader.inputs["Alpha"]
    opaque = not alpha.is_linked and alpha.default_value == 1  # type: ignore[attr-defined]
    material.surface_render_method = "DITHERED" if opaque else "BLENDED"
    material.use_transparency_overlap = True


def _set_values(shader: bpy.types.ShaderNodeBsdfPrincipled, told: FbxMaterial, *, emits: bool) -> None:
    """Set what a map's presence decides; what else the importer read stays."""

    def set_free(name: str, value: object) -> None:
        if not shader.inputs[name].is_linked:
            shader.inputs[name].default_value = value  # type: ignore[attr-defined]

    colour, strength = shader.inputs["Emission Color"], shader.inputs["Emission Strength"]
    if emits and told.emission_strength is None and strength.default_value == 0:  # type: ignore[attr-defined]
        set_free("Emission Strength", 1.0)  # the format's default; the importer in C++ leaves the shader's
    elif not colour.is_linked and not any(colour.default_value[:3]):  # type: ignore[attr-defined]
        set_free("Emission Color", (1.0, 1.0, 1.0, 1.0))  # black is how the importer in Python says none
        set_free("Emission Strength", 0.0)
    if told.phong:
        set_free("Specular IOR Level", 0.5)
        set_free("Specular Tint", (1.0, 1.0, 1.0, 1.0))


class _Left:
    """What the importer put before some of a shader's inputs: how it placed pictures, and the nodes to clear away."""

    def __init__(self, shader: bpy.types.Node, roles: list[MapRole]) -> None:
        self.strength = 1.0  # of the normals
        self._links: list[tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]] = []
        self._nodes: list[bpy.types.Node] = []
        self._textures: dict[MapRole, bpy.types.ShaderNodeTexImage] = {}
        for role in roles:
            into = shader.inputs[_INPUTS[role][0]]
            self._links += [(link.from_socket, into) for link in into.links or ()]
            for node in _upstream(into):
                if isinstance(node, bpy.types.ShaderNodeTexImage):
                    self._textures.setdefault(role, node)
                elif isinstance(node, bpy.types.ShaderNodeNormalMap):
                    self.strength = node.inputs["Strength"].default_value  # type: ignore[attr-defined]
                if node not in self._nodes:
                    self._nodes.append(node)

    def place(self, tree: bpy.types.NodeTree, texture: bpy.types.ShaderNodeTexImage, role: MapRole) -> None:
        """Repeat, move and turn a picture as the importer did; one that it lost, as the base colour."""
        old = self._textures.get(role) or self._textures.get(MapRole.BASE_COLOR)
        if old is not None:
            texture.extension = old.extension
            for link in old.inputs["Vector"].links or ():
                tree.links.new(link.from_socket, texture.inputs["Vector"])

    def clear(self, tree: bpy.types.NodeTree) -> None:
        """Take out the old links and every node that now leads nowhere."""
        for link in list(tree.links):
            if (link.from_socket, link.to_socket) in self._links:
                tree.links.remove(link)
        while idle := [node for node in self._nodes if not any(output.is_linked for output in node.outputs)]:
            for node in idle:
                self._nodes.remove(node)
                tree.nodes.remove(node)


def _upstream(into: bpy.types.NodeSocket) -> list[bpy.types.Node]:
    """Give all nodes that lead to an input, the nearest first."""
    found: list[bpy.types.Node] = []
    sockets = [into]
    for socket in sockets:  # grows as it goes
        for link in socket.links or ():
            if link.from_node not in found:
                found.append(link.from_node)
                sockets += link.from_node.inputs
    return found
