"""The benchmark is kept in working order."""
