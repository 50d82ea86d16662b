"""What is wrong with the image that a model is made of."""

from __future__ import annotations

SENTENCES = {
    "image.output_gone": "An image of {name} is gone from the disk or cannot be read. Download it again",
    "image.cut_short": "The image file is cut short. {advice}",
    "image.damaged": "The image file is damaged. {advice}",
    "image.unusual": "The image file is of a kind that few programs open. {advice}",
    "image.animated": "The image file is animated. {advice}",
    "image.too_large": "The image file is too large. {advice}",
    "image.too_small": (
        "The image is {width} x {height} px; the service needs at least {least} px a side. Choose a larger image"
    ),
    "image.url_invalid": "This is not the URL of an image, such as https://example.com/chair.png. Copy it again",
    "image.url_login": (
        "The image's URL contains a login, which the service and whoever sees the job would get to know. Enter a URL "
        "that is public without one, or choose the image as a file"
    ),
    "image.url_too_long": ("The image's URL has more than {most:,} characters. Enter a shorter one, or choose a file"),
    "image.none": "There is no image. Choose an image, a file, a render or a URL",
    "image.missing": "There is no image at '{path}'. Check the path",
    "image.unreadable": "The image '{name}' {why}. Choose another image file",
    "image.empty": "The image '{name}' is empty. Choose another image file",
    "image.not_an_image": "The file '{name}' is not an image that Blender can read. Choose a PNG or JPEG",
    "image.tiled": "The image '{name}' is made of tiles (UDIM). Choose one that is a single image",
    "image.file_unreadable": "The file of the image '{name}' {why}. Choose another image",
    "image.unreadable_by_blender": "Blender cannot read the image '{name}'. Choose another one",
    "image.without_pixels": "The image '{name}' has no pixels. Choose another one",
    "image.not_written": "The image '{name}' could not be written. Make room on the disk, or choose another image",
    "image.no_render": "There is no render of this scene yet. Render an image first (F12)",
    "image.render_not_written": (
        "The render could not be written. Render the image again (F12), or make room on the disk"
    ),
    "image.not_converted": "The image could not be written. Make room on the disk and try again",
    "image.copy_gone": "The job's copy of the image is gone from the disk. Generate again from the image",
    "image.copy_unreadable": (
        "The job's copy of the image cannot be read from the disk. Generate again from the image"
    ),
    "image.copy_of_job_gone": (
        "The copy of {name}'s image is gone from the disk. Discard this job and generate again from the image"
    ),
    "image.not_copied": "The image could not be written to the add-on's folder: {why}, then generate again",
    "image.not_stored": (
        "The image of this model is no longer stored. Its settings are in the sidebar now: choose the image there and "
        "press Generate Model"
    ),
}

PARTS = {
    "image.choose_whole": "Choose a whole copy of it, or open it and save it again as PNG",
    "image.save_as_png": "Open it and save it again as PNG",
    "image.choose_still": "Choose a still image",
    "image.choose_smaller": "Choose one of {most} px a side",
    "image.why.missing": "is not there",
    "image.why.folder": "is a folder",
    "image.why.pipe": "is a pipe",
    "image.why.socket": "is a socket",
    "image.why.device": "is a device",
    "image.why.no_file": "is no file",
    "image.why.unreadable": "cannot be read: {why}",
}
