"""What is wrong with a setting, by the tables of options."""

from __future__ import annotations

SENTENCES = {
    "setting.not_of_task": "{setting} does nothing for this kind of task: leave it out",
    "setting.excluded": "{setting} cannot be changed while {others} is on: turn {others} off first",
    "setting.unreadable": "This Blender cannot read a model with {setting}: leave it out",
    "setting.unknown": "There is no setting {value}; there are: {known}",
    "setting.wrong_type": "{setting} must be {type}; it is {value}",
    "setting.not_a_choice": "{setting} cannot be {value}: choose {choices}",
    "setting.too_long": "{setting} has {count:,} characters, {most:,} at most are taken: shorten it",
    "setting.out_of_range": "{setting} must be from {low} to {high}; it is {value}",
    "setting.face_limit": (
        "Face Limit must be from {low:,} to {high:,} for {what}, or 0 to let the service decide; it is {value}"
    ),
    "setting.no_version": "Model Version is empty: choose one, for example {version}",
    "setting.not_offered": "{setting} is not offered by model version {version}: choose another version",
    "setting.needs_texture": "{setting} needs Texture: turn Texture on, or leave {setting} out",
    "setting.no_effect": "{setting} has no effect with the other options: leave it out",
}

PARTS = {
    "setting.of_version": "model version {version}",
    "setting.of_version_quads": "model version {version} with Quad Mesh",
    "setting.of_low_poly": "Smart Low Poly",
    "setting.of_low_poly_quads": "Smart Low Poly with Quad Mesh",
    "setting.type.truth": "True or False",
    "setting.type.whole": "a whole number",
    "setting.type.number": "a number",
    "setting.type.text": "a text",
}
