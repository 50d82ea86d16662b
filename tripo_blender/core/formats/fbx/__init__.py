"""FBX: the file, and what it says of materials (bytes in, data or verdict out)."""
