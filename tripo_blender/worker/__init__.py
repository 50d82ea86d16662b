"""Acts: the network and the files, in a process of its own; the standard library and requests, no bpy."""
