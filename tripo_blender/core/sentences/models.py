"""What is wrong with a model file, and what a model is that arrived."""

from __future__ import annotations

SENTENCES = {
    "model.cut_short": "The {format} is cut short. {advice}",
    "model.broken": "The {format} is broken. {advice}",
    "model.empty": "The model file is empty. {advice}",
    "model.zip": "The model file is a ZIP archive. {advice}",
    "model.text_fbx": "The model file is a text FBX, which Blender cannot read. {advice}",
    "model.unknown_format": "The model file is neither GLB nor FBX. {advice}",
    "model.glb_version": "The model file is a GLB of version {version}, which Blender cannot read. {advice}",
    "model.fbx_version": "The FBX is of version {version}, which Blender cannot read. {advice}",
    "model.too_many": "The model has more than {most:,} {what}. {advice}",
    "model.memory": "Importing the model takes more than {most:.3g} GB of memory. {advice}",
    "model.too_large": "The model file is larger than {most:.0f} GB. {advice}",
    "model.image_damaged": "The model has an image that is no whole PNG, JPEG or WebP. {advice}",
    "model.image_too_large": "The model has an image of more than {most} px a side. {advice}",
    "model.files_outside": "The GLB names files outside itself. {advice}",
    "model.file_elsewhere": "The FBX names a file on another computer. {advice}",
    "model.device": "The FBX names a device as an image. {advice}",
    "model.file_outside": "The FBX names a file on this computer, outside its folder. {advice}",
    "model.meshopt": (
        "The GLB is compressed with meshopt, which this Blender {blender} cannot read. {reader}; or get the model "
        "again without compression"
    ),
    "model.draco": (
        "The GLB is compressed with Draco, which this Blender {blender} cannot read. {reader}; or get the model again "
        "without compression"
    ),
    "model.ktx2": (
        "The GLB has KTX2 textures, which this Blender {blender} cannot read. {reader}; or get the model again without "
        "compression"
    ),
}

PARTS = {
    "model.ask_service": "The service keeps the model: download it again, or ask its support",
    "model.choose_another": "Choose another file; File > Import may still open it",
    "model.fewer_faces": "Choose fewer faces",
    "model.less_memory": "Choose fewer faces or smaller textures, or raise the limit in the preferences",
    "model.read_by_official": "A Blender from blender.org reads it",
    "model.read_by_5_2": "Blender 5.2 reads it",
    "model.read_by_none": "No Blender reads them",
    "model.count.materials": "materials",
    "model.count.images": "images",
    "model.count.bones": "bones",
    "model.count.skins": "skins",
    "model.count.animations": "animations",
    "model.count.channels": "animation channels",
    "model.count.shape_keys": "shape keys",
    "model.count.attributes": "attributes",
    "model.count.attributes_of_parts": "attributes of parts",
    "model.count.variants": "material variants",
    "model.count.cameras": "cameras",
    "model.count.lights": "lights",
    "model.count.arrays": "arrays",
    "model.count.custom_properties": "custom properties",
    "model.count.vertices": "vertices",
    "model.count.corners": "face corners",
    "model.count.keys": "keyframes",
    "model.count.nodes": "objects and bones",
    "model.count.parts": "parts",
    "model.summary": "{faces}, {quads}, {uvs}",
    "model.faces": "{faces:,} faces",
    "model.faces_of": "{faces:,} of {most:,} faces",
    "model.quads": "{share:.0%} quads",
    "model.no_quads": "no quads",
    "model.no_uvs": "no UVs",
    "model.uvs_outside": "UVs leave the unit square",
    "model.uvs_inside": "UVs within the unit square",
    "model.few_quads": "Quads were ordered, but only {share:.0%} of the faces are quads",
    "model.many_faces": "At most {most:,} faces were ordered, and {faces:,} came",
    "model.no_texture": "A texture was ordered, but the model came without one",
    "model.no_pbr": "PBR was ordered, but the model came without metallic, roughness and normal maps",
    "model.images_missing": "Images that the file names were not found: {names}",
    "model.partly_unwrapped": "A part of the model has no UVs, so its texture cannot show",
    "model.uvs_leave": "The UVs of {share:.0%} of the faces leave the unit square",
}
