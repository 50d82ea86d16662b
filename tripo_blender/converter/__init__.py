"""A model file becomes ready objects: named, shaded, upright, to size; in the user's Blender or in a second one."""
