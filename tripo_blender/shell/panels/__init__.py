"""The sidebar: what to make, how, and what is being made."""

from .generate import TRIPO_PT_advanced, TRIPO_PT_main
from .jobs import TRIPO_PT_jobs

CLASSES = (TRIPO_PT_main, TRIPO_PT_advanced, TRIPO_PT_jobs)
