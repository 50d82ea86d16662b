"""The table of arrivals: what its cells ask of a model that came in, and the page: ours beside the stock importers'."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np
from mathutils.kdtree import KDTree

from fixtures.chair import CHARTS_IN_A_ROW, Floats, chart_sides
from fixtures.description import Expected
from fixtures.measure import Measured

COLUMNS = ("name", "place", "size", "facing", "quads", "materials", "textures", "orphans", "undo")
Row = dict[str, list[str]]  # a column: what is wrong there; a column that is not asked is missing
_FOREIGN = re.compile(r"(?i)tripo_|[0-9a-f]{8}-[0-9a-f]{4}|\.\d{3}$|material_0")
_NEAR = 1e-3  # metres
Poses = dict[int, Floats]  # the vertices at some frames


@dataclass
class Arrival:
    """A model that came in, with what it must be; `objects` are those an artist sees in the outliner."""

    name: str
    expected: Expected
    objects: list[bpy.types.Object]
    new: set[bpy.types.ID]
    measured: Measured
    stock: Poses | None  # how the stock importer poses it, if it takes it
    missing: str = ""  # the pictures that the inspection names
    row: Row = field(default_factory=lambda: {column: [] for column in COLUMNS})

    @property
    def meshes(self) -> list[bpy.types.Object]:
        return [obj for obj in self.objects if obj.type == "MESH"]

    @property
    def roots(self) -> list[bpy.types.Object]:
        return [obj for obj in self.objects if obj.parent not in self.objects]

    @property
    def materials(self) -> list[bpy.types.Material]:
        """Those in slots, whether a face has them or not."""
        slots = [slot.material for obj in self.meshes for slot in obj.material_slots]
        return list(dict.fromkeys(material for material in slots if material is not None))

    @property
    def stands_still(self) -> bool:
        return not (self.expected.bones or self.expected.moves)


def judge(found: Arrival) -> Row:
    """Fill in the cells; what is left when the model goes, and undoing, are the caller's to add."""
    _judge_name(found)
    _judge_place(found)
    _judge_size(found)
    _judge_facing(found)
    _judge_quads(found)
    _judge_materials(found)
    _judge_textures(found)
    lost = sorted(f"{type(block).__name__} {block.name}" for block in found.new - _reached(found.objects))
    _ask(found, "orphans", [name for name in lost if name != "Collection Tripo"], [])
    return found.row


def poses(objects: Sequence[bpy.types.Object], *, moves: bool) -> Poses:
    """The vertices of the meshes as drawn, at each of the frames that a fixture's animation is known by."""
    scene = bpy.context.scene
    now, found = scene.frame_current, {}
    for frame in (1, 7, 13, 19, 25) if moves else (1,):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        points = [np.zeros((0, 3))]
        for obj in objects:
            if obj.type == "MESH":
                evaluated = obj.evaluated_get(graph)
                matrix = np.array(evaluated.matrix_world)
                places = np.empty(3 * len(evaluated.data.vertices))
                evaluated.data.vertices.foreach_get("co", places)
                points.append(places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
        found[frame] = np.concatenate(points)
    scene.frame_set(now)
    return found


def _ask(found: Arrival, column: str, value: object, wanted: object, what: str = "") -> None:
    if value != wanted:
        found.row[column].append(f"{what} {value}, not {wanted}".strip() if wanted != [] else f"{what} {value}".strip())


def _near(values: Sequence[float], wanted: Sequence[float], tolerance: float = 1e-4) -> bool:
    return all(abs(value - want) <= tolerance for value, want in zip(values, wanted, strict=True))


def _judge_name(found: Arrival) -> None:
    """The main object, its mesh and its material have the file's name, the others' names begin with it."""
    column = "name"
    main = max(found.meshes, key=lambda obj: len(obj.data.vertices))
    _ask(found, column, main.name, found.name)
    _ask(found, column, main.data.name, found.name, "mesh")
    if found.materials:
        _ask(found, column, [material.name for material in main.data.materials][:1], [found.name], "material")
    ours = found.meshes + [obj.data for obj in found.meshes] + found.materials + _pictures(found)
    ours += [obj for obj in found.objects if obj.type in ("EMPTY", "ARMATURE")]
    others = sorted({block.name for block in ours if not block.name.startswith(found.name)})
    _ask(found, column, others, [], "named otherwise:")
    foreign = sorted({block.name for block in found.new if _FOREIGN.search(block.name)} - set(others))
    _ask(found, column, foreign, [], "names:")


def _judge_place(found: Arrival) -> None:
    """One root, and the middle of the underside on the cursor; shaped as by the stock importer, at all frames."""
    column, cursor = "place", tuple(bpy.context.scene.cursor.location)
    _ask(found, column, len(found.roots), 1, "roots")
    moves = found.expected.moves
    now = poses(found.objects, moves=moves)
    base = _base(now[1])
    if not _near(base, cursor):
        found.row[column].append("base at {:.2f}, {:.2f}, {:.2f}".format(*base))
    if moves:
        _ask(found, column, found.measured.moves, True, "moves:")
    if found.stock is None or len(now[1]) > 10_000:
        return
    turned = _turned if found.measured.front != found.expected.front else lambda points: points
    offset = np.array(base) - _base(turned(found.stock[1]))
    gaps = {frame: _gap(points, turned(found.stock[frame]) + offset) for frame, points in now.items()}
    wrong = [f"{gap:.3f} m at frame {frame}" for frame, gap in gaps.items() if gap > _NEAR]
    _ask(found, column, wrong, [], "off the stock importer's shape by")


def _turned(points: Floats) -> Floats:
    """From +X to -Y."""
    return np.stack([points[:, 1], -points[:, 0], points[:, 2]], axis=-1)


def _base(points: Floats) -> Floats:
    low, high = points.min(axis=0), points.max(axis=0)
    return np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])


