"""Is this file whole and harmless? One package a format (bytes in, verdict out)."""
