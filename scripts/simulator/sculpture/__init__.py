"""Models made from pictures: a closed relief of the subject, as GLB or FBX."""
