"""What bench.py measures: one module a measurement, each with its half in Blender and its half outside."""
