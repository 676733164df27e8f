"""Tests of the payments context."""
