"""The soak: many jobs, random faults, random deaths, and the accounts afterwards."""