def _gap(some: Floats, others: Floats) -> float:
    """The longest way from a point of one cloud to the nearest of the other, both ways."""
    worst = 0.0
    for points, near in ((some, others), (others, some)):
        tree = KDTree(len(near))
        for number, point in enumerate(near):
            tree.insert(point, number)
        tree.balance()
        worst = max(worst, *(tree.find(point)[2] for point in points))
    return worst


def _judge_size(found: Arrival) -> None:
    """In metres. What stands still has clean transforms, its origin in its base; of a rig only the root may carry any.

    A root that carries some has one scale for all axes.
    """
    column = "size"
    *across, height = found.measured.size
    *wanted, tall = found.expected.size
    size = (*sorted(across), height)
    if not _near(size, (*sorted(wanted), tall), 2e-3):
        found.row[column].append("{:.3f} x {:.3f} x {:.3f} m".format(*size))
    cursor = tuple(bpy.context.scene.cursor.location)
    for obj in found.objects:
        place, _, scale = obj.matrix_world.decompose()
        if found.stands_still or obj not in found.roots:
            local = obj.matrix_basis if obj.parent_type != "BONE" else obj.matrix_local
            keyed = found.expected.moves and obj.animation_data is not None and obj.animation_data.action is not None
            if not keyed and not _near([part for row in local.to_3x3() for part in row], (1, 0, 0, 0, 1, 0, 0, 0, 1)):
                found.row[column].append(f"{obj.name} has scale or rotation")
        elif not _near(scale, [scale[0]] * 3) or scale[0] < 0:
            found.row[column].append(f"{obj.name} has scale {tuple(round(side, 3) for side in scale)}")
        if found.stands_still and not _near(place, cursor):
            found.row[column].append(f"{obj.name} has its origin off the base")


def _judge_facing(found: Arrival) -> None:
    """The service's look to -Y, those of others where their file says; nothing is mirrored that was not."""
    front = "-y" if found.name.endswith("service_names") else found.expected.front
    _ask(found, "facing", found.measured.front, front)
    if found.expected.uv_maps:
        _ask(found, "facing", found.measured.painted_front, front, "painted")
    _ask(found, "facing", found.measured.mirrored, found.expected.mirrored, "mirrored:")


def _judge_quads(found: Arrival) -> None:
    """Faces, quads, UVs, colours, bones; faces without area may go, others not; normals look outwards."""
    column, measured, expected = "quads", found.measured, found.expected
    for name in ("meshes", "quads", "bones", "uv_maps", "colours"):
        _ask(found, column, getattr(measured, name), getattr(expected, name), name)
    _ask(found, column, measured.faces - measured.degenerate, expected.faces - expected.degenerate, "faces with area")
    _ask(found, column, measured.degenerate <= expected.degenerate, True, "no more without area:")
    _ask(found, column, measured.loose <= expected.loose, True, "no more loose vertices:")
    _ask(found, column, measured.inside_out, False, "inside out:")
    inverted, torn, flattened = _shading(found.meshes)
    _ask(found, column, inverted, 0, "inverted normals")
    if expected.uv_maps:
        _ask(found, column, torn, 0, "flat sides' corners shaded round")
        _ask(found, column, flattened, False, "ball shaded flat:")
    _ask(found, column, [obj.name for obj in found.meshes if obj.data.validate()], [], "invalid:")


