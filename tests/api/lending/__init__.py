"""Lending over HTTP."""
