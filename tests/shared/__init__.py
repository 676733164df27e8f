"""Tests of what every context stands on."""
