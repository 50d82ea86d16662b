"""Keeps: records, locks and files of jobs on the disk; no bpy, no network."""
