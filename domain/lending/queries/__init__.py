"""Reads of the lending context: products, loans, and how they are served."""
