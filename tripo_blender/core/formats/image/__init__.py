"""Is this image file whole? One module a format (bytes in, verdict out)."""
