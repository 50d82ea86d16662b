"""What keeps a model from the scene, and what is not as it was asked for once it is there."""

from __future__ import annotations

SENTENCES = {
    "import.not_now": "Blender cannot import a model now: it is waiting for {what}",
    "import.no_model": "This job has no model file. Please report it",
    "import.download_gone": "The downloaded model is gone from the disk. Download it again",
    "import.file_gone": "The model file is gone from the disk. Import it again from where it is now",
    "import.no_file": "There is no model file '{path}' that can be read. Choose a GLB or FBX file",
    "import.no_mesh": "The file contains no model. If the service sent it, its support can look at the task",
    "import.importer_off": (
        "Blender's {importer} importer is disabled. Enable its add-on in the preferences, then try again"
    ),
    "import.failed": "Blender could not import the {format} file. {advice}",
    "import.mistake": ("The add-on made a mistake when it imported the model. The file is kept; please report this"),
    "import.crashed": "Blender crashed in the background on this model file, so it was not opened here. {advice}",
    "import.too_slow": ("Setting this model up in the background took too long, so it was not opened here. {advice}"),
    "scene.cursor_invalid": ("The 3D cursor has a location that is not a number. Reset it (Shift C) and try again"),
    "scene.object_invalid": (
        "The object that was chosen has a location that is not a number. Clear its transforms and try again"
    ),
    "scene.no_object": "Select the object whose bounding box the model should fill, or choose a size",
    "scene.no_click": ("Nothing was clicked. Press the button in a window, or choose another place than the mouse"),
}

PARTS = {
    "import.preparing": "Preparing the model",
    "import.waiting": "Waiting for {what}",
    "import.waiting.render": "the render to finish",
    "import.waiting.bake": "the bake to finish",
    "import.waiting.object_mode": "Object Mode",
    "import.waiting.tool": "the tool to finish",
    "import.waiting.scene": "a scene that is not linked",
    "import.in_place.disk": "Imported in place: the disk cannot hold a second copy",
    "import.in_place.memory": "Imported in place: there is little memory left",
    "import.in_place.no_blender": "Imported in place: a second Blender could not be started",
    "import.in_place.blender_ended": "Imported in place: the second Blender had ended",
    "import.in_place.helper_ended": "Imported in place: the add-on's helper process ended",
    "import.in_place.failed": "Imported in place: it could not be set up in the background",
    "import.in_place.gone": "Imported in place: what was prepared in the background is gone",
    "import.prepared_gone": "The prepared model is gone from the disk",
    "import.not_prepared": "The model could not be prepared",
    "import.not_told": "The second Blender could not tell what came of the model",
    "import.save_first": "Save your work before you import it anyway",
    "import.choose_another": "Choose another file",
    "scene.collection_hidden": "The collection {wanted} is hidden or linked, so the model is in {used}",
    "scene.nothing_to_replace": "{name} is no longer there to be replaced",
    "scene.not_saved": "The file was never saved, so the textures are packed into it",
    "scene.textures_not_written": "The textures could not be written to {folder} ({why}), so they are packed",
}
