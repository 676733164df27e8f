"""Writes of the lending context."""
