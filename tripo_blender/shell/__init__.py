"""Shows: everything that touches the user's Blender."""
