"""The sidebar: what to make, how, and what is being made."""

from .arrival import TRIPO_PT_arrival
from .generate import TRIPO_PT_advanced, TRIPO_PT_main
from .jobs import TRIPO_PT_jobs
from .origin import TRIPO_PT_origin
from .waiting import TRIPO_PT_waiting

CLASSES = (TRIPO_PT_waiting, TRIPO_PT_main, TRIPO_PT_arrival, TRIPO_PT_advanced, TRIPO_PT_jobs, TRIPO_PT_origin)