def _shading(meshes: Sequence[bpy.types.Object]) -> tuple[int, int, bool]:
    """Corners whose normal looks inwards; those of flat sides that are not flat; whether the ball has no round one."""
    inverted = torn = 0
    balls, round_ones = 0, 0
    for mesh in (obj.data for obj in meshes):
        counts = _read(mesh.polygons, "loop_total", 1).astype(int)
        corners = _read(mesh.corner_normals, "vector", 3)
        faces = np.repeat(_read(mesh.polygons, "normal", 3), counts, axis=0)
        alike = np.einsum("ij,ij->i", corners, faces)
        alike[np.repeat(_read(mesh.polygons, "area", 1) < 1e-9, counts)] = 1.0
        inverted += int(np.count_nonzero(alike < 0.3))
        if not mesh.uv_layers:
            continue
        uvs = _read(mesh.uv_layers[0].uv, "vector", 2)
        cells = np.floor((1 - uvs[:, 1]) * CHARTS_IN_A_ROW) * CHARTS_IN_A_ROW + np.floor(uvs[:, 0] * CHARTS_IN_A_ROW)
        sides = chart_sides()
        ball = np.array([sides[cell][1] == "ball" if cell < len(sides) else False for cell in cells.astype(int)])
        torn += int(np.count_nonzero(alike[~ball] < 0.999))
        balls += int(np.count_nonzero(ball))
        round_ones += int(np.count_nonzero(alike[ball] < 0.999))
    return inverted, torn, bool(balls) and not round_ones


def _read(items: Any, name: str, width: int) -> Floats:
    values = np.empty(len(items) * width)
    items.foreach_get(name, values)
    return values if width == 1 else values.reshape(-1, width)


def _judge_materials(found: Arrival) -> None:
    """As many as faces use, with the maps in the right channels and colour spaces."""
    column, measured, expected = "materials", found.measured, found.expected
    _ask(found, column, measured.materials, expected.materials, "used by faces:")
    _ask(found, column, len(found.materials), expected.materials, "in slots:")
    kept = [block.name for block in found.new if isinstance(block, bpy.types.Material) and block not in found.materials]
    _ask(found, column, kept, [], "besides:")
    _ask(found, column, sorted(measured.maps), sorted(expected.maps), "maps")
    _ask(found, column, measured.packed, expected.packed, "metal in blue, roughness in green:")
    _ask(found, column, sorted(measured.wrong_space), [], "colour space of")


def _judge_textures(found: Arrival) -> None:
    """Each picture once, packed and readable; one that is nowhere leaves nothing, and the inspection names it."""
    column, pictures = "textures", _pictures(found)
    _ask(found, column, found.measured.pictures, found.expected.pictures, "pictures")
    _ask(found, column, len(pictures), found.expected.pictures, "images")
    _ask(found, column, [image.name for image in pictures if image.packed_file is None], [], "not packed:")
    _ask(found, column, [image.name for image in pictures if not image.size[0]], [], "not readable:")
    _ask(found, column, sorted(found.measured.missing), [], "missing in")
    if found.name.endswith("missing_textures"):
        _ask(found, column, found.missing, "colour.png", "told to be missing:")
    else:
        _ask(found, column, found.missing, "", "told to be missing:")


def _pictures(found: Arrival) -> list[bpy.types.Image]:
    return [block for block in found.new if isinstance(block, bpy.types.Image)]


def _reached(objects: Sequence[bpy.types.Object]) -> set[bpy.types.ID]:
    """The objects and all that they use."""
    reached: set[bpy.types.ID] = set(objects)
    users = bpy.data.user_map()
    grows = True
    while grows:
        further = {block for block, by in users.items() if block not in reached and by & reached}
        reached |= further
        grows = bool(further)
    return reached


def page(rows: Mapping[str, tuple[Row, Row]], left_out: Mapping[str, str], title: str) -> str:
    """The table in Markdown: every cell ours | stock, the sums in the last line."""
    lines = [f"# {title}", "", "Each cell: ours / the stock importer. -: not asked of a file that is refused.", ""]
    lines += [f"| fixture | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, both in rows.items():
        cells = [" / ".join(_cell(row, column) for row in both) for column in COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [""] + [f"{name}: {why}." for name, why in left_out.items()]
    sums = []
    for row in (0, 1):
        judged = [wrong for both in rows.values() for wrong in both[row].values()]
        sums.append(f"{len(judged)} cells, {sum(map(bool, judged))} failing")
    lines += ["", f"{len(rows)} fixtures x {len(COLUMNS)}: ours {sums[0]}; stock importers {sums[1]}.", ""]
    return "\n".join(lines)


def _cell(row: Row, column: str) -> str:
    if column not in row:
        return "-"
    wrong = "; ".join(row[column]).replace("|", "/").replace("\n", " ")
    return f"FAIL ({wrong if len(wrong) < 120 else wrong[:117] + '...'})" if wrong else "ok"
