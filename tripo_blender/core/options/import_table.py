"""The options of a model's arrival, as a table."""

from __future__ import annotations

from .option import ANGLE, LENGTH, Option

AUTO = "auto"

OPTIONS = (
    Option(
        "place",
        "Place",
        "Where the middle of the model's underside comes to stand",
        "cursor",
        (
            ("cursor", "3D Cursor", "On the 3D cursor"),
            ("ground", "Ground Under Cursor", "On what lies below the 3D cursor, or on the floor"),
            ("origin", "World Origin", "In the middle of the world"),
            ("mouse", "Click in Viewport", "On the face that is clicked next, or on the floor"),
        ),
    ),
    Option(
        "fit",
        "Size",
        "How large the model becomes",
        "own",
        (
            ("own", "As Made", "The service's own size, in meters"),
            ("height", "Height", "To this height"),
            ("longest", "Longest Side", "Until its longest side has this length"),
            ("box", "Selected Object", "Into the bounding box of the active object, and in its place"),
        ),
    ),
    Option("size", "Length", "Height or longest side of the model", 1.0, limits=(1e-6, 1e6), unit=LENGTH),
    Option("replace", "Replace Object", "Hide the object whose place the model takes", False),
    Option(
        "front",
        "Front",
        "Which side of the file's model is its front; it is turned to the front view",
        AUTO,
        (
            (AUTO, "Automatic", "As this service's models are known to look"),
            ("-y", "Front (-Y)", "Already to the front view"),
            ("+x", "Right (+X)", "To the right view"),
            ("+y", "Back (+Y)", "To the back view"),
            ("-x", "Left (-X)", "To the left view"),
        ),
        flag="front-axis",  # `--front` is an image
    ),
    Option(
        "shading",
        "Shading",
        "How the faces meet",
        AUTO,
        (
            (AUTO, "As Made", "With the normals of the file; smooth by angle where it has none"),
            ("angle", "Smooth by Angle", "Smooth, but sharp where faces meet at more than the angle"),
            ("flat", "Flat", "Every face by itself"),
        ),
    ),
    Option("smooth_angle", "Angle", "Edges that are sharper than this stay sharp", 30.0, limits=(0, 180), unit=ANGLE),
    Option("merge", "Merge Vertices", "Join the vertices that the file splits; seams and hard edges stay", True),
    Option(
        "textures",
        "Textures",
        "Where the model's pictures are kept",
        "packed",
        (
            ("packed", "Packed", "Packed into the .blend file"),
            ("files", "In a Folder", "In the folder textures beside the saved .blend file"),
        ),
        flag="textures-in",
    ),
    Option(
        "collection",
        "Collection",
        "Where the model is filed in the outliner",
        "tripo",
        (
            ("tripo", "Tripo", "In the collection Tripo"),
            ("active", "Active", "In the active collection"),
            ("own", "Its Own", "In a new collection inside Tripo"),
        ),
    ),
    Option("select", "Select Model", "Select the model when it arrives; off: the selection stays as it is", True),
)

OPTION_BY_NAME = {option.name: option for option in OPTIONS}
