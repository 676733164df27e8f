"""The kernel on a real database."""
