"""The settings of a generation, as a table; what each model version accepts of them is in `versions`."""

from __future__ import annotations

from ..task_type import MODEL_TASKS, TaskType
from .option import Option
from .versions import DEFAULT_IMAGE_MODEL, DEFAULT_VERSION, IMAGE_MODELS, ImageModel

NONE = "none"  # of a choice that is none; Blender takes an item of a menu without an identifier for a heading

_OF_IMAGES = frozenset({TaskType.IMAGE_TO_MODEL, TaskType.MULTIVIEW_TO_MODEL})
_OF_ONE_IMAGE = frozenset({TaskType.IMAGE_TO_MODEL})
_OF_WORDS = frozenset({TaskType.TEXT_TO_MODEL})
_GIVES_IMAGE = frozenset({TaskType.GENERATE_IMAGE})


def _of_image_model(model: ImageModel) -> str:
    """Return the tooltip of an image model: what it takes and costs, which tells one from another."""
    takes = f"up to {model.references} images to refer to" if model.references else "a prompt alone"
    return f"{model.label}: takes {takes}, costs {model.credits} credits"


SETTINGS = (
    Option(
        "model_version",
        "Model Version",
        "Version of the Tripo model that makes the 3D model",
        DEFAULT_VERSION,
        limits=(0, 64),  # the longest that is known has 14
    ),
    Option("texture", "Texture", "Paint the model; without it the model is plain geometry and costs less", True),
    Option("pbr", "PBR", "Add metallic, roughness and normal maps", True, needs_texture=True, neutral=False),
    Option(
        "texture_quality",
        "Texture Quality",
        "How finely the texture is painted",
        "standard",
        choices=(
            ("standard", "Standard", "The usual quality"),
            ("detailed", "Detailed", "A larger texture; takes longer and costs more"),
        ),
        needs_texture=True,
    ),
    Option(
        "geometry_quality",
        "Geometry Quality",
        "How finely the geometry is modeled",
        "standard",
        choices=(
            ("standard", "Standard", "The usual quality"),
            ("detailed", "Detailed", "Finer geometry; takes longer and costs more"),
        ),
    ),
    Option(
        "style",
        "Style",
        "Look that the model is given, of the older model versions",
        NONE,
        choices=(
            (NONE, "None", "As the image or the prompt has it"),
            ("person:person2cartoon", "Cartoon", "A person as a cartoon figure"),
            ("object:clay", "Clay", "Of clay"),
            ("object:steampunk", "Steampunk", "Of brass, gears and pipes"),
            ("animal:venom", "Venom", "An animal in a dark and glossy skin"),
            ("object:barbie", "Barbie", "Of pink plastic"),
            ("object:christmas", "Christmas", "Dressed for Christmas"),
            ("gold", "Gold", "Of gold"),
            ("ancient_bronze", "Ancient Bronze", "Of old bronze"),
        ),
        tasks=MODEL_TASKS - {TaskType.MULTIVIEW_TO_MODEL},
        advanced=True,
    ),
    Option("face_limit", "Face Limit", "Number of faces to aim for; 0 lets the service decide", 0),
    Option("quad", "Quad Mesh", "Build the model from quads instead of triangles, for a small extra cost", False),
    Option(
        "smart_low_poly",
        "Smart Low Poly",
        "Build few faces as by hand; best for simple things, costs more",
        False,
        advanced=True,
    ),
    Option(
        "generate_parts",
        "Generate in Parts",
        "Split the model into parts that can be edited; costs more",
        False,
        excludes=("texture", "quad"),
        advanced=True,
    ),
    Option(
        "auto_size",
        "Real-World Scale",
        "Let the service guess the size of the real thing, in meters",
        False,
        needs_texture=True,
    ),
    Option(
        "model_seed",
        "Geometry Seed",
        "The same seed gives the same geometry again; 0 takes a new one",
        0,
        advanced=True,
        flag="seed",
    ),
    Option(
        "image_seed",
        "Image Seed",
        "The same seed gives the same image of the prompt, which the model is made of; 0 takes a new one",
        0,
        advanced=True,
        tasks=_OF_WORDS,
    ),
    Option(
        "texture_seed",
        "Texture Seed",
        "Another seed gives another texture on the same geometry; 0 takes a new one",
        0,
        needs_texture=True,
        advanced=True,
    ),
    Option(
        "texture_alignment",
        "Texture Alignment",
        "What the texture keeps to where image and geometry disagree",
        "original_image",
        choices=(
            ("original_image", "Image", "Keep to the image"),
            ("geometry", "Geometry", "Keep to the geometry"),
        ),
        needs_texture=True,
        advanced=True,
        tasks=_OF_IMAGES,
    ),
    Option(
        "orientation",
        "Orientation",
        "Which way the model is turned",
        "default",
        choices=(
            ("default", "Default", "Turned to the front"),
            ("align_image", "Match Image", "Turned as the image shows it"),
        ),
        needs_texture=True,
        advanced=True,
        tasks=_OF_IMAGES,
    ),
    Option(
        "enable_image_autofix",
        "Auto-Fix Image",
        "Let the service improve the image before it is used",
        False,
        advanced=True,
        flag="image-autofix",
        tasks=_OF_ONE_IMAGE,
    ),
    Option(
        "export_uv",
        "Export UV",
        "Unwrap the model; without, an untextured one is smaller and made faster",
        True,
        advanced=True,
        excludes=("texture",),
    ),
    Option(
        "compress",
        "Compression",
        "How the model's file is compressed while it travels",
        NONE,
        choices=((NONE, "None", "Not at all"), ("geometry", "Geometry", "By meshopt; a smaller file")),
        advanced=True,
        excludes=("quad",),
    ),
    Option(
        "image_model",
        "Image Model",
        "Model that makes the image",
        DEFAULT_IMAGE_MODEL,
        choices=(
            (DEFAULT_IMAGE_MODEL, "Default", "The one that the service takes by itself"),
            *((model.name, model.label, _of_image_model(model)) for model in IMAGE_MODELS),
        ),
        tasks=_GIVES_IMAGE,
        field="model_version",
    ),
    Option(
        "t_pose", "T-Pose", "Show a figure with its arms stretched out, ready to be rigged", False, tasks=_GIVES_IMAGE
    ),
    Option("sketch_to_render", "Sketch to Render", "Make a rendered image of a sketch", False, tasks=_GIVES_IMAGE),
)

SETTING_BY_NAME = {setting.name: setting for setting in SETTINGS}
