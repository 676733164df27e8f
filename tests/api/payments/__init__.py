"""Tests of the payments API against a whole platform of processes."""
