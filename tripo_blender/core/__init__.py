"""Decides: pure Python without bpy, files, network, clock or chance."""
