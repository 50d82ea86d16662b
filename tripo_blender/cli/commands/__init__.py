"""The commands of `tripo`, a module a noun."""
