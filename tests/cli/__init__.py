"""Tests of the kalends command, its servers and its supervisor."""
