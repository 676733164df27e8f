"""How the points table is derived from recorded outcomes."""
