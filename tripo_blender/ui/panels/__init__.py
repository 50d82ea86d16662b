"""The sidebar: what to make, how, and what is being made."""

from .generate import TRIPO_PT_advanced, TRIPO_PT_main
from .import_options import TRIPO_PT_arrival
from .jobs import TRIPO_PT_jobs
from .provenance import TRIPO_PT_origin
from .recovery import TRIPO_PT_waiting

CLASSES = (TRIPO_PT_waiting, TRIPO_PT_main, TRIPO_PT_arrival, TRIPO_PT_advanced, TRIPO_PT_jobs, TRIPO_PT_origin)
