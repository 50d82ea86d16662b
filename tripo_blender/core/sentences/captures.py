"""Images that are taken of the scene: of a camera, a viewport, an object from its sides, the clipboard."""

from __future__ import annotations

SENTENCES = {
    "turntable.no_object": (
        "There is no object {name} in the scene '{scene}'. Open the file that has it, and enter its name as the "
        "Outliner shows it"
    ),
    "turntable.not_written": "The images of {name} could not be written: {why}, then try again",
    "camera.no_layer": "All view layers of the scene {scene} are off in renders. Enable one",
    "camera.none": "The scene {scene} has no camera. Add one, or choose another image",
    "camera.not_baked": (
        "The rigid bodies of this scene are not baked. Bake the Rigid Body World's cache, or render with F12 and "
        "choose the last render"
    ),
    "camera.not_rendered": "Blender could not render the camera view: {said}. Check the scene, then render it with F12",
    "camera.sees_nothing": (
        "The camera sees nothing: the image is transparent all over. Point it at something, then try again"
    ),
    "capture.baking": "Blender is baking. Wait until the bake has finished, then try again",
    "capture.rendering": "Blender is rendering. Wait until the render has finished, then try again",
    "clipboard.none": "This Blender has no clipboard for images. Choose an image file instead",
    "crop.nothing_selected": "Nothing is selected. Select what the image is to be cropped to",
    "crop.outside": "The selected objects are not in the image. Move the view, or take it whole",
    "crop.panorama": "A panorama cannot be cropped to what is selected. Choose another camera",
    "turntable.changed": "The object was changed while images of it were taken. Try again",
    "turntable.flat": "{name} is flat, so images from four sides show nothing. Select an object with volume",
    "turntable.hidden": "{name} is hidden in the viewport. Show it, then try again",
    "turntable.hidden_in_renders": "{name} is hidden in renders. Show it there, then try again",
    "turntable.no_cycles": (
        "Images from all sides need the Cycles renderer. Enable the add-on Cycles Render Engine in the preferences"
    ),
    "turntable.no_faces": "{name} has no faces to be seen. Select a mesh, curve, text or metaball that has some",
    "turntable.not_in_layer": "{name} is not in this view layer. Select an object that is",
    "turntable.nowhere": "{name} has vertices that are nowhere. Delete them or check its modifiers",
    "turntable.removed": "The object was removed while images of it were taken. Try again",
    "turntable.sculpt_mode": "Images cannot be taken in Sculpt Mode. Leave it, then try again",
    "turntable.too_many_parts": (
        "{name} has more than {most:,} children and instances, too many for images from all sides. Hide some of "
        "them, then try again"
    ),
    "turntable.too_many_triangles": (
        "{name} has more than {most:,} triangles, too many for images from all sides. Add a Decimate modifier or "
        "hide parts of it, then try again"
    ),
    "viewport.no_window": "An image of the viewport needs Blender's window. Render the camera view instead",
    "viewport.none": "There is no 3D viewport in this window. Open one, then try again",
    "viewport.not_drawn": "The graphics card could not draw the viewport. Choose a smaller size",
    "viewport.rendered": (
        "What {engine} renders in the viewport cannot be taken as an image. Switch the viewport to Material "
        "Preview, or render the camera view"
    ),
    "clipboard.x11": (
        "Blender cannot read images from the clipboard under X11. Save the image as a file and choose that"
    ),
    "clipboard.no_image": (
        "There is no image on the clipboard that Blender can read. Copy one, or save it as a file and choose that"
    ),
    "capture.size": "An image of {size} px is not possible. Choose a size of {least} to {most} px",
}

PARTS = {
    "camera.cancelled": "The render of the camera view was cancelled",
    "turntable.cancelled": "The images were cancelled",
}
