"""Throws damaged GLB and FBX files at the check, and those that pass it at Blender.

    python scripts/fuzz.py --count 100000 --seed 1            the check alone; needs numpy
    python scripts/fuzz.py --count 3000 --seed 1 --import     where there is bpy: what passes is imported

Every file follows from the seed, its number and the files to start from (more where there is bpy): `--only NUMBER`
makes one again. The check may raise nothing but `TripoError`, take no longer than `--most-seconds` and open no file.
An import runs in a child process by the converter's code; a crash, a hang, a read outside the file's folder, or data
that a failed import leaves is a finding, and the file is kept in `--keep`. The exit code is 0 without findings.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from fuzzing.run import main

    code = main(__doc__)
    sys.stdout.flush()
    os._exit(code)  # bpy, where it is loaded, may crash while Python ends
