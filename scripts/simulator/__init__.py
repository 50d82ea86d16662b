"""A gateway and its file host on loopback: real HTTP, real models, faults by script."""
