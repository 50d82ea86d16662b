"""GLB: the container, its arrays and its scene (bytes in, verdict out)."""
