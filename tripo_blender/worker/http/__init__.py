"""Calls over HTTP: of the service, with the key, and of file hosts, without it."""
