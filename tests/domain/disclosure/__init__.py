"""Tests of what is published, by recomputing it from rows."""
